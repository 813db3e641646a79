"""What needs attention (提醒与风险): each with the number behind it and a way to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

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
        *_facts_in_dispute(pack, day),
        *_terms_that_end(pack, day),
        *_rows_that_wait(pack),
        *_facts_to_verify(pack, day),
    ]
    return sorted(found, key=lambda alert: ("bad", "warn", "info").index(alert.tone))


def ending_terms(pack: Pack, as_of: date) -> QuerySet[Fact]:
    """Programme terms, classes and cards of the pack's people that end within 90 days."""
    return facts_of(pack).filter(
        kind__in=("selection_term", "talent_class", "card", "employment"),
        until__gt=as_of,
        until__lte=as_of + SOON,
    )


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


def _facts_in_dispute(pack: Pack, day: BoardDay) -> list[Alert]:
    persons = facts_of(pack).filter(verification=Verification.DISPUTED).values("person").distinct().count()
    return _line(
        "bad", persons, _("%(number)s 人的信息项有异议"), _("两个来源说法不同，待人工决定"), day, "disputed"
    )


def _facts_to_verify(pack: Pack, day: BoardDay) -> list[Alert]:
    persons = facts_of(pack).filter(verification=Verification.UNVERIFIED).values("person").distinct().count()
    return _line(
        "info", persons, _("%(number)s 人有待核验的信息项"), _("核验后方可作为认定依据"), day, "unverified"
    )


def _terms_that_end(pack: Pack, day: BoardDay) -> list[Alert]:
    persons = ending_terms(pack, day.day).values("person").distinct().count()
    return _line(
        "warn",
        persons,
        _("%(number)s 人的管理期或合同将在 90 日内届满"),
        _("建议启动续聘或离岗核验"),
        day,
        "ending",
    )


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


def _line(tone: str, number: int, title: str, sub: str, day: BoardDay, attention: str) -> list[Alert]:
    if not number:
        return []
    return [
        Alert(tone, title % {"number": formats.count(number)}, sub, persons_address(day, attention=attention))
    ]
