from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db.models import F

from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry
from juxian.apps.imports.actions import (
    AlreadyHandedIn,
    TooLarge,
    accept_batch,
    correct_mapping,
    decide_row,
    decide_rows,
    stage_file,
    undo_batch,
)
from juxian.apps.imports.actions.deciding import NotPossible
from juxian.apps.imports.actions.filing import stored_bytes
from juxian.apps.imports.enums import BatchState, RowDecision, RowReason, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import content_of
from juxian.apps.imports.tasks import accept, read
from juxian.apps.linking.models import Decision
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, record_facts, register_person
from juxian.apps.persons.models import Fact, IdentityDocument, Person, Profile
from juxian.core.source import Rejected
from tests import rosters
from tests.factories import PersonFactory, SourceFactory
from tests.rosters import AS_OF, DirtyRoster, resident_id

pytestmark = pytest.mark.usefixtures("hospital", "school")


def stage(roster: DirtyRoster, sender: Organisation, by: User | None = None) -> Batch:
    return stage_file(data=roster.data, file_name=roster.name, organisation=sender, as_of=AS_OF, by=by)


def of_rows(*rows: list[object], name: str = "名册.xlsx") -> DirtyRoster:
    return DirtyRoster(name, rosters.xlsx([list(row) for row in rows]), (len(rows) - 1, 0, 0))


def test_the_rows_of_a_batch_add_up_and_none_is_lost(home: Organisation, clerk: User) -> None:
    for make in rosters.DIRTY:
        roster = make()

        batch = stage(roster, home, clerk)

        states = (batch.rows_accepted, batch.rows_waiting, batch.rows_refused)
        assert (roster.name, states, batch.rows_total) == (roster.name, roster.expected, roster.rows)
        assert batch.rows.count() == roster.rows
        assert batch.state == BatchState.STAGED


@pytest.mark.parametrize("make", rosters.DIRTY, ids=lambda make: make.__name__)
def test_accepting_leaves_every_row_accounted_for(
    make: Callable[[], DirtyRoster], home: Organisation, clerk: User
) -> None:
    batch = stage(make(), home, clerk)

    accept_batch(batch=batch, by=clerk)

    accepted = batch.rows.filter(state=RowState.ACCEPTED)
    assert accepted.filter(recorded_at=None).count() == 0
    assert accepted.filter(person=None).count() == 0
    assert batch.rows_done == batch.rows_accepted
    assert batch.rows.exclude(state=RowState.ACCEPTED).exclude(recorded_at=None).count() == 0
    assert Profile.objects.count() == Person.objects.count()


def test_an_accepted_row_becomes_a_person_with_facts(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.titled_two_line_header(), home, clerk)

    accept_batch(batch=batch, by=clerk)

    person = Person.objects.get(name="陈晓")
    assert person.number.startswith("JY")
    assert sorted(person.facts.values_list("kind", flat=True)) == [
        "education",
        "education",
        "employment",
        "identity",
    ]
    assert person.profile.degree == "master"
    assert person.profile.employer == "jyg-first-hospital"
    assert [document.masked for document in person.documents.all()] == [
        "6202**********" + resident_id("19900607", 2)[-4:]
    ]
    assert {fact.source_id for fact in person.facts.all()} == {batch.source_id}
    assert "第6行" in person.facts.first().evidence


def test_nothing_reaches_the_register_before_acceptance(home: Organisation) -> None:
    stage(rosters.plain(), home)

    assert (Person.objects.count(), Fact.objects.count()) == (0, 0)


def test_the_same_number_is_the_same_person(home: Organisation, clerk: User) -> None:
    number = resident_id(sequence=1)
    first = stage(of_rows(["姓名", "身份证号", "学历"], ["王芳", number, "本科"]), home)
    accept_batch(batch=first, by=clerk)

    second = stage(
        of_rows(["姓名", "证件号码", "职称级别"], ["王 芳", number.lower(), "中级"], name="b.xlsx"), home
    )
    accept_batch(batch=second, by=clerk)

    person = Person.objects.get()
    assert second.rows.get().made_person is False
    assert sorted(person.facts.values_list("kind", flat=True)) == ["education", "identity", "title"]
    assert person.documents.count() == 1


