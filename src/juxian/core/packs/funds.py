"""``funds.yaml``: sources, funds, budgets, rules, co-payers, what is not given twice, quota posts, bank files (资金).

K861 unknown word of the file · K862 unknown policy or benefit · K863 a giver that is neither source nor line of the fund
above · K864 parts that exclude each other · K865 field or width of a bank file · K866 fund within itself · K867 a limit over
several persons that limits nothing, or by a field that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from juxian.core.facts.schema import Kind, Schema
from juxian.core.funds.book import (
    MEASURES,
    Appropriation,
    CoPayment,
    Fund,
    FundRule,
    FundsBook,
    Line,
    Measure,
    MoneySource,
    OutsideFigure,
    PostPool,
    SameThing,
    YearBudget,
)
from juxian.core.funds.limits import Limit, Per
from juxian.core.ledger.closing import CarryRule
from juxian.core.ledger.shares import ShareRule
from juxian.core.packs.banks import bank_layout
from juxian.core.packs.housing_values import amount_fen, read_all, share
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.packs.schema import BASES
from juxian.core.policy import Policy
from juxian.core.policy.language import Expression, read_condition
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.names import names_of_schema
from juxian.core.text import Text

FIRST_YEAR, LAST_YEAR = 1990, 2100
_ALL = "all"
_TOGETHER = (Kind.ORGANISATION, Kind.TEXT, Kind.LEVEL)  # kinds of fields by which persons belong together
_MONTHS = re.compile(r"([0-9]{1,3})(年|个月|years?|months?)")


def read_funds(
    whole: Part, policies: Mapping[str, Policy], organisations: Collection[str], schema: Schema
) -> FundsBook:
    """Everything of the file; what is wrong goes to the problems of ``whole``."""
    sections = (
        "sources",
        "funds",
        "budgets",
        "figures",
        "payers",
        "co_payment",
        "not_twice",
        "limits",
        "pools",
        "banks",
    )
    if not whole.keys((), sections):
        return FundsBook()
    return FundsReader(whole, policies, organisations, schema).book()


@dataclass
class FundsReader:
    whole: Part
    policies: Mapping[str, Policy]
    organisations: Collection[str]
    schema: Schema

    def book(self) -> FundsBook:
        part = self.whole
        sources = unique(read_all(part.get("sources").items(), self._source), lambda one: one.id)
        figures = unique(read_all(part.get("figures").items(), self._figure), lambda one: one.id)
        read = read_all(part.get("funds").items(), lambda item: self._fund(item, figures))
        funds = unique(read, lambda one: one.id)
        for item, fund in read:
            self._check_within(item, fund, funds)
        payers = {name: title.title() for name, title in part.get("payers").entries()}
        return FundsBook(
            sources,
            funds,
            tuple(
                one
                for _, one in read_all(
                    part.get("budgets").items(), lambda item: self._budget(item, funds, sources)
                )
            ),
            figures,
            payers,
            tuple(
                one
                for _, one in read_all(
                    part.get("co_payment").items(), lambda item: self._sharing(item, payers)
                )
            ),
            tuple(unique(read_all(part.get("not_twice").items(), self._same), lambda one: one.id).values()),
            tuple(unique(read_all(part.get("limits").items(), self._limit), lambda one: one.id).values()),
            unique(read_all(part.get("pools").items(), self._pool), lambda one: one.id),
            unique(read_all(part.get("banks").items(), bank_layout), lambda one: one.id),
        )

    # who gives, and outside figures

    def _source(self, part: Part) -> MoneySource | None:
        if not part.keys(("id", "title", "basis"), ("source",)):
            return None
        basis, source = _basis(part)
        return MoneySource(part.get("id").code(), part.get("title").title(), basis, source)

    def _figure(self, part: Part) -> OutsideFigure | None:
        if not part.keys(("id", "title", "values", "basis"), ("source",)):
            return None
        values: dict[int, int] = {}
        for item in part.get("values").items():
            if item.keys(("year", "amount")):
                year = item.get("year").integer(FIRST_YEAR, LAST_YEAR)
                amount = amount_fen(item.get("amount"))
                values |= {year: amount} if year and amount is not None else {}
        basis, source = _basis(part)
        return OutsideFigure(part.get("id").code(), part.get("title").title(), values, basis, source)

    # funds

    def _fund(self, part: Part, figures: Collection[str]) -> Fund | None:
        required = ("id", "title", "holder", "level", "basis", "lines")
        if not part.keys(required, ("source", "within", "rules", "carry_over", "since", "note", "paid_by")):
            return None
        self._organisation(part.get("holder"))
        if part.get("paid_by").present:
            self._organisation(part.get("paid_by"))
        lines = unique(read_all(part.get("lines").items(), self._line), lambda one: one.id)
        rules = read_all(part.get("rules").items(), lambda item: self._rule(item, lines, figures))
        basis, source = _basis(part)
        return Fund(
            id=part.get("id").code(),
            title=part.get("title").title(),
            holder=part.get("holder").text(),
            level=part.get("level").title(),
            lines=lines,
            rules=tuple(unique(rules, lambda one: one.share.id).values()),
            carry=_carry(part.get("carry_over")),
            basis=basis,
            source=source,
            within=part.get("within").text(),
            since=part.get("since").integer(FIRST_YEAR, LAST_YEAR) or 0,
            note=part.get("note").title(),
            paid_by=part.get("paid_by").text(),
        )

    def _line(self, part: Part) -> Line | None:
        if not part.keys(("id", "title"), ("pays", "note")):
            return None
        return Line(part.get("id").code(), part.get("title").title(), self._benefits(part.get("pays")))

    def _rule(self, part: Part, lines: Collection[str], figures: Collection[str]) -> FundRule | None:
        optional = ("at_least", "at_most", "on_breach", "measure", "since", "source")
        if not part.keys(("id", "title", "part", "of", "basis"), optional):
            return None
        least, most = (
            share(part.get(key)) if part.get(key).present else None for key in ("at_least", "at_most")
        )
        named = frozenset(self._lines_named(part.get("part"), lines))
        whole = frozenset(self._whole_named(part.get("of"), lines, figures))
        if least is None and most is None:
            hint = Text("写 at_least: 50%", "write at_least: 50%")
            part.refuse("K864", "没有写界限", "it has no bound", hint)
            return None
        if not named or not whole:
            return None
        basis, source = _basis(part)
        return FundRule(
            ShareRule(
                part.get("id").code(),
                part.get("title").title(),
                named,
                whole,
                least,
                most,
                cast(Literal["warn", "block"], part.get("on_breach").one_of(("warn", "block"), "warn")),
            ),
            cast(Measure, part.get("measure").one_of(MEASURES, "budget")),
            part.get("since").integer(FIRST_YEAR, LAST_YEAR) or FIRST_YEAR,
            basis,
            source,
        )

    def _lines_named(self, part: Part, lines: Collection[str]) -> tuple[str, ...]:
        if part.value == _ALL:
            return tuple(lines)
        words = part.words()
        for item in part.items():
            _known(item, lines, "科目", "line")
        return words

    def _whole_named(self, part: Part, lines: Collection[str], figures: Collection[str]) -> tuple[str, ...]:
        if isinstance(part.value, str) and part.value != _ALL:
            _known(part, figures, "对比数", "outside figure")
            return (part.text(),)
        return self._lines_named(part, lines)

    def _check_within(self, part: Part, fund: Fund, funds: Mapping[str, Fund]) -> None:
        if not fund.within:
            return
        _known(part.get("within"), funds, "资金", "fund")
        above, seen = funds.get(fund.within), {fund.id}
        while above is not None and above.within and above.id not in seen:
            seen.add(above.id)
            above = funds.get(above.within)
        if above is not None and above.id in seen:
            part.get("within").refuse("K866", "资金不能在自身之下", "a fund does not lie within itself")

    # budgets

    def _budget(self, part: Part, funds: Mapping[str, Fund], sources: Collection[str]) -> YearBudget | None:
        if not part.keys(("fund", "year", "document", "day", "lines", "basis"), ("source",)):
            return None
        fund = _known(part.get("fund"), funds, "资金", "fund")
        day, year = part.get("day").day(), part.get("year").integer(FIRST_YEAR, LAST_YEAR)
        if fund is None or day is None or year is None:
            return None
        givers = set(sources)
        if funds[fund].within in funds:
            givers |= {f"{funds[fund].within}/{line}" for line in funds[funds[fund].within].lines}
        basis, source = _basis(part)
        return YearBudget(
            fund,
            year,
            part.get("document").text(),
            day,
            tuple(self._appropriations(part.get("lines"), funds[fund], givers)),
            basis,
            source,
        )

    def _appropriations(self, part: Part, fund: Fund, givers: Collection[str]) -> Iterable[Appropriation]:
        for line, amounts in part.entries():
            if line not in fund.lines:
                amounts.refuse(
                    "K861",
                    f"没有科目“{line}”",
                    f"there is no line “{line}”",
                    one_of(line, list(fund.lines)),
                    key=True,
                )
                continue
            for giver, item in amounts.entries():
                if giver not in givers:
                    item.refuse(
                        "K863",
                        f"“{giver}”不是来源",
                        f"“{giver}” is no source",
                        one_of(giver, sorted(givers)),
                        key=True,
                    )
                elif amount := amount_fen(item):
                    yield Appropriation(line, giver, amount)

    # what bears on grants

    def _sharing(self, part: Part, payers: Collection[str]) -> CoPayment | None:
        if not part.keys(("benefits", "shares", "here", "basis"), ("source",)):
            return None
        shares: dict[str, int] = {}
        for payer, item in part.get("shares").entries():
            if payer not in payers:
                item.refuse(
                    "K861",
                    f"没有分担方“{payer}”",
                    f"there is no payer “{payer}”",
                    one_of(payer, list(payers)),
                    key=True,
                )
            shares[payer] = item.integer(1, 10_000) or 1
        _known(part.get("here"), shares, "分担方", "payer")
        if not shares:
            return None
        basis, source = _basis(part)
        return CoPayment(self._benefits(part.get("benefits")), shares, part.get("here").text(), basis, source)

    def _same(self, part: Part) -> SameThing | None:
        if not part.keys(("id", "title", "benefits", "basis"), ("across", "source")):
            return None
        basis, source = _basis(part)
        across = part.get("across").one_of(("person", "household"), "person")
        return SameThing(
            part.get("id").code(),
            part.get("title").title(),
            self._benefits(part.get("benefits")),
            cast(Literal["person", "household"], across),
            basis,
            source,
        )

    def _limit(self, part: Part) -> Limit | None:
        """``per`` is household, place, or the title of a profile field."""
        required = ("id", "title", "benefits", "per", "basis")
        if not part.keys(required, ("amount", "persons", "each_year", "when", "source")):
            return None
        basis, source = _basis(part)
        per = part.get("per").text()
        field = None if per in ("household", "place") else self.schema.find_field(per)
        if per not in ("household", "place") and (field is None or field.type.kind not in _TOGETHER):
            part.get("per").refuse(
                "K867",
                f"“{per}”不能作为合计的范围",
                f"“{per}” is nothing to add up by",
                Text(
                    "写 household、place，或单位、文字、等级类的画像字段",
                    "write household, place, or a profile field that is an organisation, a text or a level",
                ),
            )
        amount = amount_fen(part.get("amount")) if part.get("amount").present else None
        persons = part.get("persons").integer(1, 1_000_000) if part.get("persons").present else None
        if not part.get("amount").present and not part.get("persons").present:
            part.refuse(
                "K867",
                "没有写上限",
                "it limits nothing",
                Text("写 amount 或 persons", "write amount or persons"),
            )
        return Limit(
            part.get("id").code(),
            part.get("title").title(),
            self._benefits(part.get("benefits")),
            cast(Per, per) if per in ("household", "place") else "field",
            basis,
            field.name if field else "",
            amount,
            persons,
            part.get("each_year").boolean(),
            source,
            self._condition(part.get("when")),
        )

    def _condition(self, part: Part) -> Expression | None:
        if not part.present or not part.text():
            return None
        origin = value_in(part.document, part.path)
        found, problems = read_condition(part.text(), names_of_schema(self.schema), origin)
        part.problems.extend(problems)
        return found

    def _pool(self, part: Part) -> PostPool | None:
        required = ("id", "title", "holder", "total", "document", "day", "basis")
        if not part.keys(required, ("unit", "longest", "fill_within", "fact", "source")):
            return None
        self._organisation(part.get("holder"))
        day = part.get("day").day()
        if day is None:
            return None
        basis, source = _basis(part)
        return PostPool(
            id=part.get("id").code(),
            title=part.get("title").title(),
            holder=part.get("holder").text(),
            unit=part.get("unit").one_of(("post", "place"), "post"),
            total=part.get("total").integer(1, 1_000_000) or 1,
            document=part.get("document").text(),
            day=day,
            longest_months=_months(part.get("longest")),
            fill_months=_months(part.get("fill_within")),
            basis=basis,
            source=source,
            fact=part.get("fact").text(),
        )

    # words

    def _organisation(self, part: Part) -> None:
        _known(part, self.organisations, "机构", "organisation")

    def _benefits(self, part: Part) -> tuple[str, ...]:
        """Benefit words; ``place:…`` names one of another pack and is not checked."""
        found = []
        for item in part.items():
            word = item.text()
            found.append(word)
            policy, _, benefit = word.partition("/")
            if ":" in word:
                continue
            if policy not in self.policies:
                hint = one_of(policy, sorted(self.policies))
                item.refuse("K862", f"没有政策“{policy}”", f"there is no policy “{policy}”", hint)
            elif benefit and benefit not in self.policies[policy].benefits:
                hint = one_of(benefit, list(self.policies[policy].benefits))
                item.refuse(
                    "K862", f"政策没有待遇“{benefit}”", f"the policy has no benefit “{benefit}”", hint
                )
        return tuple(found)


def _known(part: Part, names: Collection[str], zh: str, en: str) -> str | None:
    word = part.text()
    if word and word in names:
        return word
    if word:
        part.refuse("K861", f"没有{zh}“{word}”", f"there is no {en} “{word}”", one_of(word, sorted(names)))
    return None


def _basis(part: Part) -> tuple[str, str]:
    return part.get("basis").one_of(BASES), part.get("source").text()


def _carry(part: Part) -> CarryRule:
    if not part.present or not part.keys((), ("share", "refuse_open", "basis", "source")):
        return CarryRule()
    kept = share(part.get("share")) if part.get("share").present else 1000
    if kept > 1000:
        part.get("share").refuse("K864", "结转比例不能超过 100%", "no more than 100% is carried over")
        kept = 1000
    return CarryRule(kept, part.get("refuse_open").boolean())


def _months(part: Part) -> int:
    """``3年`` or ``6个月``; absent is 0."""
    if not part.present:
        return 0
    found = _MONTHS.fullmatch(part.text().replace(" ", ""))
    if found is None:
        part.refuse(
            "K864",
            f"“{part.value}”不是期限",
            f"“{part.value}” is no length",
            Text("如 3年、6个月", "such as 3年"),
        )
        return 0
    return int(found[1]) * (12 if found[2].startswith(("年", "y")) else 1)
