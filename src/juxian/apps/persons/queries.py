"""Reading persons for a user, and what is derived of them (查询)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.accounts.rules import hands_of
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.apps.persons.registry import sources_of, spouses_on
from juxian.apps.persons.rules import apart
from juxian.core.facts.completeness import WHOLE, Completeness, completeness
from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.schema import Schema
from juxian.core.packs import pack_called
from juxian.core.secrecy import digests, unseal

READERS = (Role.OFFICE, Role.LEADER)

COLLEAGUES = 5  # named at most
CONTACT = "contact"  # the kind of fact that holds a telephone


def persons_visible_to(user: User) -> QuerySet[Person]:
    """Persons that the user may see: of the whole jurisdiction for office and leaders, their own people for
    employers, themselves for a person; merged records stay out. Nobody else sees anyone.
    """
    day = today()
    people = Person.objects.living_records()
    found = people.under(*user.paths_for(READERS, on=day))
    employing = user.paths_for([Role.EMPLOYER], on=day)
    if employing:
        codes = Organisation.objects.under(*employing).values("code")
        found = found | people.filter(profile__employer__in=codes)
    if user.person_id:
        found = found | people.filter(pk=user.person_id)
    return found


def visible_spouse(user: User, person: Person, day: date) -> Person | None:
    """The spouse on ``day``, where the user may see that record too: only then reasons tell what it says."""
    spouse = spouses_on([person.pk], day).get(person.pk)
    return persons_visible_to(user).filter(pk=spouse.pk).first() if spouse is not None else None


def phones_of(users: Iterable[User]) -> dict[int, str]:
    """User → the newest telephone that somebody has verified on the person's record (短信号码); one query."""
    accounts = {user.person_id: user.pk for user in users if user.person_id}
    facts = Fact.objects.standing().filter(
        Q(until=None) | Q(until__gt=today()),
        person__in=accounts,
        kind=CONTACT,
        verification=Verification.VERIFIED,
        since__lte=today(),
    )
    rows = facts.order_by("since", "pk").values_list("person_id", "value")
    return {accounts[person]: str(value["phone"]) for person, value in rows if value.get("phone")}


def digests_beside(digest: str, sealed: bytes | memoryview) -> tuple[str, ...]:
    """The digests under which others may hold the document number of a row, its own first; see ``juxian keys rotate``."""
    keys = settings.JUXIAN_KEYS.now()
    if not keys.searching_earlier:
        return (digest,)
    return (digest, *(other for other in digests(unseal(bytes(sealed), keys), keys) if other != digest))


def unverified_facts(home: Organisation, user: User, *, own: bool = False) -> QuerySet[Fact]:
    """Standing facts of a place that nobody has verified: those that ``user`` may, or those that wait for somebody else.

    The newest first. Where the place asks for no second person, all of them are the user's to verify.
    """
    waiting = (
        Fact.objects.unverified()
        .filter(person__home=home, person__merged_into=None)
        .select_related("person__home", "source", "recorded_by")
        .order_by("-pk")
    )
    if not apart(home):
        return waiting.none() if own else waiting
    hands = hands_of(user)
    mine = Q(recorded_by__in=hands)
    for found in sources_of(hands):
        mine |= Q(source__in=found)
    return waiting.filter(mine) if own else waiting.exclude(mine)


def colleagues_in(home: Organisation, user: User) -> list[str]:
    """Names of others of the talent office who may verify what ``user`` recorded, a few of them."""
    above = home.path.split("/")
    places = ["/".join(above[: number + 1]) for number in range(len(above))]
    held = Post.objects.held_on(today()).filter(role=Role.OFFICE, organisation__path__in=places)
    others = User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(pk__in=hands_of(user))
    return [str(other) for other in others.order_by("pk")[:COLLEAGUES]]


def schema_for(home: Organisation) -> Schema:
    """The vocabulary in force in a jurisdiction: that of its pack (词汇表)."""
    return pack_called(home.pack).schema