def test_a_number_of_somebody_else_waits(home: Organisation, clerk: User) -> None:
    number = resident_id(sequence=1)
    accept_batch(batch=stage(of_rows(["姓名", "身份证号"], ["王芳", number]), home), by=clerk)

    batch = stage(of_rows(["姓名", "身份证号"], ["李芳", number], name="b.xlsx"), home)

    row = batch.rows.get()
    assert (row.state, row.reason) == (RowState.WAITING, RowReason.NUMBER_SHARED)
    assert content_of(row).candidates == [Person.objects.get().pk]


def test_traditional_script_is_the_same_name(home: Organisation, clerk: User) -> None:
    number = resident_id(sequence=1)
    accept_batch(batch=stage(of_rows(["姓名", "身份证号"], ["陈国华", number]), home), by=clerk)

    batch = stage(of_rows(["姓名", "身份证号"], ["陳國華", number], name="b.xlsx"), home)

    assert batch.rows.get().state == RowState.ACCEPTED


def test_one_number_twice_in_a_file_becomes_one_person(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.merged_down(), home, clerk)

    accept_batch(batch=batch, by=clerk)

    person = Person.objects.get(name="何雪")
    assert Person.objects.count() == 2
    assert sorted(fact.value["degree"] for fact in person.facts.filter(kind="education")) == [
        "bachelor",
        "master",
    ]
    assert person.facts.filter(kind="employment").count() == 1


def test_an_unchanged_fact_is_not_stated_twice(home: Organisation, clerk: User) -> None:
    rows = [["姓名", "身份证号", "学历", "毕业院校", "工作单位"]]
    rows.append(["王芳", resident_id(sequence=1), "本科", "兰州大学", rosters.HOSPITAL])
    accept_batch(batch=stage(of_rows(*rows), home), by=clerk)
    before = Fact.objects.count()

    accept_batch(
        batch=stage(of_rows(*rows, ["李芳", resident_id(sequence=3)], name="b.xlsx"), home), by=clerk
    )

    assert Fact.objects.filter(person__name="王芳").count() == before


def test_a_changed_state_without_a_date_begins_on_the_day_of_the_roster(
    home: Organisation, clerk: User
) -> None:
    number = resident_id(sequence=1)
    accept_batch(
        batch=stage(of_rows(["姓名", "身份证号", "职称级别"], ["王芳", number, "中级"]), home), by=clerk
    )

    later = stage(of_rows(["姓名", "身份证号", "职称级别"], ["王芳", number, "副高"], name="b.xlsx"), home)
    accept_batch(batch=later, by=clerk)

    person = Person.objects.get()
    assert person.facts.filter(kind="title").order_by("-since").first().since == AS_OF
    assert person.profile.title_level == "associate_senior"


def test_the_same_file_is_recognised(home: Organisation, school: Organisation) -> None:
    first = stage(rosters.plain(), home)

    with pytest.raises(AlreadyHandedIn) as refused:
        stage(rosters.plain(), home)

    assert refused.value.batch == first
    assert stage(rosters.plain(), school).pk != first.pk


def test_a_file_that_cannot_be_read_leaves_nothing(home: Organisation, files: Path) -> None:
    with pytest.raises(Rejected):
        stage(DirtyRoster("a.xlsx", b"MZ....", (0, 0, 0)), home)

    assert Batch.objects.count() == 0
    assert list(files.rglob("*.sealed")) == []


def test_an_upload_past_the_limit_is_refused(home: Organisation, settings: object) -> None:
    settings.JUXIAN_UPLOAD_LIMIT_BYTES = 1000  # type: ignore[attr-defined]

    with pytest.raises(TooLarge):
        stage(rosters.plain(), home)


def test_the_file_is_sealed_under_a_random_name(home: Organisation, files: Path) -> None:
    roster = rosters.gbk_csv()

    batch = stage(roster, home)

    [path] = [found for found in files.rglob("*") if found.is_file()]
    assert path.name == batch.stored_name
    assert roster.name not in str(path)
    assert roster.data[:40] not in path.read_bytes()
    assert stored_bytes(batch.stored_name) == roster.data


