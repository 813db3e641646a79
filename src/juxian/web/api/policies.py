"""Policies for other systems (政策接口): what is in force, the questions to ask, and who gets what and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.policies.models import PolicyVersion
from juxian.apps.tokens.actions import count_persons
from juxian.apps.tokens.enums import Scope
from juxian.core.facts.schema import Kind, ProfileField
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy, entitlements
from juxian.core.policy.answers import answers
from juxian.core.policy.document import Benefit
from juxian.core.policy.entitlements import Entitlements
from juxian.core.policy.telling import answered, explained
from juxian.web.api.base import Caller, Refusal, caller, needs, spend
from juxian.web.kit.formats import language
from juxian.web.kit.screening import levels_named, questions_of

router = Router(tags=["policies"])
PEOPLE_LIMIT = 1000
PROBLEMS_TOLD = 100
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Profile = Annotated[dict[str, Any], Field(max_length=400)]


class PersonIn(Schema):
    """``id`` is the caller's own; it comes back with the answer and is kept nowhere."""

    id: str = Field("", max_length=100)
    profile: Profile


class EvaluateIn(Schema):
    """Up to 1,000 persons on one day; ``policies`` narrows what is answered, not what is taken into account."""

    people: list[PersonIn] = Field(..., min_length=1, max_length=PEOPLE_LIMIT)
    as_of: Day | None = None
    policies: list[str] = Field(default_factory=list, max_length=500)


class ExplainIn(Schema):
    profile: Profile
    as_of: Day | None = None
    policies: list[str] = Field(default_factory=list, max_length=500)


@router.get("/policies", auth=needs(Scope.POLICIES_READ), url_name="policies", response=dict[str, Any])
def list_policies(request: HttpRequest) -> dict[str, Any]:
    """Every policy with its versions and benefits, in short."""
    pack = caller(request).pack
    found = [_policy(policy, language()) for policy in pack.policies.values()]
    return {"place": pack.code, "policies": found}


@router.get(
    "/policies/{policy_id}", auth=needs(Scope.POLICIES_READ), url_name="policy", response=dict[str, Any]
)
def read_policy(request: HttpRequest, policy_id: str) -> dict[str, Any]:
    """One policy with the conditions and tables of each version, in the author's words."""
    policy = _found(caller(request).pack, policy_id)
    lang = language()
    return _policy(policy, lang) | {
        "summary": policy.summary.in_language(lang),
        "versions": [
            {
                "since": version.since,
                "until": version.until,
                "applies_by": version.applies_by,
                "benefits": [_benefit(benefit, lang) for benefit in version.benefits],
            }
            for version in policy.versions
        ],
    }


@router.get(
    "/policies/{policy_id}/texts", auth=needs(Scope.POLICIES_READ), url_name="policy-texts", response=dict[str, Any]
)  # fmt: skip
def list_texts(request: HttpRequest, policy_id: str) -> dict[str, Any]:
    """Every text of a policy that was ever published here, newest first; a text is known by its digest."""
    asked = caller(request)
    rows = PolicyVersion.objects.filter(pack=asked.pack.code, policy=policy_id).order_by("-id")
    texts: dict[str, dict[str, Any]] = {}
    for row in rows.defer("text"):
        text = texts.setdefault(
            row.digest, {"digest": row.digest, "published_at": row.published_at, "versions": []}
        )
        text["versions"].append({"since": row.since, "until": row.until})
    if not texts:
        raise Http404
    return {"policy": policy_id, "texts": list(texts.values())}


@router.get(
    "/policies/{policy_id}/texts/{digest}", auth=needs(Scope.POLICIES_READ), url_name="policy-text", response=dict[str, Any]
)  # fmt: skip
def read_text(request: HttpRequest, policy_id: str, digest: str) -> dict[str, Any]:
    """The file as it was published, byte for byte (UTF-8)."""
    rows = PolicyVersion.objects.filter(pack=caller(request).pack.code, policy=policy_id, digest=digest)
    row = rows.first()
    if row is None:
        raise Http404
    return {"policy": policy_id, "digest": row.digest, "yaml": row.text}


@router.get("/screener", auth=needs(Scope.POLICIES_READ), url_name="screener", response=dict[str, Any])
def screener(request: HttpRequest) -> dict[str, Any]:
    """The questions whose answers decide most, in that order; ``field`` is the key for a profile."""
    pack, day = caller(request).pack, today()
    return {
        "place": pack.code,
        "as_of": day,
        "questions": [_question(item, pack, day) for item in questions_of(pack, day)],
    }


@router.post("/evaluate", auth=needs(Scope.POLICIES_EVALUATE), url_name="evaluate", response=dict[str, Any])
def evaluate(request: HttpRequest, asked: EvaluateIn) -> dict[str, Any]:
    """Verdict and amount of every benefit for each person. What is sent is answered and kept nowhere."""
    by, day = caller(request), asked.as_of or today()
    chosen = _chosen(by.pack, asked.policies)
    rows = _rows(by.pack, [person.profile for person in asked.people], day, "people[{}].profile.{}")
    _count(by, len(rows), "api.evaluated", day)
    results = []
    for person, row in zip(asked.people, rows, strict=True):
        found = entitlements(by.pack.policies.values(), row, day, by.pack.schema, spouse_shown=True)
        results.append({"id": person.id, **_only(answered(found, language()), found, chosen)})
    return {"place": by.pack.code, "as_of": day, "results": results}


