"""Everything that can be said of a text while it is written (边写边查)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Profile
from juxian.apps.policies.actions import population_frame
from juxian.core.facts.schema import Schema
from juxian.core.packs.merits import merits_of
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy
from juxian.core.policy.comparing import replaced
from juxian.core.policy.drafts import read_draft, run_draft_cases
from juxian.core.policy.lint import Finding, lint
from juxian.core.policy.lint.saving import cases_of
from juxian.core.policy.meaning import Difference, compare
from juxian.core.policy.telling import person_words, standing_words
from juxian.core.policy.versioning import kept_apart, rewritten_versions
from juxian.core.policy.wording import field_title
from juxian.core.source import Problem
from juxian.web.kit import formats

LIVE_PERSONS = 20_000  # above that the reach is worked out by a simulation only
TELLS = 60  # findings and cases that are listed


@dataclass(frozen=True, slots=True)
class Reach:
    """One benefit over the register, as it would be and as it is. amounts in fen."""

    title: str
    yes: int
    unknown: int
    amount_fen: int
    yes_now: int
    amount_now_fen: int


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict with words: a case, a finding, or a difference."""

    verdict: str
    words: str
    value: str = ""
    case: str = ""  # of a finding: its witness persons as cases in YAML, where they are not kept yet


@dataclass(frozen=True)
class Checked:
    """What a text would do. Only problems where it cannot be read."""

    problems: list[Problem]
    policy: Policy | None = None
    cases: list[Told] = field(default_factory=list)
    findings: list[Told] = field(default_factory=list)
    differences: list[Told] = field(default_factory=list)
    asks: str = ""
    rewritten: str = ""  # days of the versions that apply already and are changed
    may_part: bool = False  # whether the newest of them can be kept and the change written beside it
    reaches: list[Reach] | None = None


def check_text(
    text: str, policy_id: str, pack: Pack, day: date, language: str, root: Organisation, written: str
) -> Checked:
    """Problems with their places; of a text without errors also cases, lint, meaning and reach. written: the file of cases."""
    policy, problems = read_draft(text, policy_id, pack.schema)
    if policy is None:
        return Checked(problems)
    policies = replaced(pack.policies, {policy_id: policy})
    cases, wrong = _cases(policy, policies, pack, language, written)
    current = pack.policies.get(policy_id)
    meaning = compare(current, policy, pack.schema, day)
    report = lint(policies, pack.schema, day, merits_of(pack), [policy_id])
    return Checked(
        problems=[*problems, *wrong],
        policy=policy,
        cases=cases,
        findings=[
            Told(
                "unknown" if finding.severity == "question" else "no",
                finding.message.in_language(language),
                _("第 %(line)s 行 · %(code)s") % {"line": finding.span.line, "code": finding.code},
                _unkept(finding, policy_id, pack.schema, written),
            )
            for finding in report.findings[:TELLS]
        ],
        differences=[_difference(item, pack, language) for item in meaning.differences],
        asks=formats.listed(
            field_title(name, pack.schema).in_language(language)
            for name in dict.fromkeys(name for names in meaning.asks.values() for name in names)
        ),
        rewritten=formats.listed(
            formats.day(since) for since in (rewritten_versions(current, policy, day) if current else [])
        ),
        may_part=bool(current and kept_apart(current, policy, day + timedelta(days=1), pack.schema)),
        reaches=_reaches(policy, policies, pack, day, language, root),
    )


def _difference(item: Difference, pack: Pack, language: str) -> Told:
    before, after = (
        standing_words(side, in_kind=item.in_kind).in_language(language) for side in (item.before, item.after)
    )
    words = {
        "title": item.title.in_language(language),
        "before": before,
        "after": after,
        "day": item.since.isoformat(),
    }
    sentence = (
        _("%(title)s：%(before)s → %(after)s，增加（%(day)s 版）")
        if item.effect == "gains"
        else _("%(title)s：%(before)s → %(after)s，减少（%(day)s 版）")
    )
    person = person_words(item.person, pack.schema).in_language(language)
    return Told(
        "yes" if item.effect == "gains" else "no",
        sentence % words,
        _("例如：%(person)s") % {"person": person},
    )


def _unkept(finding: Finding, policy_id: str, schema: Schema, written: str) -> str:
    case = cases_of([finding], schema).get(policy_id, "")
    return "" if case in written else case


def _cases(
    policy: Policy, policies: Sequence[Policy], pack: Pack, language: str, written: str
) -> tuple[list[Told], list[Problem]]:
    """The cases, run now, those that fail first; problems of those that cannot be read."""
    found, wrong = run_draft_cases(written, policy, policies, pack.schema)
    told = [
        Told(
            "no" if result.problems else "yes",
            result.case.name,
            formats.clauses(problem.message.in_language(language) for problem in result.problems),
        )
        for result in found
    ]
    return sorted(told, key=lambda item: item.verdict)[:TELLS], wrong


def _reaches(
    policy: Policy, policies: Sequence[Policy], pack: Pack, day: date, language: str, root: Organisation
) -> list[Reach] | None:
    """Persons of the register who would get each benefit; None for a register too large for that."""
    if Profile.objects.filter(home=root).count() > LIVE_PERSONS:
        return None
    from juxian.core.policy.sweeping import reach  # polars loads only when somebody sweeps

    frame = population_frame(pack, root)
    then, now = (reach(some, frame, day, pack.schema) for some in (policies, list(pack.policies.values())))
    before = {(row["policy"], row["benefit"]): row for row in now.iter_rows(named=True)}
    found = []
    for row in then.iter_rows(named=True):
        if row["policy"] != policy.id:
            continue
        was = before.get((row["policy"], row["benefit"]), {"yes": 0, "amount_fen": 0})
        title = policy.benefits[row["benefit"]].title.in_language(language)
        found.append(
            Reach(title, row["yes"], row["unknown"], row["amount_fen"], was["yes"], was["amount_fen"])
        )
    return found
