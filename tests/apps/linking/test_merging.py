"""Merging keeps both records; taking them apart restores both, whatever came between."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry
from juxian.apps.linking.actions import CannotMerge, merge_persons, sources_after, unmerge
from juxian.apps.linking.models import Decision
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.models import Fact, IdentityDocument, Person, Profile
from juxian.apps.persons.queries import persons_visible_to
from tests.factories import EmployerFactory, FactFactory, SourceFactory
from tests.web.places import Place

NUMBER = "620201199001011232"


def holders() -> dict[str, dict[int, int]]:
    """Which record holds each fact and each document."""
    return {
        model.__name__: dict(model.objects.order_by("pk").values_list("pk", "person_id"))  # type: ignore[attr-defined]
        for model in (Fact, IdentityDocument)
    }


def test_merging_moves_everything_and_leaves_a_pointer(place: Place, officer: User) -> None:
    keep, drop = place.person(number=NUMBER), place.person("测试乙")
    facts = Fact.objects.count()

    merge_persons(keep=keep, drop=drop, by=officer, reason="同一手机号")

    assert keep.facts.count() == facts
    assert list(persons_visible_to(officer)) == [keep]
    assert Person.objects.get(pk=drop.pk).merged_into == keep
    assert not Profile.objects.filter(person=drop).exists()
    entry = AuditEntry.objects.get(action="persons.merged")
    assert (entry.reason, entry.detail["drop"]) == ("同一手机号", drop.number)


def test_a_merged_record_cannot_be_merged_again(place: Place, officer: User) -> None:
    keep, drop = place.person(), place.person("测试乙")
    merge_persons(keep=keep, drop=drop, by=officer)

    with pytest.raises(CannotMerge):
        merge_persons(keep=keep, drop=drop, by=officer)


def test_what_came_after_is_assigned_by_source(place: Place, officer: User) -> None:
    other_unit = EmployerFactory(parent=place.root, pack=place.pack.code)
    keep, drop = place.person(), place.person("测试乙")
    FactFactory(person=drop, source=SourceFactory(organisation=other_unit))
    merge = merge_persons(keep=keep, drop=drop, by=officer)
    own, theirs = SourceFactory(organisation=place.employer), SourceFactory(organisation=other_unit)
    draft = FactDraft("education", {"degree": "doctor"}, date(2021, 7, 1))
    (stays,) = record_facts(person=keep, facts=[draft], source=own)
    (goes,) = record_facts(person=keep, facts=[draft], source=theirs)

    proposed = sources_after(merge)
    unmerge(
        merge=merge,
        by=officer,
        reason="两个人",
        to_drop=[item.source.pk for item in proposed if item.to_drop],
    )

    assert [(item.source, item.to_drop) for item in proposed] == [(own, False), (theirs, True)]
    assert Fact.objects.get(pk=stays.pk).person == keep
    assert Fact.objects.get(pk=goes.pk).person == drop
    assert Decision.objects.get().verdict == "different"
    assert set(persons_visible_to(officer)) == {keep, drop}


def test_merges_are_taken_apart_from_the_outside_in(place: Place, officer: User) -> None:
    first, second, third = place.person(), place.person("测试乙"), place.person("测试丙")
    before = holders()
    inner = merge_persons(keep=second, drop=third, by=officer)
    outer = merge_persons(keep=first, drop=second, by=officer)

    with pytest.raises(CannotMerge):
        unmerge(merge=inner, by=officer, reason="两个人")
    unmerge(merge=outer, by=officer, reason="两个人")
    unmerge(merge=inner, by=officer, reason="两个人")

    assert holders() == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extra=st.lists(st.tuples(st.booleans(), st.sampled_from(("degree", "title"))), max_size=4))
def test_unmerge_after_merge_is_the_identity_on_facts(place: Place, officer: User, extra) -> None:
    keep, drop = place.person(), place.person("测试乙", number="")
    for of_keep, kind in extra:
        value = {"degree": "doctor"} if kind == "degree" else {"level": "senior"}
        FactFactory(
            person=keep if of_keep else drop, kind="education" if kind == "degree" else "title", value=value
        )
    before, profile = holders(), Profile.objects.count()

    merge = merge_persons(keep=keep, drop=drop, by=officer)
    unmerge(merge=merge, by=officer, reason="试拆")

    assert holders() == before
    assert Profile.objects.count() == profile
