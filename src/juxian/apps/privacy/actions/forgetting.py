"""Forgetting what is kept beside facts (信息项之外的清理): that it was there stays, what it said goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.cards.models import Card
from juxian.apps.corrections.models import Confirmation, Correction
from juxian.apps.exchange.models import Pushed
from juxian.apps.files.actions import remove_files
from juxian.apps.files.models import StoredFile
from juxian.apps.funds.models import Grant, PayeeAccount
from juxian.apps.housing.models import Application, Lease
from juxian.apps.imports.actions.forgetting import forget_roster, forget_rows
from juxian.apps.imports.models import Row
from juxian.apps.linking.models import Trace
from juxian.apps.messaging.models import ChatAddress, Delivery, Message
from juxian.apps.notices.models import Notice
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import IdentityDocument, Person
from juxian.apps.policies.models import Determination, Found, ProfileSnapshot, RunPerson, SweepRun
from juxian.apps.pools.models import Membership
from juxian.apps.privacy.models import ErasureRequest
from juxian.apps.privacy.queries.beside import (
    ACCOUNTS,
    CARDS,
    CASES,
    CORRECTIONS,
    DRAFTS,
    FLATS,
    FORGOTTEN,
    FOUND,
    GRANTS,
    LEASES,
    MESSAGES,
    NOTICES,
    ROSTERS,
    SCREENINGS,
    closed_applications,
    ended_cards,
    ended_cases,
    ended_grants,
    ended_leases,
    past_findings,
    screened,
    unpaid_accounts,
)
from juxian.apps.services.models import BulkRow, Case, CaseFile, CaseLetter, Draft, Officership, Rating
from juxian.core.packs.purposes import Keeping
from juxian.core.text import Text

AT_ONCE, CASES_AT_ONCE = 2000, 200
CLEARED = Text("内容已清理", "Cleared")
NUMBERS, NAME = "persons.number", "persons.name"


def _forget_cases(rows: QuerySet[Case]) -> int:
    """Answers, papers and the applicant's name; steps, days and the decision stay."""
    number, after = 0, 0
    while some := list(rows.filter(pk__gt=after).order_by("pk")[:CASES_AT_ONCE]):
        keys = [case.pk for case in some]
        _remove_files(StoredFile.objects.filter(pk__in=CaseFile.objects.filter(case__in=keys).values("file")))
        for case in some:
            case.data = case.data | {"answers": {}, "materials": {}, "profile": {}, "held": []}
            case.applicant = FORGOTTEN
        Case.objects.bulk_update(some, ["data", "applicant"])
        Rating.objects.filter(case__in=keys).update(words="", reply="")
        BulkRow.objects.filter(case__in=keys).update(answers={}, name="", number="")
        CaseLetter.objects.filter(case__in=keys).update(
            subject_zh=CLEARED.zh, subject_en=CLEARED.en, body_zh="", body_en=""
        )
        after = keys[-1]
        number += len(some)
    return number


def _forget_messages(rows: QuerySet[Message]) -> int:
    """The words and where they were sent; the key stays, so that the same is not told again."""
    keys = list(rows.values_list("pk", flat=True))
    Delivery.objects.filter(message__in=keys).update(address="")
    return Message.objects.filter(pk__in=keys).update(
        subject_zh=CLEARED.zh, subject_en=CLEARED.en, body_zh=FORGOTTEN, body_en=FORGOTTEN, link=""
    )


def _forget_corrections(rows: QuerySet[Correction]) -> int:
    files = list(rows.exclude(file=None).values_list("file", flat=True))
    number = rows.count()
    rows.order_by().delete()
    _remove_files(StoredFile.objects.filter(pk__in=files))
    return number


def _forget_rosters(rows: QuerySet[Any]) -> int:
    found = list(rows)
    for batch in found:
        forget_roster(batch)
    return len(found)


def _forget_screenings(rows: QuerySet[RunPerson]) -> int:
    """Answers about the people and the profiles that decided; how many there were of each answer stays with the run."""
    number = 0
    while some := list(rows.order_by("pk").values_list("pk", "run", "person", "snapshot")[:AT_ONCE]):
        keys, runs, people, snapshots = (set(column) for column in zip(*some, strict=True))
        Determination.objects.filter(answer__run__in=runs, person__in=people).order_by().delete()
        RunPerson.objects.filter(pk__in=keys).order_by().delete()
        _forget_snapshots(snapshots)
        number += len(some)
    return number


def _forget_snapshots(digests: set[str]) -> None:
    """Profiles that no answer rests on any more. A run under way may be about to use one that it found: then they stay, to
    go with the next answers that rested on an equal one."""
    if SweepRun.objects.filter(finished_at=None).exists():
        return
    used = {
        pk
        for rows in (RunPerson.objects, Found.objects)
        for pk in rows.filter(snapshot__in=digests).values_list("snapshot", flat=True)
    }
    ProfileSnapshot.objects.filter(pk__in=digests - used).order_by().delete()


def _forget_found(rows: QuerySet[Found]) -> int:
    snapshots = set(rows.values_list("snapshot", flat=True))
    number = int(rows.order_by().delete()[0])
    _forget_snapshots(snapshots)
    return number


def _forget_notices(rows: QuerySet[Notice]) -> int:
    """Whom a notice named; its title, its words and its days stay."""
    found = list(rows.values_list("pk", "attachment"))
    _remove_files(StoredFile.objects.filter(pk__in=[file for _pk, file in found if file]))
    return Notice.objects.filter(pk__in=[pk for pk, _file in found]).update(rows=[], numbers=[])


