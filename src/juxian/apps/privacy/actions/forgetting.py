"""Forgetting what is kept beside facts (信息项之外的清理): that it was there stays, what it said goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.cards.models import Card
from juxian.apps.corrections.models import Correction
from juxian.apps.exchange.models import Pushed
from juxian.apps.files.actions import remove_file
from juxian.apps.files.models import StoredFile
from juxian.apps.funds.models import Grant, PayeeAccount
from juxian.apps.housing.models import Application, Lease
from juxian.apps.imports.actions.forgetting import forget_roster, forget_rows
from juxian.apps.linking.models import Trace
from juxian.apps.messaging.models import Delivery, Message
from juxian.apps.notices.models import Notice
from juxian.apps.persons.actions import refresh_profiles
from juxian.apps.persons.models import Person
from juxian.apps.policies.models import Determination, Found, ProfileSnapshot, RunPerson, SweepRun
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
from juxian.apps.services.models import BulkRow, Case, CaseFile, Draft, Rating
from juxian.core.packs.purposes import Keeping
from juxian.core.text import Text

AT_ONCE = 2000
CLEARED = Text("内容已清理", "Cleared")
NUMBERS, NAME = "persons.number", "persons.name"


def _forget_cases(rows: Iterable[Case]) -> int:
    """Answers, papers and the applicant's name; steps, days and the decision stay."""
    number = 0
    for case in rows:
        _remove_files(StoredFile.objects.filter(pk__in=CaseFile.objects.filter(case=case).values("file")))
        case.data = case.data | {"answers": {}, "materials": {}, "profile": {}, "held": []}
        case.applicant = FORGOTTEN
        case.save(update_fields=["data", "applicant"])
        Rating.objects.filter(case=case).update(words="", reply="")
        BulkRow.objects.filter(case=case).update(answers={}, name="", number="")
        case.letters.update(subject_zh=CLEARED.zh, subject_en=CLEARED.en, body_zh="", body_en="")
        number += 1
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
    for file in files.filter(removed_at=None).select_related("home"):
        remove_file(file=file, by=None, reason=_("保存期满或依申请删除"))


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


def forget_beside(person: Person, keeping: Iterable[Keeping]) -> tuple[dict[str, int], list[str]]:
    """What is kept beside the facts of one person, on request: (data → how many went, data that a law keeps).

    Of rosters go the rows of the person; the file, which names others as well, stays until its own time is over.
    """
    own = Message.objects.filter(recipient__person=person).exclude(body_zh=FORGOTTEN)
    rows: dict[str, Any] = {
        CASES: ended_cases(person.home).filter(person=person),
        DRAFTS: Draft.objects.filter(person=person),
        ROSTERS: person.roster_rows.exclude(recorded_at=None),
        MESSAGES: own,
        CORRECTIONS: person.corrections.filter(decided_at__isnull=False),
        SCREENINGS: screened(person.home).filter(person=person),
        GRANTS: ended_grants(person.home).filter(person=person),
        FLATS: closed_applications(person.home).filter(person=person),
        LEASES: ended_leases(person.home).filter(person=person),
        CARDS: ended_cards(person.home).filter(person=person),
        ACCOUNTS: unpaid_accounts(person.home).filter(person=person),
        FOUND: past_findings(person.home).filter(person=person),
    }
    law = {item.data for item in keeping if item.by_law}
    forget = FORGET | {ROSTERS: forget_rows}
    erased = {data: number for data in rows if data not in law and (number := forget[data](rows[data]))}
    return erased, [data for data in rows if data in law and rows[data].exists()]


def forget_rest(person: Person) -> None:
    """What stands beside the record of somebody who left long ago, with nothing that binds it: after the facts and the name.

    Their account is closed and names nobody. What no one may change (consent, decisions, vouchers) stays with the number.
    """
    for rows in (
        person.memberships, person.confirmations, person.corrections, person.officerships,
        PayeeAccount.objects.filter(person=person, lines=None), Pushed.objects.filter(person=person),
    ):  # fmt: skip
        rows.order_by().delete()
    _forget_found(Found.objects.filter(person=person))
    person.erasure_requests.update(words="")
    for user in User.objects.filter(person=person):
        user.chat_addresses.all().delete()
        user.username, user.name, user.email, user.is_active = f"cleared-{user.pk}", CLEARED.zh, "", False
        user.set_unusable_password()
        user.save(update_fields=["username", "name", "email", "is_active", "password"])


def forget_identity(person: Person) -> dict[str, int]:
    """Name, document numbers and what they are found by; the number of the record stays, it says nothing of anybody."""
    erased = {NUMBERS: person.documents.all().delete()[0], NAME: 1}
    Trace.objects.filter(person=person).delete()
    Person.objects.filter(Q(pk=person.pk) | Q(merged_into=person)).update(name=CLEARED.zh, name_key="")
    person.refresh_from_db()
    refresh_profiles([person])
    return {name: number for name, number in erased.items() if number}
