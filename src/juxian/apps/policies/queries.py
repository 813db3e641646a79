"""What the newest run over a register found (筛查结果)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, Sum

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.policies.models import (
    Determination,
    FindRun,
    Found,
    PolicyDraft,
    PolicyVersion,
    RunAnswer,
    RunPerson,
    SweepRun,
)
from juxian.apps.sets import among, ask
from juxian.core.facts.schema import Schema
from juxian.core.packs import pack_called
from juxian.core.packs.files import text_of_cases
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy, read_policy
from juxian.core.policy.drafts import read_draft, whole_cases
from juxian.core.positioned import read_yaml
from juxian.core.secrecy import digest as keyed_digest
from juxian.core.source import Problem, Source, errors_in

KEPT_PACKS = 32  # with texts of then and now


@dataclass(frozen=True, slots=True)
class BenefitTotal:
    """entitled: persons with a yes. unknown: persons with something missing. amount_fen: total of the yes."""

    entitled: int = 0
    unknown: int = 0
    amount_fen: int = 0


def newest_run(pack_code: str) -> SweepRun | None:
    """The newest complete run of a pack, or None when nothing was run yet."""
    return SweepRun.objects.filter(pack=pack_code, finished_at__isnull=False).order_by("-id").first()


def benefit_totals(run: SweepRun | None, policy: str = "") -> dict[tuple[str, str], BenefitTotal]:
    """(policy, benefit) → totals of a run, in one query; ``policy`` keeps to one."""
    if run is None:
        return {}
    rows = RunAnswer.objects.filter(run=run, **({"policy": policy} if policy else {})).exclude(verdict="no")
    counted = rows.order_by().values_list("policy", "benefit", "verdict")
    totals: dict[tuple[str, str], BenefitTotal] = {}
    for policy_id, benefit, verdict, count, amount in counted.annotate(Sum("persons"), Sum("amount_fen")):
        before = totals.get((policy_id, benefit), BenefitTotal())
        totals[policy_id, benefit] = (
            BenefitTotal(count, before.unknown, amount)
            if verdict == RunAnswer.Verdict.YES
            else BenefitTotal(before.entitled, count, before.amount_fen)
        )
    return totals


def persons_determined(
    run: SweepRun, policy: str, benefit: str = "", verdict: str = "yes"
) -> QuerySet[Determination, Any]:
    """Ids of the persons (one column) for whom a run found ``verdict`` under a policy or one benefit of it."""
    rows = Determination.objects.filter(answer__run=run, answer__policy=policy, answer__verdict=verdict)
    return (rows.filter(answer__benefit=benefit) if benefit else rows).order_by().values("person_id")


def entitled_persons(run: SweepRun | None, policy: str = "") -> int:
    """Different persons with at least one yes."""
    rows = Determination.objects.filter(answer__run=run, answer__verdict=Determination.Verdict.YES)
    rows = rows.filter(answer__policy=policy) if policy else rows
    count: int = rows.order_by().values("person_id").distinct().count() if run else 0
    return count


_IN_FORCE = """
SELECT pack, policy, digest, effective_on FROM policies_policyversion
WHERE {packs} AND (effective_on IS NULL OR effective_on <= %s) ORDER BY id
"""


def texts_in_force(codes: Iterable[str], day: date) -> dict[str, dict[str, str]]:
    """Pack → policy → digest of the newest text, where that was published at the desk and counts on ``day``."""
    condition, parameters = among("pack", sorted(codes))
    rows = ask(_IN_FORCE.format(packs=condition), [*parameters, connection.ops.adapt_datefield_value(day)])
    newest: dict[str, dict[str, tuple[str, Any]]] = {}
    for pack, policy, digest, effective in rows:
        newest.setdefault(pack, {})[policy] = digest, effective
    return {
        pack: {policy: digest for policy, (digest, effective) in found.items() if effective is not None}
        for pack, found in newest.items()
    }


def days_to_come(code: str, policy: str, day: date) -> list[date]:
    """From which days after ``day`` texts published at the desk will count; one that a newer text has taken the place of never will."""
    rows = list(
        PolicyVersion.objects.filter(pack=code, policy=policy)
        .order_by("id")
        .values_list("digest", "effective_on")
    )
    found = set()
    for place, (digest, effective) in enumerate(rows):
        newer = [on for other, on in rows[place + 1 :] if other != digest]
        if effective is not None and effective > day and all(on and on > effective for on in newer):
            found.add(effective)
    return sorted(found)


def with_published(pack: Pack, texts: dict[str, str]) -> Pack:
    """The pack with texts published at the desk in place of those of its files; policy → digest."""
    if not texts:
        return pack
    key = (pack.code, pack.digest, *sorted(texts.items()))
    if key not in _kept:
        if len(_kept) >= KEPT_PACKS:  # a text is published now and then
            _kept.clear()
        others = {id_: policy_text(pack.code, id_, digest, pack.schema) for id_, digest in texts.items()}
        _kept[key] = replace(pack, policies={**pack.policies, **others})
    return _kept[key]


def pack_in_force(code: str, day: date) -> Pack:
    """The pack with the texts that count on ``day``; raises ``KeyError`` when there is none of that code."""
    return with_published(pack_called(code), texts_in_force([code], day).get(code, {}))


def packs_in_force(code: str, days: Iterable[date]) -> dict[date, Pack]:
    """The pack with the texts that count on each of the days, in one query; see ``pack_in_force``."""
    pack, wanted = pack_called(code), sorted(set(days))
    rows = list(
        PolicyVersion.objects.filter(pack=code).order_by("id").values_list("policy", "digest", "effective_on")
    )
    found = {}
    for day in wanted:
        newest = {policy: (digest, since) for policy, digest, since in rows if since is None or since <= day}
        found[day] = with_published(
            pack, {policy: digest for policy, (digest, since) in newest.items() if since is not None}
        )
    return found


_kept: dict[tuple[Any, ...], Pack] = {}


def policy_text(code: str, policy: str, digest: str, schema: Schema) -> Policy:
    """The policy as one published text says; raises ``LookupError`` when the text is not kept here."""
    row = PolicyVersion.objects.filter(pack=code, policy=policy, digest=digest).first()
    if row is None:
        raise LookupError(f"{policy} {digest}")
    found, problems = read_policy(read_yaml(Source(f"policies/{policy}.yaml", row.text)), schema)
    if found is None:
        raise LookupError("; ".join(problem.render() for problem in problems))
    return found


def policies_by(texts: Iterable[Sequence[Any]], pack: Pack) -> list[Policy]:
    """The policies as texts of then say: rows of (policy, digest, …) in the order that stacking goes by.

    Raises ``LookupError`` when a text is not kept.
    """
    return [policy_text(pack.code, str(row[0]), str(row[1]), pack.schema) for row in texts]


def published_problems(code: str, schema: Schema) -> list[Problem]:
    """What a vocabulary would break of the texts that were published at the desk, or wait to be: each mistake with its place."""
    newest = {
        row.policy: row.text
        for row in PolicyVersion.objects.filter(pack=code).order_by("id")
        if row.effective_on
    }
    waiting = PolicyDraft.objects.filter(pack=code, state=PolicyDraft.State.SUBMITTED)
    texts = [*newest.items(), *waiting.values_list("policy", "text")]
    return list(
        dict.fromkeys(p for policy, text in texts for p in errors_in(read_draft(text, policy, schema)[1]))
    )


def cases_in_force(pack: Pack, policy: str) -> str:
    """The file of cases of a text in force: the one published with it at the desk, else that of the pack's files."""
    base = text_of_cases(pack.directory, policy)
    text = pack.policies[policy].origin.source.text if policy in pack.policies else ""
    try:
        filed = pack_called(pack.code).policies.get(policy)
    except KeyError:  # not among the installed packs: only its files speak
        return base
    if filed is not None and filed.origin.source.text == text:
        return base
    published = PolicyDraft.objects.filter(
        pack=pack.code, policy=policy, state=PolicyDraft.State.PUBLISHED, text=text
    )
    written = published.order_by("-published_at", "-pk").values_list("cases", flat=True).first()
    return whole_cases(base, written or "")