def test_document_numbers_are_nowhere_in_clear(home: Organisation, clerk: User) -> None:
    number = resident_id(sequence=1)
    batch = stage(of_rows(["姓名", "身份证号"], ["王芳", number]), home, clerk)
    accept_batch(batch=batch, by=clerk)

    table, row = batch.tables.get(), batch.rows.get()
    assert number not in str(table.columns) + str(table.skipped)
    assert number.encode() not in bytes(row.sealed)
    assert all(number not in str(entry.detail) for entry in AuditEntry.objects.all())


def test_undoing_takes_back_what_the_batch_said(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.plain(), home, clerk)
    accept_batch(batch=batch, by=clerk)

    undo_batch(batch=batch, by=clerk, reason="报错了文件")

    assert batch.state == BatchState.UNDONE
    assert Fact.objects.standing().count() == 0
    assert Profile.objects.count() == 0
    assert IdentityDocument.objects.filter(withdrawn_at=None).count() == 0
    assert stage(rosters.plain(), home).state == BatchState.STAGED


def test_undoing_keeps_what_others_said(home: Organisation, clerk: User) -> None:
    number = resident_id(sequence=1)
    person = register_person(
        home=home,
        name="王芳",
        facts=[FactDraft("identity", {"name": "王芳"}, date(1988, 3, 15))],
        source=SourceFactory(),
    )
    first = stage(of_rows(["姓名", "身份证号", "学历"], ["李芳", number, "本科"]), home)
    accept_batch(batch=first, by=clerk)
    second = stage(
        of_rows(
            ["姓名", "身份证号", "学历"], ["李芳", number, "本科"], ["周芳", None, "本科"], name="b.xlsx"
        ),
        home,
    )
    accept_batch(batch=second, by=clerk)

    undo_batch(batch=first, by=clerk, reason="重复")

    other = Person.objects.get(name="李芳")
    assert [fact.source_id for fact in other.facts.standing().filter(kind="education")] == [second.source_id]
    assert other.documents.filter(withdrawn_at=None).count() == 1
    assert Profile.objects.filter(person__in=[person, other]).count() == 2


def test_undoing_a_staged_batch_only_closes_it(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.plain(), home, clerk)

    undo_batch(batch=batch, by=clerk, reason="不要了")

    assert (batch.state, Person.objects.count()) == (BatchState.UNDONE, 0)
    assert accept_batch(batch=batch, by=clerk).state == BatchState.UNDONE


def test_rows_of_one_reason_are_decided_together(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.numbers_lost(), home, clerk)

    count = decide_rows(
        batch=batch, reason=RowReason.NUMBER_DAMAGED, decision=RowDecision.WITHOUT_DOUBTFUL, by=clerk
    )

    batch.refresh_from_db()
    assert count == 2
    assert (batch.rows_accepted, batch.rows_waiting, batch.rows_refused) == (3, 1, 0)


def test_a_decision_after_acceptance_acts_at_once(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.dates_of_all_kinds(), home, clerk)
    accept_batch(batch=batch, by=clerk)

    decide_rows(
        batch=batch, reason=RowReason.CELL_UNREADABLE, decision=RowDecision.WITHOUT_DOUBTFUL, by=clerk
    )

    batch.refresh_from_db()
    assert (batch.rows_done, batch.rows_waiting) == (8, 0)
    assert Person.objects.count() == 8


def test_contradictions_decided_for_the_number(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.contradictions_and_strangers(), home, clerk)
    accept_batch(batch=batch, by=clerk)

    decide_rows(
        batch=batch, reason=RowReason.NUMBER_CONTRADICTS, decision=RowDecision.WITHOUT_DOUBTFUL, by=clerk
    )

    assert Person.objects.get(name="丁一").profile.gender == "male"
    assert Person.objects.get(name="丁二").profile.birth_date == date(1988, 3, 15)