def organisation_attributes(codes: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """What a profile reads of organisations: code → {employer_kind, industry, kind}."""
    rows = Organisation.objects.all() if codes is None else Organisation.objects.filter(code__in=set(codes))
    return {
        row["code"]: {key: row[key] for key in ("employer_kind", "industry", "kind") if row[key]}
        for row in rows.values("code", "employer_kind", "industry", "kind")
    }


def births_in(home: Organisation, employer: str = "") -> tuple[dict[date, int], int]:
    """Persons by day of birth, and how many have none known; of one employer (its code) where given. One query."""
    profiles = Profile.objects.filter(home=home)
    if employer:
        profiles = profiles.filter(employer=employer)
    born, unknown = {}, 0
    for day, number in profiles.order_by().values_list("birth_date").annotate(number=Count("pk")):
        if day is None:
            unknown = number
        else:
            born[day] = number
    return born, unknown


def records_of(facts: Iterable[Fact]) -> list[FactRecord]:
    """Facts as the core knows them."""
    return [FactRecord(fact.kind, fact.value, fact.since, fact.until, fact.pk) for fact in facts]


def completeness_of(person: Person, facts: Iterable[Fact], schema: Schema, day: date) -> Completeness:
    """What the record lacks on ``day``; ``facts`` come with their sources."""
    records = [
        FactRecord(fact.kind, fact.value, fact.since, fact.until, fact.pk, fact.source.day) for fact in facts
    ]
    return completeness(records, schema, day, person.confirmed_on)


def units_by_gaps(home: Organisation, day: date) -> QuerySet[Any, Any]:
    """Employers with their people, how complete the records are, how many lack something or are to be asked again;
    rows ``employer people whole missing stale``, those with most to do first. One query, which an index serves.
    """
    found = Profile.objects.filter(home=home, employer__isnull=False).order_by().values("employer")
    return found.annotate(
        people=Count("pk"),
        whole=Avg("complete"),
        missing=Count("pk", filter=Q(complete__lt=WHOLE)),
        stale=Count("pk", filter=Q(stale_on__lte=day)),
    ).order_by("-missing", "-stale", "employer")


def profile_as_of(person: Person, day: date, schema: Schema) -> dict[str, Any]:
    """The profile of any day, from the facts that stand now (画像回溯)."""
    facts = records_of(person.facts.standing())
    return profile_from(person, facts, schema, day, organisation_attributes(employers_in(facts)))


def profile_from(
    person: Person,
    facts: Sequence[FactRecord],
    schema: Schema,
    day: date,
    attributes: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """The profile that ``facts`` of the person give on ``day``, with what policies read of the spouse."""
    return derive_profile(
        facts, schema, day, attributes, spouse=spouses_read([person], schema, day).get(person.pk)
    )


def spouses_read(people: Sequence[Person], schema: Schema, day: date) -> dict[int, dict[str, Any]]:
    """Person → what ``schema`` reads of the spouse on ``day``; three queries, none where it reads nothing.

    Of a spouse whose record another place keeps nothing is read: whoever may see the one may not see the other.
    """
    if not schema.has_spouse:
        return {}
    homes = {person.pk: person.home_id for person in people}
    spouses = spouses_on(homes, day)
    here = [spouse for pk, spouse in spouses.items() if spouse.home_id == homes[pk]]
    records = standing_records(here) if schema.of_spouse else {}
    codes = {code for facts in records.values() for code in employers_in(facts)}
    attributes = organisation_attributes(codes) if codes else {}
    read = {
        pk: derive_profile(facts, schema, day, attributes, only=schema.read_of_spouse)
        for pk, facts in records.items()
    }
    return {
        pk: read.get(spouse.pk, {}) if spouse.home_id == homes[pk] else {} for pk, spouse in spouses.items()
    }


def employers_in(facts: Sequence[FactRecord]) -> set[str]:
    """Codes of organisations named by the facts."""
    return {fact.value["employer"] for fact in facts if isinstance(fact.value.get("employer"), str)}


def standing_records(people: Sequence[Person]) -> dict[int, list[FactRecord]]:
    """Person id → standing facts, in one query; an empty list for persons without any."""
    by_person: dict[int, list[FactRecord]] = {person.pk: [] for person in people}
    rows = Fact.objects.standing().filter(person__in=list(by_person)).order_by()
    for row in rows.values_list("person_id", "kind", "value", "since", "until", "id", "source__day"):
        by_person[row[0]].append(FactRecord(*row[1:]))
    return by_person


def profiles_of(
    people: Sequence[Person],
    schema: Schema,
    day: date,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[int, dict[str, Any]]:
    """Profiles of many persons on ``day`` in a constant number of queries: person id → values; none for persons without a standing fact."""
    known = organisation_attributes() if attributes is None else attributes
    spouses = spouses_read(people, schema, day)
    return {
        pk: derive_profile(facts, schema, day, known, spouse=spouses.get(pk))
        for pk, facts in standing_records(people).items()
        if facts
    }
