"""Policies in plain words, the same for staff and public (政策的白话)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from juxian.apps.policies.queries import BenefitTotal
from juxian.core.facts.schema import Schema
from juxian.core.facts.values import show_amount
from juxian.core.packs.schema import Pack
from juxian.core.policy.document import (
    Benefit,
    Cap,
    Hit,
    Pay,
    Policy,
    Row,
    Stacking,
    StackingRule,
    Table,
    Version,
)
from juxian.core.policy.language import Expression
from juxian.core.policy.nodes import AllOf
from juxian.core.policy.wording import field_title, statement, term_words
from juxian.web.kit import formats, phrases

BASIS_TONES = {"sourced": "ok", "analogue": "warn", "assumed": "warn"}
STAGES: dict[str, str | Promise] = {
    "introduction": gettext_lazy("引才"),
    "training": gettext_lazy("育才"),
    "evaluation": gettext_lazy("评才"),
    "incentive": gettext_lazy("励才"),
    "service": gettext_lazy("服务"),
}
HITS: dict[Hit, str | Promise] = {
    Hit.FIRST: gettext_lazy("从上往下，先符合哪一档按哪一档"),
    Hit.HIGHEST: gettext_lazy("符合多档的，按最高一档"),
    Hit.LOWEST: gettext_lazy("符合多档的，按最低一档"),
    Hit.SUM: gettext_lazy("符合的各档累加"),
    Hit.UNIQUE: gettext_lazy("只能符合其中一档"),
}
STACKINGS: dict[StackingRule, str | Promise] = {
    StackingRule.HIGHEST: gettext_lazy("与“%(group)s”类其他待遇就高不重复"),
    StackingRule.FIRST: gettext_lazy("“%(group)s”类待遇按次序享受一项"),
    StackingRule.CHOOSE_ONE: gettext_lazy("“%(group)s”类待遇择一享受"),
    StackingRule.DEDUCT_EARLIER: gettext_lazy("扣除此前已享受的“%(group)s”类待遇"),
    StackingRule.ONCE_IN_LIFE: gettext_lazy("“%(group)s”类待遇终身只享受一次"),
}
EVERY: dict[str, str | Promise] = {
    "year": gettext_lazy("分 %(count)s 次，每年一次"),
    "quarter": gettext_lazy("分 %(count)s 次，每季度一次"),
    "month": gettext_lazy("分 %(count)s 次，每月一次"),
    "once": gettext_lazy("分 %(count)s 次"),
}
DUE_WORDS: dict[str, str | Promise] = {
    "next_month": gettext_lazy("次月首日发放"),
    "next_quarter": gettext_lazy("次季度首日发放"),
}
CLAWBACKS: dict[str, str | Promise] = {
    "pro_rata_months": gettext_lazy("提前离开按未满月数退回"),
    "pro_rata_years": gettext_lazy("提前离开按未满年数退回"),
    "full": gettext_lazy("提前离开须全额退回"),
    "received": gettext_lazy("提前离开退回已领部分"),
}


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy in a list. is_money: at least one benefit in force is paid, so that a total means something."""

    id: str
    title: str
    summary: str
    document: str
    issuer: str
    stage: str | Promise
    basis: str | Promise
    basis_tone: str
    since: date | None
    benefits: int
    is_money: bool
    total: BenefitTotal | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of a decision table. ``when`` is empty for *otherwise*."""

    when: list[str]
    give: str


@dataclass(frozen=True, slots=True)
class BenefitView:
    """One benefit: who, how much, how it is paid, what goes with it."""

    id: str
    title: str
    article: str
    basis: str | Promise
    basis_tone: str
    who: list[str]
    tiers: list[Tier]
    hit: str | Promise
    notes: list[str]
    total: BenefitTotal | None = None


@dataclass(frozen=True, slots=True)
class VersionView:
    since: date
    until: date | None
    current: bool
    applies_by: str
    note: str
    benefits: list[BenefitView]
    caps: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy with all its versions, the newest first."""

    row: PolicyRow
    reference: str
    url: str
    published: date | None
    trial: bool
    source: str
    versions: list[VersionView]


Totals = Mapping[tuple[str, str], BenefitTotal]


def policy_rows(pack: Pack, day: date, language: str, totals: Totals | None = None) -> list[PolicyRow]:
    """The policies of a pack in the order of its files."""
    return [policy_row(policy, day, language, totals) for policy in pack.policies.values()]