def test_a_row_without_its_damaged_number_still_waits_for_its_namesake(
    home: Organisation, clerk: User
) -> None:
    rows: list[list[object]] = [
        ["姓名", "身份证号"],
        ["曾鸣", 620201198501012000],
        ["曾鸣", 620201198501023000],
    ]
    batch = stage(of_rows(*rows), home, clerk)

    decide_rows(batch=batch, reason=RowReason.NUMBER_DAMAGED, decision=RowDecision.WITHOUT_DOUBTFUL, by=clerk)

    batch.refresh_from_db()
    assert set(batch.rows.values_list("state", "reason")) == {(RowState.WAITING, RowReason.SAME_NAME)}
    assert (batch.rows_accepted, batch.rows_waiting) == (0, 2)


def test_a_copied_number_decided_as_another_person_goes_in_without_the_number(
    home: Organisation, clerk: User
) -> None:
    batch = stage(rosters.shared_numbers(), home, clerk)
    owner, copied = batch.rows.filter(reason=RowReason.NUMBER_SHARED)
    accept_batch(batch=batch, by=clerk)

    decide_row(row=owner, decision=RowDecision.SAME_PERSON, by=clerk)
    decide_row(row=copied, decision=RowDecision.NEW_PERSON, by=clerk)

    assert Person.objects.get(name="谢军").documents.count() == 1
    assert Person.objects.get(name="谢云").documents.count() == 0


def test_same_names_without_numbers_are_asked_about(home: Organisation, clerk: User) -> None:
    known = PersonFactory(home=home, name="曾鸣")
    record_facts(person=known, facts=[FactDraft("identity", {"name": "曾鸣"}, AS_OF)], source=SourceFactory())
    batch = stage(of_rows(["姓名", "学历"], ["曾鸣", "本科"]), home, clerk)
    accept_batch(batch=batch, by=clerk)
    row = batch.rows.get()
    assert (row.reason, content_of(row).candidates) == (RowReason.SAME_NAME, [known.pk])

    decide_row(row=row, decision=RowDecision.SAME_PERSON, by=clerk, person=known)

    assert Person.objects.count() == 1
    assert known.facts.filter(kind="education").count() == 1


def test_a_row_that_the_evidence_knows_joins_its_record(home: Organisation, clerk: User) -> None:
    known = PersonFactory(home=home, name="曾鸣")
    facts = [
        FactDraft("identity", {"name": "曾鸣", "birth_date": "1985-07-09"}, AS_OF),
        FactDraft("contact", {"phone": "13912345678"}, AS_OF),
    ]
    record_facts(person=known, facts=facts, source=SourceFactory())
    rows = [["姓名", "出生日期", "手机", "学历"], ["曾鸣", "1985-07-09", "13912345678", "本科"]]
    batch = stage(of_rows(*rows), home, clerk)

    row = batch.rows.get()
    accept_batch(batch=batch, by=clerk)

    assert (row.state, row.person) == (RowState.ACCEPTED, known)
    assert Person.objects.count() == 1


def test_a_row_with_a_number_that_may_be_known_is_asked_and_remembered(
    home: Organisation, clerk: User
) -> None:
    known = PersonFactory(home=home, name="曾鸣")
    facts = [FactDraft("identity", {"name": "曾鸣", "birth_date": "1985-01-01"}, AS_OF)]
    record_facts(person=known, facts=facts, source=SourceFactory())
    number = rosters.resident_id("19850101", 301, "620201")
    batch = stage(of_rows(["姓名", "身份证号", "学历"], ["曾鸣", number, "本科"]), home, clerk)
    row = batch.rows.get()
    assert (row.reason, content_of(row).candidates) == (RowReason.MAYBE_KNOWN, [known.pk])

    decide_row(row=row, decision=RowDecision.OTHER_PERSON, by=clerk)
    accept_batch(batch=batch, by=clerk)

    assert Person.objects.exclude(pk=known.pk).get().documents.count() == 1
    assert [(item.left, item.verdict) for item in Decision.objects.all()] == [(known, "different")]


def test_a_record_of_another_jurisdiction_cannot_be_chosen(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.shared_numbers(), home, clerk)
    row = batch.rows.filter(reason=RowReason.SAME_NAME).first()

    with pytest.raises(NotPossible):
        decide_row(row=row, decision=RowDecision.SAME_PERSON, by=clerk, person=PersonFactory())


