"""What a person can get and why, as cards that every audience reads (待遇与理由)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact
from juxian.core.facts.profile import FactRecord, deriving_facts
from juxian.core.facts.schema import Schema
from juxian.core.facts.values import show_amount
from juxian.core.money import CEILING_FEN
from juxian.core.packs.schema import Pack
from juxian.core.policy import Entitlement, Standing, Verdict, entitlements
from juxian.core.policy.document import Benefit
from juxian.core.policy.nodes import AllOf, Clause, fields_of
from juxian.core.policy.reasons import Reason
from juxian.core.policy.turning import Change
from juxian.core.policy.wording import field_title
from juxian.web.kit import formats, phrases

DEEPEST = 3
CHANGES_TOLD = 2
STATES: dict[Standing, tuple[str, str | Promise]] = {
    Standing.GRANTED: ("ok", gettext_lazy("可享受")),
    Standing.ALTERNATIVE: ("info", gettext_lazy("可择一享受")),
    Standing.MISSING: ("warn", gettext_lazy("待补充材料")),
    Standing.NOT_MET: ("mute", gettext_lazy("不符合")),
    Standing.NOT_IN_FORCE: ("mute", gettext_lazy("不在适用期")),
    Standing.NOT_YET: ("info", gettext_lazy("尚未开始申报")),
    Standing.CLOSED: ("mute", gettext_lazy("已过申报期限")),
    Standing.RECEIVED: ("info", gettext_lazy("已享受过")),
    Standing.DISPLACED: ("mute", gettext_lazy("已由同类待遇享受")),
}
Address = Callable[[str], str]  # id of a policy → where it is shown
Claim = Callable[
    [Benefit], tuple[str, str]
]  # benefit → where it is asked for and what that is called; empty for nowhere
Printed = Callable[
    [str, str], str
]  # ids of policy and benefit → where the whole explanation is, fit to print


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One condition. verdict: yes no unknown skipped. value: what the rule saw, and the paper it came from."""

    verdict: str
    words: str
    value: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class EntitlementCard:
    """One benefit for one person, ready for a page. missing: stored profile fields that would decide it.

    claim, claim_title: where it is asked for, for what is not refused. amount_fen: what is given, None while undecided.
    """

    policy_id: str
    benefit_id: str
    policy_title: str
    title: str
    verdict: str
    tone: str
    state: str | Promise
    amount: str
    note: str
    why: str
    open: bool
    clause: str
    href: str
    basis: str | Promise
    lines: list[ReasonLine]
    missing: tuple[str, ...]
    turns_on: date | None
    claim: str = ""
    claim_title: str = ""
    amount_fen: int | None = None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class MissingFact:
    """Something that would decide a benefit. kind: of the fact that tells it, empty when no single kind does."""

    field: str
    title: str
    kind: str
    benefits: list[str]


@dataclass(frozen=True, slots=True)
class Papers:
    """Where values came from: the facts of the person by id, as the profile was derived from them."""

    records: Sequence[FactRecord] = ()
    facts: Mapping[int, Fact] | None = None

    def behind(self, fields: Sequence[str], schema: Schema, day: date) -> str:
        """The newest paper behind the first field that has one: ``学位证书 · 已核验``."""
        for name in fields:
            found = deriving_facts(name, self.records, schema, day) if name in schema.profile else []
            fact = (self.facts or {}).get(found[-1].id or 0) if found else None
            if fact is not None:
                words = [fact.evidence, str(Verification(fact.verification).label)]
                return " · ".join(word for word in words if word)
        return ""


def entitlement_cards(
    pack: Pack,
    profile: Mapping[str, Any],
    day: date,
    language: str,
    *,
    address: Address | None = None,
    claim: Claim | None = None,
    printed: Printed | None = None,
    records: Sequence[FactRecord] = (),
    facts: Sequence[Fact] = (),
    spouse_shown: bool = False,
) -> list[EntitlementCard]:
    """Every benefit of the pack's policies: what is given first, then what is one step short, then the rest.

    The first card and each that is one step short are open.
    """
    found = entitlements(pack.policies.values(), profile, day, pack.schema, spouse_shown=spouse_shown)
    papers = Papers(records, {fact.pk: fact for fact in facts})
    maker = _Cards(pack.schema, language, day, papers, address, claim, printed)
    ranked = sorted(found, key=_rank)
    return [maker.card(item, first=place == 0) for place, item in enumerate(ranked)]


def shown_first(cards: Sequence[EntitlementCard]) -> tuple[list[EntitlementCard], list[EntitlementCard]]:
    """(what is given, undecided or one step short; the rest, which pages fold away)."""
    near = [card for card in cards if card.verdict != Verdict.NO or card.open]
    return near, [card for card in cards if card not in near]