@router.post("/explain", auth=needs(Scope.POLICIES_EVALUATE), url_name="explain", response=dict[str, Any])
def explain(request: HttpRequest, asked: ExplainIn) -> dict[str, Any]:
    """One person: every benefit with clause, threshold, own value, what is missing, and the nearest change."""
    by, day = caller(request), asked.as_of or today()
    chosen = _chosen(by.pack, asked.policies)
    (row,) = _rows(by.pack, [asked.profile], day, "profile.{1}")
    _count(by, 1, "api.explained", day)
    found = entitlements(by.pack.policies.values(), row, day, by.pack.schema, spouse_shown=True)
    return {"place": by.pack.code, **_only(explained(found, language()), found, chosen)}


def _found(pack: Pack, policy_id: str) -> Policy:
    if policy_id not in pack.policies:
        raise Http404
    return pack.policies[policy_id]


def _chosen(pack: Pack, names: Sequence[str]) -> frozenset[str]:
    """The policies to answer for; all when none is named."""
    unknown = [name for name in names if name not in pack.policies]
    if unknown:
        problems = [
            {"at": f"policies[{place}]", "code": "unknown_policy", "message": _("没有这项政策。")}
            for place, name in enumerate(names)
            if name in unknown
        ]
        raise Refusal(422, _("有不认识的政策代码。"), problems[:PROBLEMS_TOLD])
    return frozenset(names or pack.policies)


def _rows(pack: Pack, profiles: Sequence[Mapping[str, Any]], day: date, place: str) -> list[dict[str, Any]]:
    """Profiles in canonical values; every value that is not accepted is told at once."""
    titles = {
        benefit.title.zh: benefit.id for policy in pack.policies.values() for benefit in policy.benefits.values()
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    for number, profile in enumerate(profiles):
        row, refused = answers(profile, day, pack.schema, titles)
        rows.append(row)
        problems += [
            {"at": place.format(number, word), "code": "profile_value", "message": reason.in_language(language())}
            for word, reason in refused
        ]  # fmt: skip
    if problems:
        raise Refusal(422, _("人员信息中有不能识别的字段或值。"), problems[:PROBLEMS_TOLD])
    return rows


def _count(by: Caller, persons: int, action: str, day: date) -> None:
    """Persons against the day's limit, and an entry in the audit log."""
    with transaction.atomic():
        spend(count_persons, by.token, persons)
        record(
            action,
            subject=by.token,
            organisation_path=by.organisation.path,
            acting_as=f"API · {by.token.name}",
            detail={"persons": persons, "as_of": day.isoformat()},
        )


def _only(told: dict[str, Any], found: Entitlements, chosen: frozenset[str]) -> dict[str, Any]:
    """What is told of the chosen policies, sums and missing fields among it."""
    items = [item for item in found if item.policy.id in chosen]
    mine = replace(found, items=tuple(items))
    benefits = [benefit for benefit in told["benefits"] if benefit["policy"] in chosen]
    return told | {"total_fen": mine.total_fen, "missing": list(mine.missing), "benefits": benefits}


def _policy(policy: Policy, lang: str) -> dict[str, Any]:
    newest = policy.version_on(today()) or policy.versions[-1]
    return {
        "policy": policy.id,
        "title": policy.title.in_language(lang),
        "document": policy.document.title,
        "reference": policy.document.reference,
        "basis": policy.basis,
        "in_force": policy.version_on(today()) is not None,
        "versions": [{"since": version.since, "until": version.until} for version in policy.versions],
        "benefits": [
            {"benefit": benefit.id, "title": benefit.title.in_language(lang), "article": benefit.article}
            for benefit in newest.benefits
        ],
    }


def _benefit(benefit: Benefit, lang: str) -> dict[str, Any]:
    return {
        "benefit": benefit.id,
        "title": benefit.title.in_language(lang),
        "article": benefit.article,
        "money": benefit.is_money,
        "delivery": benefit.delivery,
        "who": benefit.who.text if benefit.who else None,
        "hit": benefit.table.hit.value,
        "rows": [
            {
                "when": row.when.text if row.when else None,
                "give": row.give.text if row.give else None,
                "in_kind": row.in_kind.in_language(lang) if row.in_kind else None,
            }
            for row in benefit.table.rows
        ],
    }


def _question(item: ProfileField, pack: Pack, day: date) -> dict[str, Any]:
    lang = language()
    levels = []
    if item.type.kind in (Kind.LEVEL, Kind.LEVELS):
        wanted = levels_named(pack, item.name, day) if item.type.kind is Kind.LEVELS else None
        scale = pack.schema.scale_of(item.type)
        levels = [
            {"value": level.code, "title": level.title.in_language(lang)}
            for level in scale.levels.values()
            if wanted is None or level.code in wanted
        ]
    return {
        "field": item.name,
        "title": item.title.in_language(lang),
        "question": item.question.in_language(lang),
        "kind": item.type.kind.value,
        "choices": levels,
    }