def test_a_row_is_decided_once(home: Organisation, clerk: User) -> None:
    row = stage(rosters.numbers_lost(), home, clerk).rows.filter(state=RowState.WAITING).first()
    decide_row(row=row, decision=RowDecision.REFUSE, by=clerk)

    with pytest.raises(NotPossible):
        decide_row(row=row, decision=RowDecision.WITHOUT_DOUBTFUL, by=clerk)

    assert (row.state, row.reason) == (RowState.REFUSED, RowReason.REFUSED_BY_HAND)


def test_a_corrected_mapping_is_used_and_remembered(home: Organisation, clerk: User) -> None:
    header: list[object] = ["姓名", "身份证号", "层次", "地点"]
    batch = stage(of_rows(header, ["王芳", resident_id(sequence=1), "本科", "北京"]), home, clerk)
    assert [column["target"] for column in batch.tables.get().columns][2] == ""

    correct_mapping(table=batch.tables.get(), targets={2: "education.degree"}, by=clerk)
    later = stage(
        of_rows(header, ["李芳", resident_id(sequence=3), "硕士", "上海"], name="b.xlsx"), home, clerk
    )

    for each, degree in ((batch, "bachelor"), (later, "master")):
        [row] = each.rows.all()
        assert [fact.value for fact in content_of(row).facts if fact.kind == "education"] == [
            {"degree": degree}
        ]


def test_an_employer_reports_its_own_people_only(hospital: Organisation, home: Organisation) -> None:
    rows = [["姓名", "身份证号", "工作单位"], ["王芳", resident_id(sequence=1), None]]
    batch = stage(of_rows(*rows, ["李芳", resident_id(sequence=3), rosters.SCHOOL]), hospital)

    own, other = batch.rows.all()
    assert [fact.value for fact in content_of(own).facts if fact.kind == "employment"] == [
        {"employer": "jyg-first-hospital"}
    ]
    assert (other.state, other.reason) == (RowState.WAITING, RowReason.EMPLOYER_OUTSIDE)


def test_every_change_is_audited(home: Organisation, clerk: User) -> None:
    batch = stage(rosters.numbers_lost(), home, clerk)
    decide_rows(batch=batch, reason=RowReason.NUMBER_DAMAGED, decision=RowDecision.REFUSE, by=clerk)
    accept_batch(batch=batch, by=clerk)
    undo_batch(batch=batch, by=clerk, reason="演练")

    actions = list(AuditEntry.objects.filter(action__startswith="imports.").values_list("action", flat=True))
    assert actions == ["imports.handed_in", "imports.rows_decided", "imports.accepted", "imports.undone"]


def test_an_interrupted_acceptance_goes_on_where_it_stopped(
    home: Organisation, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("juxian.apps.imports.actions.accepting.CHUNK", 2)
    batch = stage(rosters.dates_of_all_kinds(), home, clerk)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.ACCEPTING)
    first = Row.objects.filter(batch=batch, state=RowState.ACCEPTED).first()
    assert first is not None

    accept_batch(batch=batch, by=clerk)
    accept_batch(batch=batch, by=clerk)

    assert Person.objects.count() == 6
    assert Batch.objects.filter(rows_done=F("rows_accepted")).count() == 1


def test_a_large_file_waits_for_the_background(
    home: Organisation, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("juxian.apps.imports.actions.staging.IN_REQUEST_BYTES", 10)
    batch = stage(rosters.plain(), home, clerk)
    assert (batch.state, batch.rows_total) == (BatchState.READING, 0)

    read.enqueue(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_total) == (BatchState.STAGED, 3)

    accept.enqueue(batch.pk, clerk.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == (BatchState.ACCEPTED, 3)


def test_a_large_file_that_cannot_be_read_keeps_its_reasons(
    home: Organisation, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("juxian.apps.imports.actions.staging.IN_REQUEST_BYTES", 10)
    batch = stage(DirtyRoster("a.xlsx", b"MZ" + b"x" * 100, (0, 0, 0)), home, clerk)

    read.enqueue(batch.pk)

    batch.refresh_from_db()
    assert batch.state == BatchState.REJECTED
    assert "Windows" in batch.notes[0]["zh"]