def missing_facts(cards: Sequence[EntitlementCard], schema: Schema, language: str) -> list[MissingFact]:
    """What would decide most benefits first."""
    benefits: dict[str, list[str]] = {}
    for card in cards:
        for name in card.missing:
            benefits.setdefault(name, []).append(card.title)
    ranked = sorted(benefits, key=lambda name: -len(benefits[name]))
    return [
        MissingFact(
            name, field_title(name, schema).in_language(language), kind_telling(name, schema), benefits[name]
        )
        for name in ranked
    ]


def turning_cards(cards: Sequence[EntitlementCard]) -> list[EntitlementCard]:
    """Benefits that time alone will give, the nearest day first."""
    return sorted((card for card in cards if card.turns_on), key=lambda card: card.turns_on or date.max)


def kind_telling(name: str, schema: Schema) -> str:
    """The kind of fact from which a profile field is derived; of the spouse's, the one in which the person says it."""
    field = schema.profile.get(name)
    field = schema.profile.get(field.stated) if field and field.of_spouse else field
    field = schema.profile.get(field.years_since) if field and field.years_since else field
    return field.derive[0].kind if field and field.derive else ""


def fields_read(benefit: Benefit) -> list[str]:
    """Stored profile fields that decide a benefit and its amount, each once."""
    names = [name for clause in clauses_of(benefit) for name in fields_of(clause)]
    names += [name for row in benefit.table.rows if row.give for name in row.give.fields]
    return list(dict.fromkeys(names))


def clauses_of(benefit: Benefit) -> list[Clause]:
    """The conditions of a benefit: when one may apply, who, and each row of its table."""
    expressions = [benefit.who, *(row.when for row in benefit.table.rows)]
    found: list[Clause] = [benefit.window] if benefit.window else []
    return found + [expression.clause for expression in expressions if expression]


def _one_step_short(item: Entitlement) -> bool:
    if item.verdict is Verdict.UNKNOWN:
        return len(item.missing) == 1
    return item.standing is Standing.NOT_MET and bool(item.changes or item.turns_on)


def _rank(item: Entitlement) -> int:
    order = {Verdict.YES: 0, Verdict.UNKNOWN: 2, Verdict.NO: 4}
    return order[item.verdict] - (1 if item.verdict is not Verdict.YES and _one_step_short(item) else 0)


def change_words(change: Change, language: str) -> str:
    """One change that would give a benefit; of a list, only what comes to it or goes from it."""
    if change.more:
        words, needed = _("若%(field)s另有%(needed)s即可享受"), change.more
    elif change.less:
        words, needed = _("若%(field)s没有%(needed)s即可享受"), change.less
    else:
        words, needed = _("若%(field)s为%(needed)s即可享受"), change.needed
    return words % {"field": change.title.in_language(language), "needed": needed.in_language(language)}


