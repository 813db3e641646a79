"""What a household receives already, for the eye before something is granted (同户已享受)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from juxian.apps.clock import today
from juxian.apps.funds.models import Couple, Grant
from juxian.apps.funds.queries.grants import living
from juxian.apps.persons.models import Fact, IdentityDocument, Person
from juxian.apps.persons.queries import digests_beside
from juxian.core.funds.guard import Claim, conflicts
from juxian.core.packs.schema import Pack


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that a member of the household was granted or says to have received.

    grant: None for a statement on the record. rule: title of the group by which it excludes what is asked for; same: it is
    the very same benefit of the same person.
    """

    person: Person
    spouse: bool
    claim: Claim
    grant: Grant | None = None
    rule: str = ""
    same: bool = False

    @property
    def excludes(self) -> bool:
        """It stands against what is asked for."""
        return self.same or bool(self.rule)


@dataclass
class Household:
    """A person, the spouse if one is recorded, and what both received; what excludes comes first."""

    person: Person
    spouse: Person | None = None
    received: list[Received] = field(default_factory=list)

    @property
    def excludes(self) -> bool:
        return any(item.excludes for item in self.received)


def households(
    people: Sequence[Person], word: str, pack: Pack, language: str, apart: str = ""
) -> dict[int, Household]:
    """Person → household as it bears on granting ``policy/benefit``; a constant number of queries.

    apart: key of the grant that is looked at, which does not stand against itself.
    """
    found = {person.pk: Household(person) for person in people}
    for pair in (
        Couple.objects.on(today())
        .of(list(found))
        .select_related("first__home", "second__home", "first__merged_into", "second__merged_into")
    ):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one.pk in found:
                found[one.pk].spouse = living(other)
    members = {person.pk: person for person in people}
    members |= {home.spouse.pk: home.spouse for home in found.values() if home.spouse}
    claims = _claims_of(members)
    asked = Claim(word, pack.code, "", key=apart)
    for household in found.values():
        for member, spouse in ((household.person, False), (household.spouse, True)):
            if member is None:
                continue
            household.received += [
                _received(member, spouse, claim, grant, asked, pack, language)
                for claim, grant in claims.get(member.pk, ())
                if not apart or claim.key != apart
            ]
        household.received.sort(key=lambda item: not item.excludes)
    return found


def _received(
    member: Person,
    spouse: bool,
    claim: Claim,
    grant: Grant | None,
    asked: Claim,
    pack: Pack,
    language: str,
) -> Received:
    known = Claim(claim.benefit, claim.place, claim.title, claim.amount_fen, spouse, claim.key)
    against = conflicts(asked, [known], pack.funds.same)
    rule = against[0].rule if against else None
    return Received(
        member,
        spouse,
        known,
        grant,
        rule.title.in_language(language) if rule else "",
        bool(against) and rule is None,
    )


def _claims_of(members: Mapping[int, Person]) -> dict[int, list[tuple[Claim, Grant | None]]]:
    """Member → what was granted to any of their records, here or elsewhere, and what the records state."""
    records = _records_of(members)
    everywhere = records | _elsewhere(records)
    found: dict[int, list[tuple[Claim, Grant | None]]] = {}
    grants = (
        Grant.objects.filter(person__in=everywhere)
        .exclude(Q(state="ended") & ~Q(instalments__state="paid"))
        .select_related("home")
        .order_by("pk")
        .distinct()
    )
    for grant in grants:
        claim = Claim(grant.word, grant.home.pack, grant.title, grant.whole_fen, key=f"grant:{grant.pk}")
        found.setdefault(everywhere[grant.person_id], []).append((claim, grant))
    stated = Fact.objects.standing().filter(person__in=records, kind="benefit_received").order_by("pk")
    for person, value in stated.values_list("person_id", "value"):
        benefit, member = str(value.get("benefit", "")), records[person]
        have = found.setdefault(member, [])
        told = {claim.benefit.rpartition("/")[2] for claim, _grant in have}
        if benefit and benefit not in told | {claim.title for claim, _grant in have}:
            amount = value.get("amount")
            place = members[member].home.pack
            have.append((Claim(benefit, place, benefit, amount if isinstance(amount, int) else None), None))
    return found


def _records_of(members: Iterable[int]) -> dict[int, int]:
    """Record → member it was merged into, the member's own included; one query for each step of merging."""
    found = {pk: pk for pk in members}
    newest = dict(found)
    while newest:
        rows = Person.objects.filter(merged_into__in=newest).values_list("pk", "merged_into_id")
        newest = {pk: newest[into] for pk, into in rows if into is not None}
        found |= newest
    return found


def _elsewhere(records: Mapping[int, int]) -> dict[int, int]:
    """Records of other places with the same identity document → member."""
    own = IdentityDocument.objects.filter(person__in=records, withdrawn_at=None)
    digests = {
        other: records[person]
        for person, digest, sealed in own.values_list("person_id", "digest", "sealed")
        for other in digests_beside(digest, sealed)
    }
    rows = IdentityDocument.objects.filter(digest__in=digests, withdrawn_at=None)
    found = rows.exclude(person__in=records).values_list("person_id", "digest")
    return {person: digests[digest] for person, digest in found}
