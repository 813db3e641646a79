"""Deletions that a restored backup has forgotten are made again (恢复备份后重做删除)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.models import Person
from juxian.apps.privacy.actions import ask_to_erase, decide_erasure, erase_again, repeating
from juxian.apps.privacy.actions.repeating import Erased, list_of_erased, note_erased, read_erased
from juxian.apps.privacy.models import ErasureRequest
from tests.web.places import DAY, Place, make_place


@pytest.fixture
def place(db: None, settings: Any, tmp_path: Path) -> Place:
    settings.JUXIAN_TODAY = DAY
    settings.JUXIAN_AUDIT_HEADS = tmp_path / "heads"
    return make_place()


def asked(place: Place, name: str = "测试甲") -> ErasureRequest:
    person = place.person(name)
    return ask_to_erase(person=person, words="请删除", by=place.user("person", person=person))


def decided(place: Place, request: ErasureRequest, *, grant: bool = True) -> ErasureRequest:
    return decide_erasure(request=request, grant=grant, answer="依法处理", by=place.user("office"))


def forgotten(request: ErasureRequest) -> Person:
    """The database as it was before the request: an older backup has been restored."""
    person = request.person
    ErasureRequest.objects.filter(pk=request.pk).delete()
    return person


def kinds(person: Person) -> set[str]:
    return set(person.facts.values_list("kind", flat=True))


def test_a_granted_deletion_is_listed_at_once_and_names_nobody(
    place: Place, django_capture_on_commit_callbacks: Any
) -> None:
    request = asked(place)
    refused = asked(place, "测试乙")

    with django_capture_on_commit_callbacks(execute=True):
        decided(place, request)
        decided(place, refused, grant=False)

    written = list_of_erased().read_text()
    assert len(read_erased(list_of_erased())) == 1
    assert request.person.number not in written
    assert "测试" not in written
    assert list_of_erased().stat().st_mode & 0o777 == 0o600


def test_what_a_restored_database_has_forgotten_goes_again_once(place: Place) -> None:
    person = place.person()
    other = place.person("测试乙")
    listed = {Erased(datetime(2026, 1, 1, tzinfo=UTC), repeating.digest_of(person.home.code, person.number))}
    assert "contact" in kinds(person)

    tried = erase_again(erased=listed, dry_run=True)
    assert "contact" in kinds(person)
    done = erase_again(erased=listed)

    assert [number for number, _outcome in tried] == [number for number, _outcome in done] == [person.number]
    assert done[0][1]["erased"]["contact"] == 1
    assert "contact" not in kinds(person)
    assert "contact" in kinds(other)
    assert AuditEntry.objects.filter(action="privacy.erased_again").count() == 1
    assert erase_again(erased=listed) == []


def test_a_deletion_that_the_database_knows_is_not_made_again(place: Place) -> None:
    """What the person has given since stays."""
    request = decided(place, asked(place))
    note_erased()

    assert erase_again(erased=read_erased(list_of_erased())) == []
    assert request.person.pk


def test_the_list_keeps_what_a_restored_database_does_not_know(place: Place) -> None:
    person = forgotten(decided(place, asked(place)))
    earlier = Erased(datetime(2026, 1, 1, tzinfo=UTC), repeating.digest_of(person.home.code, person.number))
    list_of_erased().parent.mkdir()
    list_of_erased().write_text(f"{earlier}\n")
    decided(place, asked(place, "测试乙"))

    assert note_erased() == 2

    assert earlier in read_erased(list_of_erased())
    assert note_erased() == 2


def test_a_request_that_moved_with_a_merge_is_not_listed_under_the_other_record(place: Place) -> None:
    request = decided(place, asked(place))
    note_erased()
    before = read_erased(list_of_erased())
    ErasureRequest.objects.filter(pk=request.pk).update(person=place.person("测试乙"))

    note_erased()

    assert read_erased(list_of_erased()) == before


def test_a_list_that_cannot_be_written_does_not_undo_the_deletion(
    place: Place, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    (tmp_path / "taken").write_text("")
    settings.JUXIAN_AUDIT_HEADS = tmp_path / "taken"

    with django_capture_on_commit_callbacks(execute=True):
        request = decided(place, asked(place))

    assert "contact" not in kinds(request.person)
    assert "the list of deletions was not written" in caplog.text


def test_another_file_is_no_list(place: Place, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("whatever\n")

    with pytest.raises(ValueError, match="unpack"):
        read_erased(tmp_path / "notes")
