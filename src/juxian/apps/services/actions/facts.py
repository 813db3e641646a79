"""Facts that decisions begin and end (办理结果写入信息项)."""

from __future__ import annotations

from juxian.apps.clock import today
from juxian.apps.persons.actions import FactDraft, record_facts, refresh_profiles
from juxian.apps.persons.enums import SourceKind, Verification
from juxian.apps.persons.models import Fact, Person, Source
from juxian.apps.services.models import Case
from juxian.apps.services.registry import EffectCall, EffectRefused
from juxian.core.text import Text


def living(person: Person | None) -> Person:
    """The record that stands for the applicant now: their own, or the one it was merged into. Raises ``EffectRefused``."""
    while person is not None and person.merged_into_id:
        person = person.merged_into
    if person is None:
        raise EffectRefused(Text("办件没有人才档案", "the case has no person's record"))
    return person


def begin_fact(call: EffectCall) -> str:
    """A verified fact whose source is the case."""
    case: Case = call.case
    person = living(case.person)
    draft = FactDraft(
        call.target,
        dict(call.values),
        call.since,
        call.until,
        evidence=case.number,
        verification=Verification.VERIFIED,
        verified_by=case.home.name,
    )
    [fact] = record_facts(person=person, facts=[draft], source=source_of(case), reason=case.number)
    return f"fact:{fact.pk}"


def end_facts(call: EffectCall) -> str:
    """Facts of the kind end on the day of decision; those with other values go on."""
    person = living(call.case.person)
    ended = []
    for fact in Fact.objects.current_on(call.since).filter(person=person, kind=call.target):
        if all(fact.value.get(name) == value for name, value in call.values.items()):
            ended.append(fact.pk)
    Fact.objects.filter(pk__in=ended, since__lt=call.since).update(until=call.since)
    refresh_profiles([person])
    return f"facts:{len(ended)}"


def source_of(case: Case) -> Source:
    """The case as a source of facts; one row for each case."""
    source, _created = Source.objects.get_or_create(
        kind=SourceKind.CASE,
        reference=case.number,
        defaults={"title": case.definition.title, "organisation": case.home, "day": today()},
    )
    return source
