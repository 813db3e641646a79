"""Tables of amounts and of points (待遇分档、积分表)."""

from __future__ import annotations

from juxian.core.policy.document import Hit, PointsTable, Row, Table
from juxian.core.policy.language import read_number
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.reading.values import Values
from juxian.core.positioned import Path
from juxian.core.text import Text


class Tables(Values):
    def table(self, path: Path, in_kind: Text | None) -> Table | None:
        amount = self.get((*path, "amount"))
        if (amount is None) == (in_kind is None) and self.get((*path, "in_kind")) is None:
            self.wrong(
                path, "P313", Text("没有写给什么", "it does not say what is given"),
                Text("写 amount（金额或分档表）或 in_kind（实物）", "write amount (an amount or a table) or in_kind"), key=True,
            )  # fmt: skip
            return None
        if amount is not None and in_kind is not None:
            self.wrong(
                (*path, "in_kind"), "P313", Text("amount 与 in_kind 只能写一个", "write either amount or in_kind"),
                Text("拆成两项待遇", "make two benefits of it"), key=True,
            )  # fmt: skip
            return None
        if in_kind is not None or amount is None:
            return Table(Hit.FIRST, (Row(None, None, in_kind),))
        return self.amounts((*path, "amount"))

    def amounts(self, path: Path) -> Table | None:
        """An amount, or a table of amounts."""
        value = self.get(path)
        if isinstance(value, dict):
            return self.rows(path)
        give = self.amount(path)
        return Table(Hit.FIRST, (Row(None, give),)) if give else None

    def rows(self, path: Path) -> Table | None:
        if not self.mapping(path, ("hit", "rows"), ("rows",)) or self.get((*path, "rows")) is None:
            return None
        hit = Hit(self.choice((*path, "hit"), [hit.value for hit in Hit], "first"))
        found: list[Row] = []
        for item in self.items((*path, "rows")):
            if hit is Hit.FIRST and item[-1] and self.get((*path, "rows", int(item[-1]) - 1, "when")) is None:
                self.wrong(
                    item, "P314", Text("这一行永远轮不到：上一行没有条件", "this row is never reached: the one above has no condition"),
                    Text("没有 when 的行写在最后", "write the row without when last"),
                )  # fmt: skip
            if self.mapping(item, ("when", "give", "in_kind", "article", "note")):
                found.append(self.row(item))
        return Table(hit, tuple(found))

    def row(self, path: Path) -> Row:
        in_kind = self.title((*path, "in_kind"))
        give = self.amount((*path, "give"))
        if in_kind is None and self.get((*path, "give")) is None:
            self.missing(path, "give")
        elif in_kind is not None and give is not None:
            self.wrong(
                (*path, "in_kind"),
                "P313",
                Text("give 与 in_kind 只能写一个", "write either give or in_kind"),
                key=True,
            )
        return Row(self.condition((*path, "when")), give, in_kind, self.text((*path, "article")))

    def points(self, path: Path) -> tuple[PointsTable, ...]:
        if self.get(path) is None:
            return ()
        found: list[PointsTable] = []
        for item in self.items(path):
            if not self.mapping(item, ("id", "title", "rows", "note"), ("id", "title", "rows")):
                continue
            table = PointsTable(
                self.text((*item, "id")), self.title((*item, "title")) or Text(""), self.scores(item)
            )
            taken = {word for one in found for word in (one.id, one.title.zh)}
            for key, word in (("id", table.id), ("title", table.title.zh)):
                if not self.may_name(word) or word in taken:
                    self.wrong(
                        (*item, key), "P320", Text(f"“{word}”不能作积分的名称", f"“{word}” cannot name points"),
                        Text("一个词，不与字段或另一张积分表同名", "one word that is neither a field nor another table of points"),
                    )  # fmt: skip
            found.append(table)
        return tuple(found)

    def scores(self, path: Path) -> tuple[Row, ...]:
        found = []
        for item in self.items((*path, "rows")):
            if self.mapping(item, ("when", "give", "article", "note"), ("give",)):
                give, problems = read_number(
                    self.text((*item, "give")), self.names, value_in(self.document, (*item, "give"))
                )
                self.problems += problems
                found.append(Row(self.condition((*item, "when")), give, None, self.text((*item, "article"))))
        return tuple(found)
