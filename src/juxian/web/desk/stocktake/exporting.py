"""A stock-take as a file (导出盘点): the figures, for publication if wanted, or the people behind one of them."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.searches.actions import note_export
from juxian.apps.stocktake.queries import Rows
from juxian.core.indicators.small_groups import LEAST, hide_small
from juxian.web.desk.forms import text_field
from juxian.web.desk.stocktake.asking import Asked, asked_of, levels_of, title_of
from juxian.web.desk.stocktake.overview import (
    ages_of,
    gaps_of,
    parts_of,
    retirement_age,
    unit_rows,
    units_of,
)
from juxian.web.desk.stocktake.people import SHOWN, behind_figure, listed, shown_rows
from juxian.web.kit import errors
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import count
from juxian.web.kit.origin import address_of
from juxian.web.kit.sheets import download, workbook

HIDDEN = f"<{LEAST}"


class ExportForm(forms.Form):
    """public: the file may be published, so small groups are hidden."""

    public = forms.BooleanField(label=gettext_lazy("对外公开用：少于 5 人的数字不显示"), required=False)
    reason = text_field(gettext_lazy("导出理由"), 200, help_text=gettext_lazy("写入审计记录"))

    def __init__(self, data: Any, *, of_people: bool) -> None:
        super().__init__(data)
        if of_people:
            del self.fields["public"]


@for_roles(Role.OFFICE, Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """``?people=1``: the list behind the figure of the address; else all figures. Each file is an audit entry."""
    asked = asked_of(request)
    of_people = request.GET.get("people", "") == "1"
    found = asked.counted()
    rows = behind_figure(request, asked)[0] if of_people else found.rows
    if asked.problem or rows is None:
        return errors.unprocessable(request, asked.problem or _("这一天还没有汇总，请先汇总再导出。"))
    form = ExportForm(request.POST if request.method == "POST" else None, of_people=of_people)
    if request.method == "POST" and form.is_valid():
        return _file(request, asked, rows, form.cleaned_data, of_people=of_people)
    context = {
        "form": form,
        "words": asked.words(),
        "of_people": of_people,
        "most": settings.JUXIAN_EXPORT_ROWS,
        "back": asked.address(),
    }
    return render(request, "desk/stocktake/export.html", context, status=422 if form.errors else 200)


def _file(
    request: HttpRequest, asked: Asked, rows: Rows, chosen: dict[str, Any], *, of_people: bool
) -> HttpResponse:
    public, persons = chosen.get("public", False), list[int]()
    if of_people:
        sheets, persons = _people(request, asked, rows)
    else:
        sheets = figures(asked, rows, retirement_age(request, asked), public=public)
    about = [[_("项目"), _("内容")], *([name, value] for name, value in asked.words())]
    if public:
        about.append([_("小数字"), _("1 至 4 人的数字及能推算出它们的数字不显示")])
    note_export(
        home=asked.home,
        by=user_of(request),
        acting_as=f"{asked.scope.role}@{asked.scope.organisation.code}",
        address=address_of(request),
        reason=chosen["reason"],
        detail={
            "stocktake": asked.day.isoformat(),
            "knowledge": str(asked.knowledge),
            "persons": len(persons),
            "public": public,
            "query": hashlib.sha256(repr(sorted(request.GET.lists())).encode()).hexdigest()[:16],
        },
        people=persons,
    )
    name = f"stocktake-{asked.day:%Y%m%d}" + ("-people" if of_people else "-public" if public else "")
    return download(workbook({**sheets, _("说明"): about}), "xlsx", name)


def figures(asked: Asked, rows: Rows, age: int, *, public: bool) -> dict[str, list[list[str]]]:
    """Sheets of figures; for publication without small groups, projections and gaps."""
    narrowed = asked.narrowed(rows)
    sheets = {
        _("结构"): _structure(asked, narrowed, public=public),
        _("各单位"): _units(asked, narrowed, public=public),
    }
    if public:
        return sheets
    ages = ages_of(asked, narrowed, age)
    sheets[_("年龄")] = [
        [_("年龄"), asked.day.isoformat(), *map(str, ages["ahead"])],
        *([row.title, str(row.now.number), *map(str, row.later)] for row in ages["bands"]),
    ]
    sheets[_("退休潮")] = [
        [_("年份"), _("满 %(age)s 岁") % {"age": age}],
        *([str(year), str(cell.number)] for year, cell in ages["wave"]),
    ]
    sheets[_("缺口")] = [
        [_("用人单位"), _("级别"), _("需要"), _("现有"), _("缺"), _("依据")],
        *(
            [gap.unit, gap.title, str(gap.needed), str(gap.have.number), str(gap.missing), gap.basis]
            for gap in gaps_of(asked, narrowed)
        ),
    ]
    return sheets


def _structure(asked: Asked, rows: Rows, *, public: bool) -> list[list[str]]:
    table = [[_("结构项"), _("级别"), _("人数")]]
    for part in parts_of(asked, rows):
        numbers = [number for _words, number, _share, _href in part.rows]
        shown: list[int | None] = hide_small([numbers])[0] if public else [*numbers]
        table += [
            [part.title, words, _shown(number)]
            for (words, *_rest), number in zip(part.rows, shown, strict=True)
        ]
    return table


def _units(asked: Asked, rows: Rows, *, public: bool) -> list[list[str]]:
    """Units by the levels of the chosen field; a total stands only beside figures that are all shown."""
    found = unit_rows(asked, rows, units_of(asked))
    numbers = [[cell.number for cell in row.cells] for row in found]
    plain: list[list[int | None]] = [[*row] for row in numbers]
    shown = hide_small(numbers) if public else plain
    titles = [words for _code, words in levels_of(asked.by, asked.scope)]
    head = [_("用人单位"), _("合计"), *(f"{title_of(asked.by, asked.scope)}·{title}" for title in titles)]
    return [
        head,
        *(
            [
                row.name,
                _shown(None if public and 0 < row.total.number < LEAST else row.total.number),
                *[_shown(number) for number in cells],
            ]
            for row, cells in zip(found, shown, strict=True)
        ),
    ]


def _shown(number: int | None) -> str:
    return HIDDEN if number is None else str(number)


def _people(request: HttpRequest, asked: Asked, rows: Rows) -> tuple[dict[str, list[list[str]]], list[int]]:
    """The list, bounded as every export; no sensitive field is among the columns."""
    most = settings.JUXIAN_EXPORT_ROWS
    found = list(listed(rows, request, asked)[: most + 1])
    cut, found = len(found) > most, found[:most]
    table = [[_("人才编号"), _("姓名"), _("用人单位"), *(title_of(name, asked.scope) for name in SHOWN)]]
    table += [
        [row["number"], row["name"], row["employer"], *row["cells"]] for row in shown_rows(found, asked.scope)
    ]
    if cut:
        table.append([_("只导出前 %(number)s 人。") % {"number": count(most)}])
    return {_("名单"): table}, [row.person_id for row in found]
