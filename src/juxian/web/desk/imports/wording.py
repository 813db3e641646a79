"""What a row says, in words for the wizard; sensitive values masked (行的文字)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from juxian.apps.imports.enums import RowDecision, RowReason
from juxian.apps.imports.models import Row, Table
from juxian.apps.imports.queries import RowContent
from juxian.core.facts.schema import Kind, Schema
from juxian.core.facts.values import show_value
from juxian.core.identity.masking import mask_middle
from juxian.core.tables.cells import RULES
from juxian.core.tables.mapping import NUMBER, NUMBER_KIND
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.rows import CellProblem, ReadCell, column_letters
from juxian.web.kit import formats


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One doubt at its cell."""

    place: str
    header: str
    raw: str
    message: str
    hint: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell: as it was written, what it became and by which rule."""

    place: str
    header: str
    raw: str
    meaning: str
    value: str
    rule: str
    problems: list[ShownProblem]


@dataclass(frozen=True)
class Wording:
    """How the rows of one batch are shown: the words of its pack, the names of its organisations."""

    schema: Schema
    organisations: Organisations
    language: str

    def target(self, target: str) -> str:
        """``employment.since`` → 任职 · 起始日期; empty for a column that is not imported."""
        name, _sign, part = target.partition("@")
        if not name:
            return _("不导入")
        words = {NUMBER: _("证件号码"), NUMBER_KIND: _("证件类型")}.get(name) or self._field(name)
        return formats.with_aside(words, part)

    def _field(self, target: str) -> str:
        code, _dot, name = target.partition(".")
        kind = self.schema.kinds.get(code)
        if kind is None:
            return target
        if name in kind.fields:
            title = kind.fields[name].title.in_language(self.language)
        else:
            title = {"since": _("起始日期"), "until": _("结束日期")}.get(name, name)
        return f"{kind.title.in_language(self.language)} · {title}"

    def raw(self, target: str, raw: str) -> str:
        """A cell as it was written; document numbers and other sensitive texts masked."""
        if target == NUMBER:
            return mask_middle(raw, 4, 4) if len(raw) > 10 else mask_middle(raw, 1, 2)
        code, _dot, name = target.partition("@")[0].partition(".")
        kind = self.schema.kinds.get(code)
        field = kind.fields.get(name) if kind else None
        if field and field.sensitive and field.type.kind is Kind.TEXT and len(raw) > 5:
            return mask_middle(raw, 3, 2)
        return raw

    def value(self, cell: ReadCell) -> str:
        """What a cell became."""
        if cell.target == NUMBER:
            return self.raw(NUMBER, str(cell.value))
        code, _dot, name = cell.target.partition(".")
        kind = self.schema.kinds.get(code)
        field = kind.fields.get(name) if kind else None
        if field is None:
            return str(cell.value)
        if field.type.kind is Kind.ORGANISATION:
            return self.organisations.title(cell.value)
        return self.raw(cell.target, show_value(cell.value, field.type, self.schema, self.language))

    def problem(self, problem: CellProblem, targets: dict[int, str]) -> ShownProblem:
        """A doubt; ``targets``: column index → target of its table."""
        hint = problem.hint.in_language(self.language) if problem.hint else ""
        return ShownProblem(
            problem.place,
            problem.header,
            self.raw(targets.get(problem.column, ""), problem.raw),
            problem.message.in_language(self.language),
            hint,
            problem.severity == "error",
        )

    def cells(self, row: Row, content: RowContent) -> list[ShownCell]:
        """Every cell of a row that has a header or holds something."""
        targets = targets_of(row.table)
        read = {cell.column: cell for cell in content.read}
        problems = [(item.column, self.problem(item, targets)) for item in content.problems]
        shown = []
        for column in row.table.columns:
            index = column["index"]
            raw = content.cells[index] if index < len(content.cells) else ""
            found = read.get(index)
            if not column["header"] and not raw:
                continue
            shown.append(
                ShownCell(
                    f"{column_letters(index)}{row.number}",
                    column["header"],
                    self.raw(targets[index], raw),
                    self.target(column["target"]),
                    self.value(found) if found else "",
                    RULES[found.rule].in_language(self.language) if found else "",
                    [problem for place, problem in problems if place == index],
                )
            )
        return shown


def targets_of(table: Table) -> dict[int, str]:
    """Column index → target, without the part."""
    return {column["index"]: column["target"].partition("@")[0] for column in table.columns}


def decision_label(reason: str, decision: str) -> str:
    """What a decision means for rows that wait for ``reason``."""
    if decision == RowDecision.SAME_PERSON and reason == RowReason.NUMBER_SHARED:
        return _("是同一人，并入该号码的档案")
    if decision == RowDecision.SAME_PERSON:
        return _("是同一人，并入已有档案")
    if decision == RowDecision.NEW_PERSON and reason == RowReason.NUMBER_SHARED:
        return _("是另一人，不带号码建档")
    if decision in (RowDecision.NEW_PERSON, RowDecision.OTHER_PERSON):
        return _("是另一人，新建档案")
    if decision == RowDecision.WITHOUT_DOUBTFUL and reason == RowReason.NUMBER_CONTRADICTS:
        return _("以证件号码为准入库")
    if decision == RowDecision.WITHOUT_DOUBTFUL and reason in (
        RowReason.NUMBER_DAMAGED,
        RowReason.NUMBER_WRONG,
    ):
        return _("不带号码入库")
    if decision == RowDecision.WITHOUT_DOUBTFUL:
        return _("略去有问题的单元格，其余入库")
    return _("不收")