def policy_row(policy: Policy, day: date, language: str, totals: Totals | None = None) -> PolicyRow:
    version = policy.version_on(day)
    return PolicyRow(
        id=policy.id,
        title=policy.title.in_language(language),
        summary=policy.summary.in_language(language),
        document=policy.document.title,
        issuer=policy.document.issuer,
        stage=STAGES.get(policy.stage, policy.stage),
        basis=phrases.BASIS[policy.basis],
        basis_tone=BASIS_TONES[policy.basis],
        since=version.since if version else None,
        benefits=len(version.benefits) if version else 0,
        is_money=any(benefit.is_money for benefit in version.benefits) if version else False,
        total=_sum_of(policy.id, totals),
    )


def policy_view(
    pack: Pack, policy: Policy, day: date, language: str, totals: Totals | None = None
) -> PolicyView:
    """Everything a policy page tells. ``totals`` are shown with the version in force."""
    current = policy.version_on(day)
    words = _Words(
        pack.schema,
        language,
        _group_names(pack, language),
    )
    return PolicyView(
        row=policy_row(policy, day, language, totals),
        reference=policy.document.reference,
        url=policy.document.url,
        published=policy.document.published,
        trial=policy.document.trial,
        source=policy.source,
        versions=[
            words.version(version, policy, current=version is current, totals=totals or {})
            for version in reversed(policy.versions)
        ],
    )


def _group_names(pack: Pack, language: str) -> dict[str, str]:
    """Group of benefits → the office's word for it; English, which has no such word, names the benefits."""
    members: dict[str, list[str]] = {}
    for policy in pack.policies.values():
        for benefit in policy.benefits.values():
            for rule in benefit.stacking:
                members.setdefault(rule.group, []).append(benefit.title.in_language(language))
    own = language == "en"
    return {
        group: formats.listed(dict.fromkeys(titles)) if own or group.startswith("=") else group
        for group, titles in members.items()
    }