@dataclass(frozen=True, slots=True)
class _Cards:
    schema: Schema
    language: str
    day: date
    papers: Papers
    address: Address | None
    claim: Claim | None = None
    printed: Printed | None = None

    def card(self, item: Entitlement, *, first: bool) -> EntitlementCard:
        tone, state = STATES[item.standing]
        short = item.verdict is not Verdict.YES and _one_step_short(item)
        if item.standing is Standing.MISSING and item.missing:
            state = ngettext("待补充 %(number)s 项", "待补充 %(number)s 项", len(item.missing)) % {
                "number": len(item.missing)
            }
        elif short:
            tone, state = "warn", _("还差一步")
        where = self.claim(item.benefit) if self.claim and item.verdict is not Verdict.NO else ("", "")
        return EntitlementCard(
            policy_id=item.policy.id,
            benefit_id=item.benefit.id,
            policy_title=item.policy.title.in_language(self.language),
            title=item.benefit.title.in_language(self.language),
            verdict=str(item.verdict),
            tone=tone,
            state=state,
            amount=self.amount(item),
            note=self.note(item),
            why=self.why(item),
            open=first or short,
            clause=self.clause(item),
            href=self.address(item.policy.id) if self.address else "",
            basis="" if item.benefit.basis == "sourced" else phrases.BASIS[item.benefit.basis],
            lines=list(self.lines(item)),
            missing=item.missing,
            turns_on=item.turns_on if item.standing is not Standing.NOT_IN_FORCE else None,
            claim=where[0],
            claim_title=where[1],
            amount_fen=(item.offered_fen if item.standing is Standing.ALTERNATIVE else item.amount_fen)
            if item.verdict is Verdict.YES
            else None,
            printed=self.printed(item.policy.id, item.benefit.id) if self.printed else "",
        )

    def amount(self, item: Entitlement) -> str:
        if not item.benefit.is_money:
            return self.in_kind(item)
        if item.verdict is Verdict.YES:
            whole = item.offered_fen if item.standing is Standing.ALTERNATIVE else item.amount_fen
            return show_amount(whole or 0, self.language)
        if item.verdict is Verdict.UNKNOWN and 0 < item.high_fen < CEILING_FEN:
            return _("最高 %(amount)s") % {"amount": show_amount(item.high_fen, self.language)}
        return ""

    def in_kind(self, item: Entitlement) -> str:
        words = item.benefit.in_kind or next(
            (row.in_kind for row in item.benefit.table.rows if row.in_kind), None
        )
        return words.in_language(self.language) if words else ""

    def note(self, item: Entitlement) -> str:
        """How it is paid, what it excludes, or the nearest change that would give it."""
        if item.verdict is Verdict.YES:
            return self.payment(item)
        if item.standing is Standing.DISPLACED:
            names = formats.listed(benefit.title.in_language(self.language) for benefit in item.displaced_by)
            return _("同类待遇已由“%(names)s”享受") % {"names": names}
        words = []
        if item.verdict is Verdict.NO and item.turns_on and item.standing is not Standing.NOT_IN_FORCE:
            words.append(_("预计 %(day)s 起符合") % {"day": item.turns_on.isoformat()})
        if item.standing is Standing.NOT_MET:
            words += [change_words(change, self.language) for change in item.changes[:CHANGES_TOLD]]
        return formats.clauses(words)

    def payment(self, item: Entitlement) -> str:
        payments = item.payments
        if len(payments) < 2:
            return ""
        first = show_amount(payments[0].amount_fen, self.language)
        if len({payment.amount_fen for payment in payments}) == 1:
            return _("分 %(count)s 次发放，每次 %(amount)s") % {"count": len(payments), "amount": first}
        return _("分 %(count)s 次发放，首次 %(amount)s") % {"count": len(payments), "amount": first}

    def why(self, item: Entitlement) -> str:
        if item.verdict is Verdict.YES:
            return _("为什么符合？")
        return _("还差什么？") if item.verdict is Verdict.UNKNOWN else _("为什么还不符合？")

    def clause(self, item: Entitlement) -> str:
        title = item.policy.document.title or item.policy.title.in_language(self.language)
        title = title if title.startswith("《") else f"《{title}》"
        return f"{title}{item.article}"

    def lines(self, item: Entitlement) -> Iterator[ReasonLine]:
        """The steps of the explanation; rows of a table only where they matter."""
        for reason in item.reasons:
            match reason.kind:
                case "version":
                    if reason.holds is not True:
                        yield self.line(reason, 0)
                case "who":
                    yield from self.who(reason, item)
                case "row":
                    if self.matters(reason, item):
                        yield from self.tree(reason, 0)
                case _:
                    yield self.line(reason, 0)

    def who(self, reason: Reason, item: Entitlement) -> Iterator[ReasonLine]:
        """Conditions that must all hold stand side by side; anything else is one tree."""
        if item.benefit.who and isinstance(item.benefit.who.clause, AllOf):
            for part in reason.parts:
                yield from self.tree(part, 0)
        else:
            yield from self.tree(reason, 0)

    def matters(self, reason: Reason, item: Entitlement) -> bool:
        if reason.not_evaluated or not reason.written:
            return False
        return reason.holds is not False or item.verdict is Verdict.NO

    def tree(self, reason: Reason, depth: int) -> Iterator[ReasonLine]:
        denied = reason.parts[0] if reason.kind == "not" and not reason.parts[0].parts else None
        yield self.line(reason, depth, self.value(denied or reason))
        for part in () if denied else reason.parts:
            yield from self.tree(part, min(DEEPEST, depth + 1))

    def line(self, reason: Reason, depth: int, value: str | None = None) -> ReasonLine:
        verdict = (
            "skipped" if reason.not_evaluated else {True: "yes", False: "no", None: "unknown"}[reason.holds]
        )
        return ReasonLine(
            verdict,
            reason.statement.in_language(self.language),
            self.value(reason) if value is None else value,
            depth,
        )

    def value(self, reason: Reason) -> str:
        if reason.not_evaluated:
            return reason.not_evaluated.in_language(self.language)
        if reason.own is None:
            return ""
        own = _("当前：%(value)s") % {"value": reason.own.in_language(self.language)}
        paper = "" if reason.missing else self.papers.behind(reason.fields, self.schema, self.day)
        return formats.with_aside(own, paper)
