"""What needs attention (提醒与风险): each with the number behind it and a way to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.assessment.queries import kept
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact
from juxian.core.packs.schema import Pack
from juxian.web.board.day import BoardDay
from juxian.web.board.figures import FigureRow
from juxian.web.board.structure import persons_address
from juxian.web.board.targets import TargetRow
from juxian.web.kit import formats

SOON = timedelta(days=90)
TERMS = ("selection_term", "talent_class", "card", "employment")


@dataclass(frozen=True, slots=True)
class Alert:
    """One line: what, how serious, where to look."""

    tone: str
    title: str
    sub: str
    href: str = ""


def alerts(
    pack: Pack, day: BoardDay, figures: Iterable[FigureRow], targets: Iterable[TargetRow]
) -> list[Alert]:
    """The serious ones first; nothing is listed whose number is zero."""
    found = [
        *_figures_that_fail(figures, day),
        *_targets_behind(targets, day),
        *_facts_that_wait(pack, day),
        *_rows_that_wait(pack),
    ]
    return sorted(found, key=lambda alert: ("bad", "warn", "info").index(alert.tone))


def ending_soon(as_of: date) -> Q:
    """Facts of a term, class, card or post that ends within 90 days."""
    return Q(kind__in=TERMS, until__gt=as_of, until__lte=as_of + SOON)


def facts_of(pack: Pack) -> QuerySet[Fact]:
    """Standing facts about the pack's people."""
    return Fact.objects.standing().filter(person__home__code=pack.root, person__merged_into=None).order_by()


def _figures_that_fail(figures: Iterable[FigureRow], day: BoardDay) -> list[Alert]:
    failing = [figure for figure in figures if figure.holds is False]
    return [
        Alert(
            "bad",
            _("公布数与档案不符：%(title)s") % {"title": figure.title},
            _("公布 %(reported)s，计算 %(computed)s")
            % {"reported": figure.reported, "computed": figure.computed},
            persons_address(day, indicator=figure.indicator),
        )
        for figure in failing[:3]
    ]


def _targets_behind(targets: Iterable[TargetRow], day: BoardDay) -> list[Alert]:
    late = sorted((row for row in targets if row.behind), key=lambda row: (row.share or 0) - row.time)
    return [
        Alert(
            "bad" if row.state.tone == "bad" else "warn",
            _("目标%(state)s：%(title)s") % {"state": row.state.title, "title": row.title},
            _("完成 %(share)s，时间进度 %(time)s")
            % {"share": formats.rate(row.share, 1000), "time": formats.rate(row.time, 1000)},
            reverse("board:targets") + f"?on={day.choice}",
        )
        for row in late[:2]
    ]


def _facts_that_wait(pack: Pack, day: BoardDay) -> list[Alert]:
    """Disputed, ending and unverified facts by the persons they concern, in one reading of the facts."""
    conditions = {
        "disputed": Q(verification=Verification.DISPUTED),
        "ending": ending_soon(day.day),
        "unverified": Q(verification=Verification.UNVERIFIED),
    }
    persons = kept("alerts", pack, (day.day,), lambda: _persons_of(pack, conditions))
    words = {
        "disputed": ("bad", _("%(number)s 人的信息项有异议"), _("两个来源说法不同，待人工决定")),
        "ending": ("warn", _("%(number)s 人的管理期或合同将在 90 日内届满"), _("建议启动续聘或离岗核验")),
        "unverified": ("info", _("%(number)s 人有待核验的信息项"), _("核验后方可作为认定依据")),
    }
    return [
        Alert(
            tone, title % {"number": formats.count(persons[name])}, sub, persons_address(day, attention=name)
        )
        for name, (tone, title, sub) in words.items()
        if persons[name]
    ]


def _persons_of(pack: Pack, conditions: dict[str, Q]) -> dict[str, int]:
    counts = {
        name: Count("person", distinct=True, filter=condition) for name, condition in conditions.items()
    }
    return facts_of(pack).aggregate(**counts)


def _rows_that_wait(pack: Pack) -> list[Alert]:
    waiting = (
        Batch.objects.filter(pack=pack.code, state=BatchState.STAGED).aggregate(n=Sum("rows_waiting"))["n"]
        or 0
    )
    if not waiting:
        return []
    return [
        Alert(
            "warn",
            _("%(number)s 行导入数据待决定") % {"number": formats.count(waiting)},
            _("名册核对后才会入库"),
        )
    ]