def _forget_grants(rows: QuerySet[Grant]) -> int:
    """The person's profile beside a promise; sums, instalments and payments are vouchers, which nobody may change."""
    return Grant.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(profile={})


def _forget_flats(rows: QuerySet[Application]) -> int:
    keys = list(rows.values_list("pk", flat=True))
    return Application.objects.filter(pk__in=keys).update(asked={}, snapshot={}, wish="")


def _forget_leases(rows: QuerySet[Lease]) -> int:
    """What was asked for; days, rents and bills belong to the payments."""
    return Lease.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(asked={})


def _forget_cards(rows: QuerySet[Card]) -> int:
    """Why a card ended; its number and its uses are records that nobody may change."""
    return Card.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(reason="")


def _remove_files(files: QuerySet[StoredFile]) -> None:
    remove_files(files=files, by=None, reason=_("保存期满或依申请删除"))


FORGET: dict[str, Callable[[Any], int]] = {
    CASES: _forget_cases,
    DRAFTS: lambda rows: int(rows.order_by().delete()[0]),
    ROSTERS: _forget_rosters,
    MESSAGES: _forget_messages,
    CORRECTIONS: _forget_corrections,
    SCREENINGS: _forget_screenings,
    GRANTS: _forget_grants,
    FLATS: _forget_flats,
    LEASES: _forget_leases,
    CARDS: _forget_cards,
    ACCOUNTS: lambda rows: int(rows.order_by().delete()[0]),
    FOUND: _forget_found,
    NOTICES: _forget_notices,
}


MINE = {MESSAGES: "recipient__person"}  # by what rows name their person, where it is not ``person``
Counts = dict[int, dict[str, int]]  # person → data → how many


def forget_beside(
    people: Sequence[Person], home: Organisation, keeping: Iterable[Keeping]
) -> tuple[Counts, dict[int, list[str]]]:
    """What is kept beside the facts of people of one place, on request: what went of each, and data that a law keeps.

    Of rosters go the rows of the persons; the file, which names others as well, stays until its own time is over.
    """
    rows: dict[str, QuerySet[Any]] = {
        CASES: ended_cases(home),
        DRAFTS: Draft.objects.all(),
        ROSTERS: Row.objects.exclude(recorded_at=None),
        MESSAGES: Message.objects.exclude(body_zh=FORGOTTEN),
        CORRECTIONS: Correction.objects.filter(decided_at__isnull=False),
        SCREENINGS: screened(home),
        GRANTS: ended_grants(home),
        FLATS: closed_applications(home),
        LEASES: ended_leases(home),
        CARDS: ended_cards(home),
        ACCOUNTS: unpaid_accounts(home),
        FOUND: past_findings(home),
    }
    law = {item.data for item in keeping if item.by_law}
    forget = FORGET | {ROSTERS: forget_rows}
    erased, kept = Counts(), dict[int, list[str]]()
    for data, found in rows.items():
        by = MINE.get(data, "person")
        own = found.filter(**{f"{by}__in": people})
        counts = how_many(own, by)
        for person, number in counts.items():
            if data in law:
                kept.setdefault(person, []).append(data)
            else:
                erased.setdefault(person, {})[data] = number
        if counts and data not in law:
            forget[data](own)
    return erased, kept


def how_many(rows: QuerySet[Any], by: str) -> dict[int, int]:
    """Person → how many of ``rows`` are theirs; who has none is left out."""
    return dict(rows.order_by().values_list(by).annotate(number=Count("pk", distinct=True)))


def forget_rest(people: Sequence[Person]) -> None:
    """What stands beside the records of people who left long ago, with nothing that binds it: after the facts and the name.

    Their accounts are closed and name nobody. What no one may change (consent, decisions, vouchers) stays with the number.
    """
    for rows in (
        Membership.objects, Confirmation.objects, Correction.objects, Officership.objects,
        PayeeAccount.objects.filter(lines=None), Pushed.objects,
    ):  # fmt: skip
        rows.filter(person__in=people).order_by().delete()
    _forget_found(Found.objects.filter(person__in=people))
    ErasureRequest.objects.filter(person__in=people).update(words="")
    accounts = list(User.objects.filter(person__in=people))
    ChatAddress.objects.filter(user__in=accounts).delete()
    for user in accounts:
        user.username, user.name, user.email, user.is_active = f"cleared-{user.pk}", CLEARED.zh, "", False
        user.set_unusable_password()
    User.objects.bulk_update(accounts, ["username", "name", "email", "is_active", "password"])


def forget_identities(people: Sequence[Person]) -> Counts:
    """Names, document numbers and what they are found by; the number of a record stays, it says nothing of anybody.

    The profiles are to be derived again by the caller.
    """
    documents = IdentityDocument.objects.filter(person__in=people)
    numbers = how_many(documents, "person")
    documents.delete()
    Trace.objects.filter(person__in=people).delete()
    for person in people:
        person.name, person.name_key = CLEARED.zh, ""
    Person.objects.filter(Q(pk__in=[person.pk for person in people]) | Q(merged_into__in=people)).update(
        name=CLEARED.zh, name_key=""
    )
    return {
        person.pk: {NUMBERS: number, NAME: 1} if (number := numbers.get(person.pk)) else {NAME: 1}
        for person in people
    }
