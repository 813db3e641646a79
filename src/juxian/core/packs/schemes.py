"""``schemes`` of ``housing.yaml``: the rules of talent apartments (公寓办法).

K843 field that cannot be read · K844 parts that exclude each other · K846 value of no level.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from juxian.core.allocation.waiting import WAITED_MONTHS
from juxian.core.facts.schema import Schema
from juxian.core.housing.scheme import (
    Ban,
    Deposit,
    ExitCause,
    ExitRule,
    ExitStep,
    PointRule,
    RentRow,
    RentTable,
    Scheme,
    Standard,
    Tenure,
)
from juxian.core.housing.words import APPLICATION_FIELDS, BanCause, Cause, Payer, Price
from juxian.core.packs.housing_values import amount_fen, area_dm2, bounds, read_all, share
from juxian.core.packs.reading import Part, one_of, unique
from juxian.core.packs.schema import BASES
from juxian.core.policy import Expression, Names, names_of_schema
from juxian.core.policy import language as policy_language
from juxian.core.policy.mistakes import value_in

_MOST_MONTHS, _MOST_DAYS, _MOST_POINTS = 600, 3650, 10_000
_BOTH = ("market", "rent")


def names_of(schema: Schema) -> Names:
    """The words of conditions in a scheme: the profile, and what an application says."""
    return names_of_schema(schema) | Names.from_fields(APPLICATION_FIELDS, schema)


@dataclass(frozen=True)
class SchemeReader:
    """Reads one scheme after the other with the words of ``schema``; mistakes go to the problems of the parts."""

    schema: Schema

    def scheme(self, part: Part) -> Scheme | None:
        required = ("id", "title", "basis", "source", "offer", "lease", "rent", "leaving")
        optional = (
            "note", "who", "article", "household", "standards", "points", "deposit", "bans", "inspection_months",
        )  # fmt: skip
        if not part.keys(required, optional):
            return None
        household, points = part.get("household"), part.get("points")
        if household.present:
            household.keys((), ("flats", "higher_of", "passes_to_spouse"))
        if points.present:
            points.keys(("version", "rules"))
        return Scheme(
            id=part.get("id").code(),
            title=part.get("title").title(),
            basis=part.get("basis").one_of(BASES),
            source=part.get("source").text(),
            note=part.get("note").title(),
            who=self.condition(part.get("who")),
            article=part.get("article").text(),
            flats_per_household=household.get("flats").integer(1, 9) or 1,
            higher_of=self.fields(household.get("higher_of")),
            standards=tuple(one for _, one in read_all(part.get("standards").items(), self.standard)),
            points_version=points.get("version").text(),
            points=tuple(one for _, one in read_all(points.get("rules").items(), self.point_rule)),
            days_to_answer=self.days_to_answer(part.get("offer")),
            tenure=self.tenure(part.get("lease")),
            deposit=self.deposit(part.get("deposit")),
            rent=self.rent(part.get("rent")),
            leaving=self.leaving(part.get("leaving")),
            bans=unique(read_all(part.get("bans").items(), self.ban), lambda one: one.cause),
            inspection_months=part.get("inspection_months").integer(0, _MOST_MONTHS) or 0,
            passes_to_spouse=household.get("passes_to_spouse").boolean(),
        )

    def condition(self, part: Part) -> Expression | None:
        if not part.present:
            return None
        text, origin = part.text(), value_in(part.document, part.path)
        if not text:
            return None
        expression, problems = policy_language.read_condition(text, names_of(self.schema), origin)
        part.problems.extend(problems)
        return expression

    def fields(self, part: Part) -> tuple[str, ...]:
        return tuple(name for item in part.items() if (name := self.stored_field(item)))

    def stored_field(self, part: Part, extra: Collection[str] = ()) -> str:
        """A profile field, one of the application, or a word of ``extra``; in English or Chinese."""
        word = part.text()
        found = self.schema.find_field(word)
        own = next((f.name for f in APPLICATION_FIELDS.values() if word in (f.name, f.title.zh)), "")
        if word in extra or own or not word:
            return own or word
        if found is None or found.years_since:
            known = [*(name for name, field in self.schema.profile.items() if not field.years_since), *extra]
            zh, en = f"没有可计分的字段“{word}”", f"there is no stored field “{word}”"
            part.refuse("K843", zh, en, one_of(word, known))
            return ""
        return found.name

    def standard(self, part: Part) -> Standard | None:
        if not part.keys(("area_m2",), ("when",)):
            return None
        area = area_dm2(part.get("area_m2"))
        return None if area is None else Standard(area, self.condition(part.get("when")))

    def point_rule(self, part: Part) -> PointRule | None:
        if not part.keys(("title",), ("when", "gives", "reads", "by_value", "each", "most")):
            return None
        by_condition = part.get("when").present
        others = [key for key in ("reads", "by_value", "each", "most") if part.get(key).present]
        if by_condition == bool(others) or by_condition != part.get("gives").present:
            zh = "应写 when 与 gives，或 reads 与 by_value、each"
            part.refuse("K844", zh, "write either when and gives, or reads with by_value or each")
            return None
        if by_condition:
            gives = part.get("gives").integer(0, _MOST_POINTS) or 0
            return PointRule(part.get("title").title(), self.condition(part.get("when")), gives)
        field = self.stored_field(part.get("reads"), (WAITED_MONTHS,))
        return PointRule(
            part.get("title").title(),
            reads=field,
            by_value=self.points_by_value(part.get("by_value"), field),
            each=part.get("each").integer(0, _MOST_POINTS) or 0,
            most=part.get("most").integer(0, _MOST_POINTS),
        )

    def points_by_value(self, part: Part, field: str) -> dict[str, int]:
        """Value → points; levels by code, title or alias, booleans as yes and no, numbers as they are."""
        profile = self.schema.profile.get(field)
        scale = self.schema.scales.get(profile.type.scale) if profile else None
        found: dict[str, int] = {}
        for word, entry in part.entries():
            level = scale.find(word) if scale else None
            if scale and level is None:
                hint = one_of(word, list(scale.levels))
                zh, en = f"“{word}”不在“{scale.title.zh}”中", f"“{word}” is no level of “{scale.title.en}”"
                entry.refuse("K846", zh, en, hint, key=True)
            else:
                found[level.code if level else word] = entry.integer(0, _MOST_POINTS) or 0
        return found

    def days_to_answer(self, part: Part) -> int:
        part.keys(("days",))
        return part.get("days").integer(1, _MOST_DAYS) or 1

    def tenure(self, part: Part) -> Tenure:
        part.keys(("months",), ("terms", "total_months", "renewal_months", "renewal_until_months"))
        first, *longer = _lengths(part.get("months")) or [1]
        return Tenure(
            months=first,
            longer=tuple(longer),
            terms=part.get("terms").integer(1, 99),
            total_months=part.get("total_months").integer(1, _MOST_MONTHS),
            renewal_months=part.get("renewal_months").integer(0, _MOST_MONTHS) or 0,
            renewal_until_months=part.get("renewal_until_months").integer(0, _MOST_MONTHS) or 0,
        )

    def deposit(self, part: Part) -> Deposit:
        if not part.present or not part.keys((), ("payer", "amount", "months")):
            return Deposit()
        if part.get("amount").present == part.get("months").present:
            part.refuse("K844", "应写 amount 或 months 之一", "write one of amount and months")
        payer = part.get("payer").one_of(list(Payer), Payer.PERSON)
        return Deposit(
            Payer(payer), amount_fen(part.get("amount")) or 0, part.get("months").integer(0, 24) or 0
        )

    def rent(self, part: Part) -> RentTable:
        part.keys(("price", "rows"), ("amount", "over_standard", "payers", "article"))
        price = Price(part.get("price").one_of(list(Price), Price.MARKET))
        if part.get("amount").present == (price is Price.MARKET):
            part.refuse(
                "K844", "按市场租金计时不写 amount，其他写", "amount stands with every price but market"
            )
        payers = {
            Payer(payer): entry.integer(1, 1000) or 1
            for payer, entry in part.get("payers").entries()
            if _is_payer(entry, payer)
        }
        over = part.get("over_standard")
        return RentTable(
            price=price,
            price_fen=amount_fen(part.get("amount")) or 0,
            rows=tuple(one for _, one in read_all(part.get("rows").items(), self.rent_row)),
            over_share=share(over) if over.present else None,
            payers=payers,
            article=part.get("article").text(),
        )

    def rent_row(self, part: Part) -> RentRow | None:
        if not part.keys(("share",), ("when", "terms", "years")):
            return None
        return RentRow(
            share(part.get("share")),
            self.condition(part.get("when")),
            bounds(part.get("terms")),
            bounds(part.get("years")),
        )

    def leaving(self, part: Part) -> ExitRule:
        part.keys(("days",), ("rent", "causes"))
        return ExitRule(
            part.get("days").integer(0, _MOST_DAYS) or 0,
            tuple(one for _, one in read_all(part.get("rent").items(), self.exit_step)),
            unique(read_all(part.get("causes").items(), self.exit_cause), lambda one: one.cause),
        )

    def exit_step(self, part: Part) -> ExitStep | None:
        if not part.keys(("share", "of"), ("days",)):
            return None
        days = part.get("days").integer(1, _MOST_DAYS)
        return ExitStep(share(part.get("share")), part.get("of").one_of(_BOTH, "rent"), days)

    def exit_cause(self, part: Part) -> ExitCause | None:
        if not part.keys(("cause",), ("days", "after_months", "ban_months", "article")):
            return None
        cause = part.get("cause").one_of(list(Cause))
        return (
            cause
            and ExitCause(
                cause,
                part.get("days").integer(0, _MOST_DAYS),
                part.get("after_months").integer(0, _MOST_MONTHS) or 0,
                part.get("ban_months").integer(0, _MOST_MONTHS) or 0,
                part.get("article").text(),
            )
        ) or None

    def ban(self, part: Part) -> Ban | None:
        if not part.keys(("cause", "months"), ("times", "within_months", "article")):
            return None
        cause = part.get("cause").one_of(list(BanCause))
        return (
            cause
            and Ban(
                cause,
                part.get("months").integer(1, _MOST_MONTHS) or 1,
                part.get("times").integer(1, 99) or 1,
                part.get("within_months").integer(0, _MOST_MONTHS) or 0,
                part.get("article").text(),
            )
        ) or None


def _is_payer(part: Part, word: str) -> bool:
    if word in list(Payer):
        return True
    zh, en = f"没有付款方“{word}”", f"there is no payer “{word}”"
    part.refuse("K104", zh, en, one_of(word, list(Payer)), key=True)
    return False


def _lengths(part: Part) -> list[int]:
    """Months of one term, or a list of those that may be chosen, the usual ones first."""
    parts = part.items() if isinstance(part.value, list) else [part]
    found: list[int] = []
    for item in parts:
        months = item.integer(1, _MOST_MONTHS)
        if months in found:
            item.refuse("K109", f"{months} 写了两次", f"{months} stands here twice")
        elif months is not None:
            found.append(months)
    return found
