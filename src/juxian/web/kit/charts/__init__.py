"""Charts drawn on the server as SVG (图表): colour by class only, so that theme and print come free."""

from juxian.web.kit.charts.columns import histogram, months
from juxian.web.kit.charts.drawing import Chart, Mark
from juxian.web.kit.charts.pyramid import Band, pyramid
from juxian.web.kit.charts.rows import ranking, stacked
from juxian.web.kit.charts.spark import spark

__all__ = ["Band", "Chart", "Mark", "histogram", "months", "pyramid", "ranking", "spark", "stacked"]
