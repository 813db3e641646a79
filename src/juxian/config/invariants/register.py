"""Persons: numbers are unique, and a profile is what the facts give (人才库)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, IdentityDocument, NumberSeries, Person, Profile
from juxian.apps.persons.queries import organisation_attributes, profiles_of
from juxian.config.invariants.result import Result, Scope
from juxian.core.packs import load_all
from juxian.core.text import Text

CHUNK = 500


def numbers(scope: Scope) -> Result:
    """No number twice, and none beyond the last that its jurisdiction has given."""
    twice = (
        Person.objects.values("number").annotate(persons=Count("id")).filter(persons__gt=1).order_by("number")
    )
    found = [
        Text(
            f"人才编号 {row['number']} 有 {row['persons']} 人",
            f"person number {row['number']} is that of {row['persons']}",
        )
        for row in twice
    ]
    return Result(Person.objects.count(), found + list(_numbers_not_given()))


def _numbers_not_given() -> Iterator[Text]:
    packs = load_all()
    for series in NumberSeries.objects.select_related("home").order_by("pk"):
        pack = packs.get(series.home.pack)
        if pack is None:
            continue
        numbers = Person.objects.filter(home=series.home, number__startswith=pack.number_prefix)
        digits = (numbers.aggregate(last=Max("number"))["last"] or "").removeprefix(pack.number_prefix)
        if digits.isdecimal() and int(digits) > series.last:
            yield Text(
                f"{series.home.code}：最后编号记 {series.last}，已有 {int(digits)}",
                f"{series.home.code}: the series stands at {series.last}, but {int(digits)} is in use",
            )


def documents(scope: Scope) -> Result:
    """A document number belongs to one living record of a jurisdiction, and stands there once."""
    standing = IdentityDocument.objects.filter(withdrawn_at=None, person__merged_into=None)
    shared = (
        standing.values("person__home__code", "digest")
        .annotate(rows=Count("id"), persons=Count("person", distinct=True), first=Max("person__number"))
        .filter(rows__gt=1)
        .order_by("digest")
    )
    found = [
        Text(
            f"{row['first']}：证件号码在 {row['person__home__code']} 有 {row['persons']} 份档案、{row['rows']} 条记录",
            f"{row['first']}: the document number stands in {row['persons']} records of {row['person__home__code']}, {row['rows']} times",
        )
        for row in shared
    ]
    return Result(standing.count(), found)


def profiles_present(scope: Scope) -> Result:
    """A living record with standing facts has one profile, in its jurisdiction; one without facts has none."""
    facts = Fact.objects.standing().filter(person=OuterRef("pk"))
    lacking = Person.objects.living_records().filter(Exists(facts), profile=None)
    idle = Profile.objects.exclude(Exists(Fact.objects.standing().filter(person=OuterRef("pk"))))
    astray = Profile.objects.exclude(home=F("person__home"))
    of_merged = Profile.objects.exclude(person__merged_into=None)
    found = [
        *_said(lacking.values_list("number", flat=True), "有信息项，没有画像", "has facts and no profile"),
        *_said(
            idle.values_list("person__number", flat=True), "有画像，没有信息项", "has a profile and no fact"
        ),
        *_said(
            astray.values_list("person__number", flat=True),
            "画像属于另一管辖机构",
            "the profile is of another jurisdiction",
        ),
        *_said(
            of_merged.values_list("person__number", flat=True),
            "已并入他人，仍有画像",
            "was merged and still has a profile",
        ),
    ]
    return Result(Person.objects.count(), found)


def _said(people: Iterable[str], zh: str, en: str) -> Iterator[Text]:
    for number in sorted(people):
        yield Text(f"{number}：{zh}", f"{number}: {en}")


def profiles_derived(scope: Scope) -> Result:
    """A profile equals what the facts give for its day, in its values and in its columns."""
    rows = Profile.objects.values_list("home", "derived_for", "pk").order_by("home", "derived_for", "pk")
    groups: dict[tuple[int, date], list[int]] = defaultdict(list)
    chosen = scope.chosen(list(rows))
    for home_pk, day, person in chosen:
        groups[home_pk, day].append(person)
    packs, attributes = load_all(), organisation_attributes()
    found: list[Text] = []
    homes = Organisation.objects.in_bulk({home_pk for home_pk, _day in groups})
    for (pk, day), people in groups.items():
        home = homes[pk]
        pack = packs.get(home.pack)
        if pack is None:
            found.append(
                Text(f"{home.code}：没有地方包 {home.pack}", f"{home.code}: there is no pack {home.pack}")
            )
            continue
        for start in range(0, len(people), CHUNK):
            part = Person.objects.filter(pk__in=people[start : start + CHUNK]).select_related("profile")
            found += _different(
                list(part.order_by("pk")), profiles_of(list(part), pack.schema, day, attributes)
            )
    return Result(len(chosen), found)


def _different(people: Sequence[Person], derived: dict[int, dict[str, Any]]) -> Iterator[Text]:
    for person in people:
        wanted, held = derived.get(person.pk), person.profile.values
        if wanted is None:
            continue  # told by ``profiles_present``
        names = [name for name in sorted(wanted.keys() | held.keys()) if wanted.get(name) != held.get(name)]
        names += [name for name in Profile.COLUMNS if _plain(getattr(person.profile, name)) != held.get(name)]
        if names:
            listed = "、".join(dict.fromkeys(names))
            yield Text(
                f"{person.number}：画像与信息项不符（{listed}）",
                f"{person.number}: the profile is not what the facts give ({listed})",
            )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
