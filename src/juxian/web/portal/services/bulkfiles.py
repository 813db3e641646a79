"""The workbooks of a list of people: the empty one, the one that comes back, the one with the results (批量申请的表格)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from juxian.apps.persons.models import Person
from juxian.apps.services.actions import Listed
from juxian.apps.services.actions.bulk import NOT_FOUND, SAME_NAME
from juxian.core.facts.schema import Kind
from juxian.core.services import Service
from juxian.core.services.definition import FormField
from juxian.core.tables.limits import refusal
from juxian.core.tables.workbook import Cell, Workbook, as_text
from juxian.core.text import Text
from juxian.web.kit.sheets import workbook

NUMBER = Text("人才编号", "Talent number")
NAME = Text("姓名", "Name")
MOST_ROWS = 500
WITHOUT_REASON = 50  # persons that leave in one file without a word why; SECURITY-BASELINE 1.9
LONGEST = 2000


def asked_fields(service: Service) -> list[FormField]:
    """The columns of a table: what the register does not know of anybody, then what it may know and which may stay empty."""
    fields = [
        field
        for field in service.fields.values()
        if field.prefill != "name" and field.type.kind is not Kind.ORGANISATION
    ]
    return sorted(fields, key=lambda field: bool(field.prefill))


def empty_list(service: Service, people: Iterable[Person], language: str) -> bytes:
    """One row for each person; the second sheet says what each column takes."""
    titles = [NUMBER.in_language(language), NAME.in_language(language)]
    fields = asked_fields(service)
    rows: list[list[str]] = [[person.number, person.name] for person in people]
    titles += [field.title.in_language(language) for field in fields]
    notes = [[_("列"), _("必填"), _("可填内容")]]
    for field in fields:
        need = _("必填") if field.required and not field.shown_if else ""
        need = _("人才库已知的留空") if field.prefill else need
        notes.append([field.title.in_language(language), need, _takes(field, service, language)])
    return workbook({_("名单"): [titles, *rows], _("填写说明"): notes})


def _takes(field: FormField, service: Service, language: str) -> str:
    match field.type.kind:
        case Kind.BOOLEAN:
            return _("是 / 否")
        case Kind.LEVEL | Kind.LEVELS:
            levels = service.schema.scales[field.type.scale or ""].levels.values()
            return " / ".join(level.title.in_language(language) for level in levels)
        case Kind.DATE:
            return "2022-06-01"
        case Kind.MONEY:
            return _("如 5万元、1500元；不写单位按元")
    return field.help.in_language(language)


def listed_rows(book: Workbook, service: Service, people: Sequence[Person]) -> list[Listed]:
    """Every row below the head of the first sheet, with the person it means. Raises ``Rejected`` where there is no head."""
    sheet = next((sheet for sheet in book.sheets if not sheet.hidden and sheet.rows), None)
    fields = {title: field for field in asked_fields(service) for title in _titles(field.title)}
    head = next(
        (
            place
            for place, row in enumerate(sheet.rows if sheet else [])
            if {as_text(cell).strip() for cell in row} & {*_titles(NUMBER), *_titles(NAME)}
        ),
        None,
    )
    if sheet is None or head is None:
        raise refusal(
            "T110",
            book.name,
            Text("没有“人才编号”或“姓名”列", "there is no column “Talent number” or “Name”"),
            Text("请用本页下载的填写表", "use the table that this page offers"),
        )
    if len(sheet.rows) - head - 1 > MOST_ROWS:
        raise refusal(
            "T108",
            book.name,
            Text(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows"),
            Text("请分成几个文件", "split the file"),
        )
    columns = [as_text(cell).strip() for cell in sheet.rows[head]]
    by_number = {person.number: person for person in people}
    by_name: dict[str, list[Person]] = {}
    for person in people:
        by_name.setdefault(person.name, []).append(person)
    found = []
    for place in range(head + 1, len(sheet.rows)):
        cells = dict(zip(columns, sheet.rows[place], strict=False))
        number, name = _first(cells, NUMBER), _first(cells, NAME)
        if not number and not name:
            continue
        whom, problem = _meant(number, name, by_number, by_name)
        answers = {
            fields[title].name: _answer(cell, fields[title])
            for title, cell in cells.items()
            if title in fields and as_text(cell).strip()
        }
        found.append(Listed(sheet.numbers[place], name, number, whom, answers, problem))
    return found


def _meant(
    number: str, name: str, by_number: dict[str, Person], by_name: dict[str, list[Person]]
) -> tuple[Person | None, Text | None]:
    """By number where there is one, and then the name must agree; else by a name that nobody shares."""
    if number:
        numbered = by_number.get(number)
        fits = numbered is not None and name in ("", numbered.name)
        return (numbered, None) if fits else (None, NOT_FOUND)
    namesakes = by_name.get(name, [])
    if len(namesakes) == 1:
        return namesakes[0], None
    return None, SAME_NAME if namesakes else NOT_FOUND


def _answer(cell: Cell, field: FormField) -> Any:
    words = as_text(cell).strip()[:LONGEST]
    if field.type.kind is Kind.DATE:
        return words[:10].replace("/", "-").replace(".", "-")
    return words


def _first(cells: dict[str, Cell], titles: Text) -> str:
    return next((as_text(cells[title]).strip() for title in _titles(titles) if title in cells), "")


def _titles(text: Text) -> tuple[str, str]:
    return text.zh, text.in_language("en")
