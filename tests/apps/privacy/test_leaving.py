"""What never ends goes some time after its person has left, unless something binds it (离岗人员的保存期限)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.audit.models import AuditEntry
from juxian.apps.audit.queries import verify
from juxian.apps.cards.models import Card
from juxian.apps.clock import now
from juxian.apps.corrections.models import Correction
from juxian.apps.files.actions import store_file
from juxian.apps.files.models import StoredFile
from juxian.apps.funds.enums import AccountState, GrantState, InstalmentState, LineState, RecoveryState
from juxian.apps.funds.models import (
    Grant,
    Instalment,
    Obligation,
    PayeeAccount,
    PaymentLine,
    PaymentRun,
    Recovery,
)
from juxian.apps.housing.actions.stock import install_estates
from juxian.apps.housing.models import Bill, Estate, Lease
from juxian.apps.linking.actions.merging import merge_persons
from juxian.apps.messaging.actions import queue_message
from juxian.apps.messaging.models import ChatAddress
from juxian.apps.notices.enums import NoticeState
from juxian.apps.notices.models import Notice
from juxian.apps.persons.actions import FactDraft, record_facts, withdraw_fact
from juxian.apps.persons.models import Person, Profile, SearchTerm
from juxian.apps.policies.models import FindRun, Found, ProfileSnapshot
from juxian.apps.privacy.actions import retain
from juxian.apps.privacy.queries import RECORDS
from juxian.apps.services.models import Case, CaseFile, Definition
from juxian.config.invariants import Scope, search
from juxian.core.identity.resident_id import check_digit
from tests.apps.privacy.test_keeping import card_of, grant_of, run_of, snapshot
from tests.determinations import determined
from tests.factories import SourceFactory
from tests.flats import _let, few_flats, waiting
from tests.web.places import ID_NUMBER, Place, make_place

DAY = date(2022, 6, 1)
TEN, THIRTY = date(2032, 6, 1), date(2052, 6, 1)  # 120 and 360 months after DAY


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = DAY
    made = make_place("zigui")
    install_estates(book=few_flats(made.pack.housing), home=made.root)
    return made


def add(person: Person, kind: str, since: date, until: date | None = None, **value: Any) -> None:
    record_facts(person=person, facts=[FactDraft(kind, value, since, until)], source=SourceFactory())


def left(place: Place, name: str = "测试甲", number: str = "") -> Person:
    """Somebody who left on DAY."""
    person = place.person(name, number)
    add(person, "departure", DAY, reason="transferred")
    return person


def kinds(person: Person) -> list[str]:
    return sorted(person.facts.values_list("kind", flat=True))


ALL = ["contact", "departure", "education", "employment", "identity"]
RECORD = ["departure", "employment", "identity"]  # what goes with the record


def test_what_never_ends_goes_after_its_person_has_left(place: Place) -> None:
    person, here = left(place), place.person("测试乙")

    before = retain(home=place.root, day=date(2032, 5, 31))
    assert (kinds(person), before.erased) == (ALL, 0)
    tried = retain(home=place.root, day=TEN, dry_run=True)
    assert kinds(person) == ALL
    done = retain(home=place.root, day=TEN)

    assert tried.report == done.report
    assert done.report == {
        "education": {"months": 120, "erased": 1, "waiting": 0},
        "contact": {"months": 120, "erased": 1, "waiting": 0},
        RECORDS: {"months": 360, "erased": 0, "waiting": 1},
    }
    assert kinds(person) == RECORD
    assert kinds(here) == ["contact", "education", "employment", "identity"]
    assert Profile.objects.get(person=person).degree is None
    assert Profile.objects.get(person=here).degree == "master"
    assert retain(home=place.root, day=TEN).erased == 0


def test_the_record_goes_and_its_number_stays(place: Place) -> None:
    person = left(place, number=ID_NUMBER)
    user = place.user("person", person=person)
    former = place.person()
    merge_persons(keep=person, drop=former, by=None)
    number = person.number

    assert retain(home=place.root, day=date(2052, 5, 31)).report[RECORDS]["erased"] == 0
    done = retain(home=place.root, day=THIRTY)

    assert done.report[RECORDS] == {"months": 360, "erased": 1, "waiting": 0}
    for row in (person, user, former):
        row.refresh_from_db()
    assert (person.name, person.name_key, person.number, former.name) == (
        "内容已清理", "", number, "内容已清理",
    )  # fmt: skip
    assert kinds(person) == []
    assert not person.documents.exists()
    assert not SearchTerm.objects.filter(person=person).exists()
    assert not Profile.objects.filter(person=person).exists()
    assert (user.is_active, user.name, user.email) == (False, "内容已清理", "")
    assert AuditEntry.objects.get(action="privacy.record_forgotten").subject_id == str(person.pk)
    assert retain(home=place.root, day=THIRTY).erased == 0
    found = dict(search(Scope(every=True))).values()
    assert [words.zh for result in found for words in result.violations] == []


def _back(place: Place, person: Person) -> None:
    add(person, "employment", date(2024, 1, 1), employer=place.employer.code)


def _trained(place: Place, person: Person) -> None:
    add(person, "training", date(2030, 1, 1), programme="研修班")


def _never_left(place: Place, person: Person) -> None:
    withdraw_fact(fact=person.facts.get(kind="departure"), by=None, reason="更正")


@pytest.mark.parametrize("change", [_back, _trained, _never_left])
def test_who_is_not_known_to_have_left_stays(place: Place, change: Callable[[Place, Person], None]) -> None:
    """A later post, or anything of a later day, says that the person is here; a departure taken back says nothing."""
    person = left(place)
    change(place, person)

    report = retain(home=place.root, day=TEN).report

    assert "education" not in report
    assert "education" in kinds(person)


def test_the_last_post_that_ended_is_a_day_of_leaving_and_stays_as_long_as_the_record(place: Place) -> None:
    person = place.person()
    person.facts.filter(kind="employment").update(until=DAY)
    card = card_of(person, "C-1", None)
    Card.objects.filter(pk=card.pk).update(until=date(2060, 1, 1))

    assert retain(home=place.root, day=THIRTY).erased == 0
    assert "employment" in kinds(person)
    Card.objects.filter(pk=card.pk).update(until=date(2050, 1, 1))
    assert retain(home=place.root, day=THIRTY).report[RECORDS]["erased"] == 1

    assert kinds(person) == []


def case_of(place: Place, person: Person, *, ended: bool = False, number: str = "1") -> Case:
    definition, _made = Definition.objects.get_or_create(
        pack=place.root.pack,
        service="advice",
        digest="0",
        defaults={"title": "咨询", "title_en": "Advice", "text": "", "since": now()},
    )
    return Case.objects.create(
        definition=definition, service="advice", home=place.root, person=person, applicant=person.name, state="x",
        number=f"ZG-{number}", version=1, opened_at=now(), moved_at=now(), ended_at=now() if ended else None,
        data={"opened_by": "", "answers": {}, "materials": {}},
    )  # fmt: skip


def _case(place: Place, person: Person) -> None:
    case_of(place, person)


def _grant(place: Place, person: Person) -> None:
    grant_of(person, "standing", GrantState.SUSPENDED)


def _done(person: Person) -> Grant:
    """A promise that was paid out, of which no profile is left."""
    grant = grant_of(person, "done", GrantState.DONE)
    Grant.objects.filter(pk=grant.pk).update(profile={})
    return grant


def _part(person: Person, state: str = InstalmentState.PAID) -> Instalment:
    return Instalment.objects.create(
        grant=_done(person), number=1, due=DAY, amount_fen=100, whole_fen=100, state=state
    )


def _instalment(place: Place, person: Person) -> None:
    _part(person, InstalmentState.PLANNED)


def account_of(person: Person, state: str, digest: str = "d") -> PayeeAccount:
    return PayeeAccount.objects.create(
        person=person, holder="甲", bank="行", sealed=b"", digest=digest, masked="6222***5678", state=state
    )


def paid(place: Place, person: Person, state: str, settled_on: date | None) -> PaymentLine:
    run = PaymentRun.objects.create(home=place.root, title="一", bank="b", as_of=DAY)
    return PaymentLine.objects.create(
        run=run, position=1, reference="R1", instalment=_part(person), attempt=1, amount_fen=100,
        account=account_of(person, AccountState.REPLACED), state=state, settled_on=settled_on,
    )  # fmt: skip


def _under_way(place: Place, person: Person) -> None:
    paid(place, person, LineState.OPEN, None)


def _voucher(place: Place, person: Person) -> None:
    paid(place, person, LineState.CONFIRMED, date(2023, 1, 1))


def _obligation(place: Place, person: Person) -> None:
    Obligation.objects.create(grant=_done(person), since=DAY, serve_months=60, formula="full")


def _recovery(place: Place, person: Person) -> None:
    owed = Obligation.objects.create(
        grant=_done(person), since=DAY, serve_months=60, formula="full", state="breached"
    )
    Recovery.objects.create(
        obligation=owed, ended_on=DAY, how="left", served_months=1, refund_fen=1, found_on=DAY,
        state=RecoveryState.DEMANDED,
    )  # fmt: skip


def _lease(place: Place, person: Person) -> None:
    _let(person, Estate.objects.get(code="zigui-apartments"), DAY)


def _bill(place: Place, person: Person) -> None:
    _lease(place, person)
    lease = Lease.objects.get(person=person)
    Bill.objects.create(
        lease=lease, kind="deposit", payer="person", since=DAY, until=TEN, due_on=DAY, amount_fen=5
    )
    Lease.objects.filter(pk=lease.pk).update(state="ended", notice_on=DAY, keys_on=DAY, asked={})


def _flat(place: Place, person: Person) -> None:
    waiting(Estate.objects.get(code="zigui-apartments"), DAY, person)


def _card(place: Place, person: Person) -> None:
    Card.objects.filter(pk=card_of(person, "C-1", None).pk).update(until=date(2060, 1, 1))


def _correction(place: Place, person: Person) -> None:
    Correction.objects.create(
        home=place.root, person=person, kind="education", value={}, since=DAY, by=place.user("office"),
        proposed_at=now(),
    )  # fmt: skip


def _post(place: Place, person: Person) -> None:
    place.user("office", person=person)


def _kept_case(place: Place, person: Person) -> None:
    case_of(place, person, ended=True)  # of the real clock: later than DAY


RUNNING = [
    _case, _grant, _instalment, _under_way, _obligation, _recovery, _lease, _bill, _flat, _card, _correction, _post,
]  # fmt: skip


@pytest.mark.parametrize("bind", RUNNING)
def test_what_is_not_over_binds_the_record(place: Place, bind: Callable[[Place, Person], None]) -> None:
    person = left(place)
    bind(place, person)

    report = retain(home=place.root, day=THIRTY).report

    assert report[RECORDS] == {"months": 360, "erased": 0, "waiting": 1}
    assert kinds(person) == ALL
    person.refresh_from_db()
    assert person.name == "测试甲"


@pytest.mark.parametrize("keep", [_kept_case, _voucher])
def test_what_a_law_keeps_binds_the_record_until_its_time_is_over(
    place: Place, keep: Callable[[Place, Person], None]
) -> None:
    """Degrees and honours do not wait for it."""
    person = left(place)
    keep(place, person)

    assert retain(home=place.root, day=THIRTY).report[RECORDS]["erased"] == 0
    assert kinds(person) == RECORD
    retain(home=place.root, day=date(2100, 1, 1))
    retain(home=place.root, day=date(2100, 1, 2))

    assert kinds(person) == []


def test_a_place_that_says_nothing_of_leaving_keeps_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = left(place)
    pack = replace(place.pack, leaving=None)
    for module in ("actions", "queries", "queries.leaving"):
        monkeypatch.setattr(f"juxian.apps.privacy.{module}.pack_of", lambda home: pack)

    assert retain(home=place.root, day=date(2100, 1, 1)).report == {}
    assert kinds(person) == ALL


def test_a_purpose_without_an_end_keeps_the_record(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    person = left(place)
    purposes = place.pack.purposes
    pack = replace(place.pack, purposes=purposes | {"benefits": replace(purposes["benefits"], months=None)})
    for module in ("actions", "queries", "queries.leaving"):
        monkeypatch.setattr(f"juxian.apps.privacy.{module}.pack_of", lambda home: pack)

    retain(home=place.root, day=date(2100, 1, 1))

    assert kinds(person) == RECORD
    person.refresh_from_db()
    assert person.name == "测试甲"


def test_an_account_to_which_nothing_was_paid_goes_and_that_of_a_voucher_stays(place: Place) -> None:
    person = place.person()
    line = paid(place, person, LineState.CONFIRMED, DAY)
    account_of(person, AccountState.REPLACED)
    confirmed = account_of(person, AccountState.CONFIRMED)

    found = retain(home=place.root, day=date(2100, 1, 1)).report

    assert found["accounts"] == {"months": 36, "erased": 1, "waiting": 0}
    assert set(PayeeAccount.objects.all()) == {line.account, confirmed}


def found_of(place: Place, person: Person, digest: str, ended_on: date | None) -> Found:
    run = FindRun.objects.create(pack=place.root.pack, as_of=DAY, state=FindRun.State.FINISHED)
    return Found.objects.create(
        home=place.root, person=person, run=run, policy=f"p-{digest}", benefit="b", digest="0", snapshot_id=digest,
        state=Found.State.KNOWN, found_on=DAY, ended_on=ended_on,
    )  # fmt: skip


def test_what_somebody_was_found_entitled_to_goes_when_it_is_long_over(place: Place) -> None:
    """A profile goes with the last answer that rests on it, of whatever kind of run."""
    person = place.person()
    first = run_of(place, date(2022, 1, 1))
    run_of(place, date(2022, 5, 1))
    old, standing, shared = snapshot("old"), snapshot("standing"), snapshot("shared")
    found_of(place, person, old, DAY)
    kept = found_of(place, person, standing, None)
    determined(first, person, "p", "b", snapshot=standing)
    found_of(place, person, shared, None)

    report = retain(home=place.root, day=date(2025, 6, 1)).report

    assert (report["found"]["erased"], report["screenings"]["erased"]) == (1, 1)
    assert set(ProfileSnapshot.objects.values_list("digest", flat=True)) == {standing, shared}
    assert Found.objects.filter(pk=kept.pk).exists()


def notice_of(place: Place, state: str, until: date, **values: Any) -> Notice:
    return Notice.objects.create(
        home=place.root, title="公示", body="名单见附件", fields=["name"], state=state, since=date(2022, 5, 1),
        until=until, written_by=place.user("office"), **values,
    )  # fmt: skip


def test_what_a_notice_leaves_behind_goes(place: Place, settings: Any, tmp_path: Path) -> None:
    """Rows go as soon as it is down; the attachment, and whom a draft was to name, some years later."""
    settings.JUXIAN_FILES = tmp_path
    upload = SimpleUploadedFile("a.txt", "一份名单".encode(), "text/plain")
    file = store_file(upload=upload, home=place.root, by=place.user("office"), purpose="notices")
    over = notice_of(place, NoticeState.ENDED, DAY, attachment=file)
    draft = notice_of(place, NoticeState.DRAFT, DAY, numbers=["ZG00000001"])
    later = notice_of(place, NoticeState.DRAFT, date(2033, 1, 1), numbers=["ZG00000001"])

    assert retain(home=place.root, day=date(2032, 5, 31)).report["notices"]["erased"] == 0
    assert retain(home=place.root, day=TEN).report["notices"]["erased"] == 2

    for row in (over, draft, later, file):
        row.refresh_from_db()
    assert (file.removed_at is None, draft.numbers, later.numbers) == (False, [], ["ZG00000001"])
    assert (over.title, over.body) == ("公示", "名单见附件")
    assert retain(home=place.root, day=TEN).report.get("notices") is None


def test_the_number_of_queries_does_not_grow_with_those_who_left(
    place: Place, django_assert_max_num_queries: Any
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(400) as found:
            retain(home=place.root, day=TEN, dry_run=True)
        return len(found)

    left(place)
    asked()
    few = asked()
    left(place, "测试乙")
    left(place, "测试丙")

    assert asked() == few


def number_of(serial: int) -> str:
    first = f"62020119900101{serial:03d}"
    return first + check_digit(first)


def full(place: Place, name: str, number: str) -> Person:
    """Somebody who left, with one of everything that goes with a record."""
    person = left(place, name, number)
    user = place.user("person", person=person)
    user.email = f"{number}@example.org"
    user.save()
    ChatAddress.objects.create(user=user, channel="wecom", address=f"w{number}")
    case = case_of(place, person, ended=True, number=number)
    upload = SimpleUploadedFile("a.txt", f"{name}的证明".encode(), "text/plain")
    file = store_file(upload=upload, home=place.root, by=None, purpose="cases")
    CaseFile.objects.create(case=case, material="m", file=file, version=1)
    queue_message(user, "messaging.digest", {"count": "1", "list": "甲"}, f"k:{number}", place=place.root)
    account_of(person, AccountState.REPLACED, f"d{number}")
    found_of(place, person, snapshot(f"s{number}"), DAY)
    return person


def test_the_queries_of_emptying_records_do_not_grow_with_them_and_each_is_audited(
    place: Place, settings: Any, tmp_path: Path
) -> None:
    settings.JUXIAN_FILES, settings.JUXIAN_MAIL_URL = tmp_path, "folder:mail"
    day = date(2150, 1, 1)

    def asked(*serials: int) -> tuple[int, list[Person]]:
        """Cases, which a law keeps, go first, and with the next night the record."""
        people = [full(place, f"测试{serial}", number_of(serial)) for serial in serials]
        with CaptureQueriesContext(connection) as found:
            retain(home=place.root, day=day)
            retain(home=place.root, day=day)
        return len(found), people

    asked(1)
    one, _people = asked(2)
    three, people = asked(3, 4, 5)

    assert three == one
    for person in people:
        person.refresh_from_db()
        assert (person.name, kinds(person), person.documents.count()) == ("内容已清理", [], 0)
        case = Case.objects.get(person=person)
        assert (case.applicant, case.data["answers"]) == ("", {})
    assert not StoredFile.objects.filter(removed_at=None).exists()
    assert not ChatAddress.objects.exists()
    entries = AuditEntry.objects.filter(action="privacy.record_forgotten")
    assert entries.count() == 5
    last = {entry.subject_id: entry.detail for entry in entries.order_by("-pk")[:3]}
    assert set(last) == {str(person.pk) for person in people}
    assert all(detail["erased"]["persons.number"] == 1 for detail in last.values())
    assert AuditEntry.objects.filter(action="files.removed").count() == 5
    assert verify().holds
