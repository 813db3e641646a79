"""The whole explanation of one benefit for one person, fit to print (认定说明)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from juxian.apps.persons.models import Fact
from juxian.apps.policies.queries import digest_of_text, printed_digest
from juxian.core.facts.profile import FactRecord
from juxian.core.facts.schema import Schema
from juxian.core.facts.values import show_amount
from juxian.core.packs.schema import Pack
from juxian.core.policy import ENGINE_VERSION, Entitlement, Policy, Verdict, entitlements
from juxian.core.policy.reasons import Reason
from juxian.core.policy.wording import field_title
from juxian.web.kit import formats
from juxian.web.kit.entitling import STATES, Papers

DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. verdict: yes no unknown skipped. value: what the rule saw; paper: the fact and evidence it came from."""

    verdict: str
    words: str
    article: str
    value: str
    paper: str
    written: str
    depth: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One instalment of what is given."""

    number: int
    amount_fen: int
    after_months: int
    needs: str
    on: str = ""  # days of a year
    upon: str = ""  # the event with which it falls due
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a benefit gives a person, by which text, and why. turns_on: the day on which time alone gives it."""

    title: str
    policy: str
    document: str
    reference: str
    issuer: str
    article: str
    version: date
    day: date
    verdict: str
    tone: str
    state: str | Promise
    amount: str
    basis: str
    conditions: list[Condition]
    missing: list[str]
    changes: list[tuple[str, str, str]]
    displaced_by: list[str]
    turns_on: date | None
    payments: list[Payment]
    obligation_months: int
    text_digest: str
    profile_digest: str
    engine: str


def explanation_of(
    policies: Iterable[Policy],
    policy: str,
    benefit: str,
    profile: Mapping[str, Any],
    day: date,
    pack: Pack,
    language: str,
    facts: Sequence[Fact] = (),
    records: Sequence[FactRecord] = (),
    *,
    spouse_shown: bool = False,
) -> Explanation | None:
    """The explanation by these texts and this profile; None where none of the texts gives the benefit."""
    found = entitlements(policies, profile, day, pack.schema, spouse_shown=spouse_shown)
    item = next((i for i in found if (i.policy.id, i.benefit.id) == (policy, benefit)), None)
    if item is None:
        return None
    papers = Papers(records, {fact.pk: fact for fact in facts})
    return _Maker(pack.schema, language, day, papers).whole(item, profile)


@dataclass(frozen=True, slots=True)
class _Maker:
    schema: Schema
    language: str
    day: date
    papers: Papers

    def whole(self, item: Entitlement, profile: Mapping[str, Any]) -> Explanation:
        circular, benefit = item.policy.document, item.benefit
        tone, state = STATES[item.standing]
        return Explanation(
            title=benefit.title.in_language(self.language),
            policy=item.policy.title.in_language(self.language),
            document=circular.title,
            reference=circular.reference,
            issuer=circular.issuer,
            article=item.article,
            version=item.version.since,
            day=self.day,
            verdict=str(item.verdict),
            tone=tone,
            state=state,
            amount=self.amount(item),
            basis=benefit.basis,
            conditions=[line for reason in item.reasons for line in self.lines(reason, 0, "")],
            missing=[field_title(name, self.schema).in_language(self.language) for name in item.missing],
            changes=[
                (
                    change.title.in_language(self.language),
                    change.own.in_language(self.language),
                    change.needed.in_language(self.language),
                )
                for change in item.changes
            ],
            displaced_by=[other.title.in_language(self.language) for other in item.displaced_by],
            turns_on=item.turns_on,
            payments=[
                Payment(
                    p.number,
                    p.amount_fen,
                    p.after_months,
                    p.needs,
                    formats.listed(p.on),
                    field_title(p.upon, self.schema).in_language(self.language) if p.upon else "",
                    p.payer.in_language(self.language) if p.payer else "",
                )
                for p in item.payments
            ],
            obligation_months=benefit.obligation.serve_months if benefit.obligation else 0,
            text_digest=digest_of_text(item.policy.origin.source.text),
            profile_digest=printed_digest(profile),
            engine=ENGINE_VERSION,
        )

    def amount(self, item: Entitlement) -> str:
        if item.in_kind is not None:
            return item.in_kind.in_language(self.language)
        if item.verdict is Verdict.YES and item.amount_fen is not None:
            return show_amount(item.amount_fen, self.language)
        return ""

    def lines(self, reason: Reason, depth: int, above: str) -> Iterator[Condition]:
        """The step and all below it; nothing is left out. above: the article of the step that it belongs to."""
        skipped = reason.not_evaluated
        verdict = "skipped" if skipped else {True: "yes", False: "no", None: "unknown"}[reason.holds]
        bare = reason.missing or skipped or reason.parts
        paper = "" if bare else self.papers.behind(reason.fields, self.schema, self.day)
        yield Condition(
            verdict=verdict,
            words=reason.statement.in_language(self.language),
            article=reason.article if reason.article != above else "",
            value=self.value(reason),
            paper=paper,
            written=reason.written if reason.kind in ("who", "row") else "",
            depth=min(DEEPEST, depth),
        )
        for part in reason.parts:
            yield from self.lines(part, depth + 1, reason.article)

    def value(self, reason: Reason) -> str:
        if reason.not_evaluated:
            return _("未计算：%(why)s") % {"why": reason.not_evaluated.in_language(self.language)}
        return reason.own.in_language(self.language) if reason.own is not None else ""
