"""One benefit with its duties and groups (一项待遇)."""

from __future__ import annotations

from typing import cast

from juxian.core.policy.document import (
    BASES,
    DELIVERIES,
    Basis,
    Benefit,
    Clawback,
    Hit,
    Obligation,
    Stacking,
    StackingRule,
    Table,
)
from juxian.core.policy.names import Names
from juxian.core.policy.reading.payments import Payments
from juxian.core.policy.reading.scheduling import payers_of
from juxian.core.policy.reading.tables import Tables
from juxian.core.policy.reading.windows import Windows
from juxian.core.positioned import Document, Path
from juxian.core.text import Text

LONGEST_OPT_OUT_DAYS = 365
_KEYS = (
    "id", "title", "article", "basis", "who", "amount", "in_kind", "pay", "payers", "per_payment", "obligation", "stacking", "cap",
    "window", "delivery", "opt_out_days", "note", "source",
)  # fmt: skip


class Benefits(Tables, Payments, Windows):
    """``opt_out_days``: of the whole policy."""

    def __init__(self, document: Document, names: Names) -> None:
        super().__init__(document, names)
        self.opt_out_days: int | None = None

    def benefit(self, path: Path, basis: Basis) -> Benefit | None:
        if not self.mapping(path, _KEYS, ("id", "title")):
            return None
        in_kind = self.title((*path, "in_kind"))
        table = self.table(path, in_kind)
        pay = self.pay((*path, "pay"))
        delivery = self.choice((*path, "delivery"), DELIVERIES, "application")
        benefit = Benefit(
            id=self.code((*path, "id")),
            title=self.title((*path, "title")) or Text(""),
            article=self.text((*path, "article")),
            basis=cast(Basis, self.choice((*path, "basis"), BASES, basis)),
            who=self.condition((*path, "who")),
            table=table or Table(Hit.FIRST, ()),
            in_kind=in_kind,
            pay=pay,
            payers=payers_of(self, path, self.pay),
            per_payment=self.flag((*path, "per_payment")),
            obligation=self.obligation((*path, "obligation")),
            stacking=self.stacking((*path, "stacking"), self.text((*path, "id"))),
            cap_fen=self.fixed_amount((*path, "cap")),
            window=self.window((*path, "window"), delivery),
            delivery=delivery,
            opt_out_days=self.objecting(path, delivery),
            note=self.title((*path, "note")),
        )
        if any(s.rule is StackingRule.HIGHEST for s in benefit.stacking) and table and not benefit.is_money:
            self.wrong(
                (*path, "stacking"), "P317", Text("实物待遇没有金额，不能就高", "what is given in kind has no amount to compare"),
                Text("用 choose_one 或 first", "use choose_one or first"),
            )  # fmt: skip
        return benefit

    def objecting(self, path: Path, delivery: str) -> int | None:
        """Days to object of a benefit that is given without application; its own, else the policy's."""
        own = self.days_to_object((*path, "opt_out_days"))
        if delivery == "no_application":
            return self.opt_out_days if own is None else own
        if own is not None:
            self.wrong(
                (*path, "opt_out_days"), "P319",
                Text("要申请的待遇没有免申即享的异议期", "a benefit that is applied for has no days to object"),
                Text("写 delivery: no_application，或去掉这一项", "write delivery: no_application, or leave it out"), key=True,
            )  # fmt: skip
        return None

    def days_to_object(self, path: Path) -> int | None:
        return self.integer(path, 1, LONGEST_OPT_OUT_DAYS) or None

    def obligation(self, path: Path) -> Obligation | None:
        if self.get(path) is None or not self.mapping(
            path, ("serve", "from", "clawback", "excludes", "note"), ("serve",)
        ):
            return None
        clawback = None
        if self.get((*path, "clawback")) is not None and self.mapping(
            (*path, "clawback"), ("kind", "of", "penalty"), ("kind",)
        ):
            kind = self.choice(
                (*path, "clawback", "kind"), ("pro_rata_months", "pro_rata_years", "full", "received")
            )
            penalty = self.amounts((*path, "clawback", "penalty"))
            clawback = Clawback(kind, self.integer((*path, "clawback", "of"), 1, 1200), penalty)
        excludes = self.get((*path, "excludes")) or []
        return Obligation(
            serve_months=self.months((*path, "serve")),
            from_field=self.date_field((*path, "from")),
            clawback=clawback,
            excludes=tuple(str(item) for item in excludes)
            if isinstance(excludes, list)
            else (str(excludes),),
            note=self.title((*path, "note")),
        )

    def stacking(self, path: Path, benefit: str) -> tuple[Stacking, ...]:
        value = self.get(path)
        if value is None:
            return ()
        found = []
        for item in self.items(path) if isinstance(value, list) else [path]:
            if self.mapping(item, ("group", "rule"), ("rule",)):
                rule = self.choice((*item, "rule"), [rule.value for rule in StackingRule])
                group = self.text((*item, "group")) or f"={benefit}"
                found += [Stacking(StackingRule(rule), group)] if rule else []
        return tuple(found)