def _sum_of(policy: str, totals: Totals | None) -> BenefitTotal | None:
    if totals is None:
        return None
    mine = [total for (owner, _benefit), total in totals.items() if owner == policy]
    return BenefitTotal(
        sum(total.entitled for total in mine),
        sum(total.unknown for total in mine),
        sum(total.amount_fen for total in mine),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    schema: Schema
    language: str
    groups: Mapping[str, str]  # group of benefits → its name

    def version(self, version: Version, policy: Policy, *, current: bool, totals: Totals) -> VersionView:
        field_ = self.schema.profile.get(version.applies_by)
        return VersionView(
            since=version.since,
            until=version.until,
            current=current,
            applies_by=field_.title.in_language(self.language) if field_ else "",
            note=version.note.in_language(self.language) if version.note else "",
            benefits=[
                self.benefit(benefit, totals.get((policy.id, benefit.id)) if current else None)
                for benefit in version.benefits
            ],
            caps=[self.cap(cap) for cap in version.caps],
        )

    def benefit(self, benefit: Benefit, total: BenefitTotal | None) -> BenefitView:
        tiers = [self.tier(row, benefit) for row in benefit.table.rows]
        return BenefitView(
            id=benefit.id,
            title=benefit.title.in_language(self.language),
            article=benefit.article,
            basis=phrases.BASIS[benefit.basis],
            basis_tone=BASIS_TONES[benefit.basis],
            who=self.condition(benefit.who) or [_("不限条件")],
            tiers=tiers,
            hit=HITS[benefit.table.hit] if len(tiers) > 1 else "",
            notes=[str(note) for note in self.notes(benefit) if note],
            total=total,
        )

    def condition(self, expression: Expression | None) -> list[str]:
        """The parts that must all hold, each in words."""
        if expression is None:
            return []
        clause = expression.clause
        parts = clause.parts if isinstance(clause, AllOf) else (clause,)
        return [statement(part, self.schema).in_language(self.language) for part in parts]

    def tier(self, row: Row, benefit: Benefit) -> Tier:
        return Tier(self.condition(row.when), self.given(row, benefit))

    def given(self, row: Row, benefit: Benefit) -> str:
        in_kind = row.in_kind or (benefit.in_kind if row.give is None else None)
        if in_kind:
            return in_kind.in_language(self.language)
        if row.give is None:
            return ""
        amount = term_words(row.give.term, self.schema).in_language(self.language)
        return _("每次 %(amount)s") % {"amount": amount} if benefit.per_payment else amount

    def notes(self, benefit: Benefit) -> list[str]:
        """Payment, service, stacking, ceiling and delivery, one sentence each."""
        notes = [*(self.paid(benefit) if benefit.is_money else []), *self.obligation(benefit)]
        notes += [self.stacking(rule) for rule in benefit.stacking]
        if benefit.cap_fen is not None:
            notes.append(_("每人最多 %(amount)s") % {"amount": show_amount(benefit.cap_fen, self.language)})
        if benefit.window is not None:
            notes.append(statement(benefit.window, self.schema).in_language(self.language))
        notes.append(_("免申即享，无需申请") if benefit.delivery == "no_application" else _("需要申请"))
        if benefit.note:
            notes.append(benefit.note.in_language(self.language))
        return notes

    def paid(self, benefit: Benefit) -> list[str]:
        """How it is paid, by each payer where there are several."""
        if not benefit.payers:
            return self.payment(benefit.pay)
        whole = sum(payer.share for payer in benefit.payers)
        return [
            _("%(payer)s承担 %(share)s/%(whole)s：%(schedule)s")
            % {
                "payer": payer.title.in_language(self.language),
                "share": payer.share,
                "whole": whole,
                "schedule": formats.clauses(self.payment(payer.pay)),
            }
            for payer in benefit.payers
        ]

    def payment(self, pay: Pay) -> list[str]:
        if pay.count == 1 and not pay.days:
            return [_("一次性发放"), *self.schedule(pay)]
        words = [str(EVERY[pay.every]) % {"count": pay.count}]
        if pay.days:
            days = formats.listed(f"{month}-{day}" for month, day in pay.days)
            words = [_("分 %(count)s 次，每年 %(days)s") % {"count": pay.count, "days": days}]
            words += [_("首次核定即发")] if pay.first_at_once else []
        if len(set(pay.shares)) > 1:
            words.append(_("各次比例 %(shares)s") % {"shares": ":".join(map(str, pay.shares))})
        if pay.each_if:
            condition = formats.clauses(self.condition(pay.each_if))
            words.append(_("从第二次起须满足：%(condition)s") % {"condition": condition})
        return words + self.schedule(pay)

    def schedule(self, pay: Pay) -> list[str]:
        """From which day payments are counted, with what they fall due, what stops them."""
        words = []
        if pay.starts:
            listed = formats.listed(self.field(name) for name in pay.starts)
            words.append(
                _("从%(dates)s中最晚的一日起算") % {"dates": listed}
                if len(pay.starts) > 1
                else _("从%(date)s起算") % {"date": listed}
            )
        if pay.due in DUE_WORDS:
            words.append(str(DUE_WORDS[pay.due]))
        if pay.upon:
            words.append(_("第二次起在%(event)s之后发放") % {"event": self.field(pay.upon)})
        if pay.stops_if:
            condition = formats.clauses(self.condition(pay.stops_if))
            words.append(_("出现下列情形后停发：%(condition)s") % {"condition": condition})
        if pay.ends_if:
            condition = formats.clauses(self.condition(pay.ends_if))
            words.append(_("出现下列情形后终止，不再发放：%(condition)s") % {"condition": condition})
        return words

    def field(self, name: str) -> str:
        return field_title(name, self.schema).in_language(self.language)

    def obligation(self, benefit: Benefit) -> list[str]:
        duty = benefit.obligation
        if duty is None:
            return []
        months = duty.serve_months
        term = (
            _("%(years)s 年") % {"years": months // 12}
            if months % 12 == 0
            else _("%(months)s 个月") % {"months": months}
        )
        words = [_("须服务 %(term)s") % {"term": term}] if months else []
        if duty.clawback:
            words.append(str(CLAWBACKS[duty.clawback.kind]))
            words += self.penalty(duty.clawback.penalty)
        if duty.note:
            words.append(duty.note.in_language(self.language))
        return words

    def penalty(self, table: Table | None) -> list[str]:
        """What each missing year costs, one sentence for each row."""
        found = []
        for row in table.rows if table else ():
            amount = term_words(row.give.term, self.schema).in_language(self.language) if row.give else "0"
            condition = formats.clauses(self.condition(row.when))
            said = _("每缺一年另付违约金 %(amount)s") % {"amount": amount}
            found.append(
                _("%(condition)s：%(said)s") % {"condition": condition, "said": said} if condition else said
            )
        return found

    def stacking(self, rule: Stacking) -> str:
        return str(STACKINGS[rule.rule]) % {"group": self.groups[rule.group]}

    def cap(self, cap: Cap) -> str:
        amount = show_amount(cap.amount_fen, self.language)
        words = _("本政策各项合计，每人最多 %(amount)s") % {"amount": amount}
        if cap.unless:
            words += _("（%(condition)s的除外）") % {"condition": formats.clauses(self.condition(cap.unless))}
        return words