def cases_of_draft(draft: PolicyDraft, pack: Pack) -> str:
    """The whole file of cases that a draft goes by; a draft that holds only further ones adds them to those in force."""
    return whole_cases(cases_in_force(pack, draft.policy), draft.cases)


def digest_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot_digest(values: Mapping[str, Any]) -> str:
    """SHA-256 of a profile in one order and spelling."""
    return digest_of_text(snapshot_text(values))


def printed_digest(values: Mapping[str, Any]) -> str:
    """What a decision on paper says of the profile: by the key, so that nobody proves a guess of it; another key gives another."""
    return keyed_digest(snapshot_text(values), settings.JUXIAN_KEYS)


def snapshot_text(values: Mapping[str, Any]) -> str:
    """A profile in one order and spelling."""
    return _SPELLING.encode(values)


_SPELLING = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def profile_of(determination: Determination) -> Mapping[str, Any] | None:
    """The profile that a determination was made by; None where it was not kept."""
    kept = RunPerson.objects.filter(run=determination.answer.run_id, person=determination.person_id)
    found: Mapping[str, Any] | None = kept.values_list("snapshot__values", flat=True).first()
    return found


def vocabulary_digest(schema: Schema) -> str:
    """SHA-256 over all scales, kinds and profile fields: two equal ones mean the same words."""
    words: tuple[Any, ...] = (dict(schema.scales), dict(schema.kinds), dict(schema.profile))
    if schema.has_spouse:
        words += (schema.has_spouse, [(field.name, field.stated) for field in schema.of_spouse])
    return digest_of_text(repr(words))


def newest_run_on(pack_code: str, day: date) -> SweepRun | None:
    """The newest complete run that asked on ``day`` or before."""
    runs = SweepRun.objects.filter(pack=pack_code, finished_at__isnull=False, as_of__lte=day)
    return runs.order_by("-as_of", "-id").first()


def drafts_of(pack_code: str, policy: str = "") -> QuerySet[PolicyDraft]:
    """Drafts of a place, newest first; ``policy`` keeps to one."""
    rows = PolicyDraft.objects.filter(pack=pack_code).select_related("written_by", "published_by")
    return rows.filter(policy=policy) if policy else rows


def found_here(home: Organisation, policy: str = "", state: str = "") -> QuerySet[Found]:
    """What runs found new in a place, the newest first; ``policy`` and ``state`` keep to one."""
    rows = Found.objects.told().filter(home=home).select_related("person")
    rows = rows.filter(policy=policy) if policy else rows
    return rows.filter(state=state) if state else rows


def found_for(person: Person) -> QuerySet[Found]:
    """What was found for a person and still holds, or was granted."""
    return Found.objects.told().filter(person=person).filter(Q(ended_on=None) | Q(state=Found.State.GRANTED))


def newest_find(pack_code: str) -> FindRun | None:
    """The newest search of a place that is finished."""
    return FindRun.objects.filter(pack=pack_code, state=FindRun.State.FINISHED).order_by("-id").first()
