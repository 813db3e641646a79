"""The sentence on top (本期研判), from the very figures of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from juxian.web.board.figures import FigureRow
from juxian.web.board.targets import TargetRow
from juxian.web.kit import formats


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the sentence, with the place it leads to."""

    words: str
    href: str = ""


def reading(
    *,
    people: int,
    introduced: int,
    introduced_before: int,
    year: int,
    figures: Sequence[FigureRow],
    targets: Sequence[TargetRow],
    figures_href: str,
    targets_href: str,
) -> list[Piece]:
    """How many, how many more than before, what is reached, what does not hold."""
    pieces = [
        Piece(_("人才库 %(people)s 人；") % {"people": formats.count(people)}),
        _introduced(introduced, introduced_before, year),
    ]
    if targets:
        pieces.append(Piece(_targets(targets), targets_href))
    checked = [row for row in figures if row.holds is not None]
    if checked:
        wrong = sum(row.holds is False for row in checked)
        words = (
            _("%(all)s 项公布数与档案逐一吻合。")
            if not wrong
            else _("%(all)s 项公布数中 %(wrong)s 项与档案不符。")
        )
        pieces.append(Piece(words % {"all": len(checked), "wrong": wrong}, figures_href))
    return pieces


def _targets(targets: Sequence[TargetRow]) -> str:
    measured = [row for row in targets if row.under_way]
    if not measured:
        return _("%(all)s 项目标尚未开始或待接入；") % {"all": len(targets)}
    good = sum(not row.behind for row in measured)
    return _("%(all)s 项可计算目标中 %(good)s 项达到时间进度；") % {"all": len(measured), "good": good}


def _introduced(now: int, before: int, year: int) -> Piece:
    values = {
        "year": year,
        "now": formats.count(now),
        "before": formats.count(before),
        "change": formats.change(now, before),
    }
    if before and now != before:
        return Piece(_("%(year)s 年已引进 %(now)s 人，同比 %(change)s；") % values)
    return Piece(_("%(year)s 年已引进 %(now)s 人，上年同期 %(before)s 人；") % values)
