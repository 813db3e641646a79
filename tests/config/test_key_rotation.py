"""``juxian keys rotate``: everything is encrypted with a new key, whenever it was interrupted."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models

from juxian.apps.accounts.models import LockOut
from juxian.apps.accounts.queries import locks_of, name_digest
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now
from juxian.apps.files.actions import store_file
from juxian.apps.files.queries import bytes_of
from juxian.apps.funds.actions.payees import propose_account
from juxian.apps.imports.actions import stage_file
from juxian.apps.imports.actions.filing import stored_bytes
from juxian.apps.imports.actions.linking import persons_by_digest
from juxian.apps.imports.models import Row
from juxian.apps.imports.queries import content_of
from juxian.apps.messaging.models import ChatAddress
from juxian.apps.persons.actions import (
    number_digest,
    number_digests,
    present_digests,
    refresh_profiles,
)
from juxian.apps.persons.models import Fact, IdentityDocument
from juxian.apps.persons.queries import digests_beside
from juxian.apps.services.models import Case, Definition, VisitorWord
from juxian.apps.services.queries.following import followed, word_digest
from juxian.config import rotation
from juxian.config.cli import main
from juxian.config.invariants import Scope, search
from juxian.config.keyring import KeyFile, add_key
from juxian.core.secrecy import Keys, Method, digests, seal, unseal
from juxian.web.kit.factors import SealedSecrets, set_up
from tests import rosters
from tests.factories import (
    EmployerFactory,
    FactFactory,
    OrganisationFactory,
    PersonFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NUMBER, ACCOUNT = "11010519491231002X", "6222020000000000000"


@pytest.fixture
def key_file(settings: Any, tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "fields.key"
    path.parent.mkdir()
    path.write_text("a-first-secret-" + "1" * 40, encoding="ascii")
    settings.JUXIAN_KEYS = KeyFile(path, Method.AES)
    settings.JUXIAN_FILES = tmp_path / "files"
    return path


@pytest.fixture
def kept(key_file: Path, settings: Any) -> dict[str, Any]:
    """One of everything that is sealed."""
    home = OrganisationFactory(code="jiayuguan", path="jiayuguan")
    hospital = EmployerFactory(code="jyg-first-hospital", parent=home, aliases=["市第一医院"])
    clerk = UserFactory()
    person = PersonFactory(home=home)
    document = IdentityDocument.objects.create(
        person=person,
        kind="resident_id",
        sealed=seal(NUMBER, settings.JUXIAN_KEYS),
        digest=number_digest(NUMBER),
        masked="1101**********002X",
        source=SourceFactory(organisation=home),
    )
    account = propose_account(person=person, holder=person.name, bank="某银行", number=ACCOUNT, by=clerk)
    batch = stage_file(
        data=rosters.plain().data,
        file_name="a.xlsx",
        organisation=hospital,
        as_of=date(2026, 1, 15),
        by=None,
        at_once=True,
    )
    upload = SimpleUploadedFile("a.txt", "一份说明".encode(), "text/plain")
    file = store_file(upload=upload, home=home, by=clerk, purpose="cases")
    codes = set_up(clerk, "JBSWY3DPEHPK3PXP", "")
    fact = FactFactory(person=person, kind="contact", value={"phone": "13800001234"})
    refresh_profiles([person])
    chat = ChatAddress.objects.create(user=clerk, channel="wecom", address="zhangsan")
    return {
        "document": document, "account": account, "batch": batch, "file": file, "codes": codes, "fact": fact, "chat": chat,
    }  # fmt: skip


def readable(kept: dict[str, Any], settings: Any) -> None:
    """Everything opens and says what it said."""
    document, account = kept["document"], kept["account"]
    document.refresh_from_db()
    account.refresh_from_db()
    assert unseal(bytes(document.sealed), settings.JUXIAN_KEYS) == NUMBER
    assert document.digest in number_digests(NUMBER)
    assert account.digest in digests(ACCOUNT, settings.JUXIAN_KEYS)
    assert unseal(bytes(account.sealed), settings.JUXIAN_KEYS) == ACCOUNT
    assert Fact.objects.get(pk=kept["fact"].pk).value == {"phone": "13800001234"}
    assert ChatAddress.objects.get(pk=kept["chat"].pk).address == "zhangsan"
    assert stored_bytes(kept["batch"].stored_name) == rosters.plain().data
    assert all(content_of(row) for row in Row.objects.all())
    assert bytes_of(kept["file"]) == "一份说明".encode()
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    assert codes.wrap().get_unused_codes() == kept["codes"]
    secret = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert SealedSecrets().decrypt(secret) == "JBSWY3DPEHPK3PXP"


def rotate(*words: str) -> int:
    return main(["--json", "keys", "rotate", *words])


def test_one_command_replaces_the_key_everywhere(
    kept: dict[str, Any], key_file: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = key_file.read_text()

    assert rotate("--stopped") == 0

    told = json.loads(capsys.readouterr().out)
    assert told["retired"]
    held = (
        "persons.identitydocument",
        "persons.identitydocument digest",
        "funds.payeeaccount digest",
        "funds.payeeaccount",
        "imports.row",
        "persons.fact value",
        "messaging.chataddress address",
        "mfa.authenticator",
        "files/rosters",
        "files/attachments",
    )
    assert all(told["renewed"][name] >= 1 for name in held)
    assert before not in key_file.read_text().split()
    assert [path.read_text() for path in (key_file.parent / "replaced").glob("*.key")].count(before) == 1
    readable(kept, settings)
    assert rotate("--check") == 0
    assert list(AuditEntry.objects.filter(action__startswith="keys.").values_list("action", flat=True)) == [
        "keys.added",
        "keys.retired",
    ]
    settings.JUXIAN_KEYS = KeyFile(key_file, Method.AES)  # as a process that starts now
    readable(kept, settings)
    assert not [words for _name, result in search(Scope(every=True)) for words in result.violations]


def test_a_digest_of_the_earlier_key_is_found_while_it_is_replaced_and_gone_afterwards(
    kept: dict[str, Any], key_file: Path, settings: Any
) -> None:
    document, before = kept["document"], number_digest(NUMBER)
    home = document.person.home
    definition = Definition.objects.create(
        pack=home.pack, service="advice", digest="0", title="咨询", title_en="Advice", text="", since=now()
    )
    case = Case.objects.create(
        definition=definition, service="advice", home=home, number="JYG-1", applicant="匿名", state="asked", version=1,
        opened_at=now(), moved_at=now(),
    )  # fmt: skip
    word = VisitorWord.objects.create(case=case, digest=word_digest("ABCDEFGH"))
    LockOut.objects.create(name_digest=name_digest("somebody"), at=now())

    add_key(key_file)

    assert number_digest(NUMBER) != before
    assert number_digests(NUMBER)[1:] == (before,)
    assert list(persons_by_digest(home, {NUMBER})) == [number_digest(NUMBER)]
    assert digests_beside(document.digest, document.sealed) == (before, number_digest(NUMBER))
    assert rotate("--check") == 1
    assert rotate("--stopped") == 0
    document.refresh_from_db()
    assert document.digest == number_digest(NUMBER)
    assert number_digests(NUMBER) == (document.digest,)
    assert present_digests([NUMBER]) == {document.digest: document.digest}
    assert digests_beside(document.digest, document.sealed) == (document.digest,)
    assert before not in str(list(IdentityDocument.objects.values_list("digest", flat=True)))
    assert followed(home.pack, case.number, "abcdefgh") == (case, True)  # its word cannot be worked out again
    assert followed(home.pack, case.number, "abcdefgi") == (None, False)
    assert word.digest != word_digest("ABCDEFGH")
    assert locks_of("somebody").count() == 1


def test_two_replacements_leave_one_key_of_digests(key_file: Path, settings: Any) -> None:
    for _time in range(2):
        assert rotate("--stopped") == 0

    lines = key_file.read_text().split()
    assert [line.partition(":")[0] for line in lines[:3]] == ["search", "words", "words"]
    assert len(lines) == 4
    assert len(set(lines)) == 4


def test_a_file_of_the_version_before_goes_on(settings: Any) -> None:
    """One line of digests and two secrets: a rotation that was begun before digests were replaced."""
    keys = Keys.from_text("search:" + "a" * 40 + "\n" + "b" * 40 + "\n" + "c" * 40 + "\n")

    assert keys.searching_earlier == ()
    assert len(keys.earlier) == 1
    assert digests("1", keys, retired=True) == digests("1", keys)


def test_digests_are_made_anew_in_batches(
    kept: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch, key_file: Path
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    for number in range(5):
        IdentityDocument.objects.create(
            person=kept["document"].person, kind="passport", sealed=seal(f"E1234567{number}", settings.JUXIAN_KEYS),
            digest=number_digest(f"E1234567{number}"), masked="E", source=kept["document"].source,
        )  # fmt: skip
    add_key(key_file)
    keys = settings.JUXIAN_KEYS.now()
    part = next(part for part in rotation.parts() if part.name == "persons.identitydocument digest")

    assert part.stale(keys) == 6
    assert next(part.renew(keys)) == 2  # and stopped there
    assert part.stale(keys) == 4
    assert list(part.renew(keys)) == [2, 2]
    assert part.stale(keys) == 0


def test_the_earlier_key_stays_while_a_request_may_still_use_it(
    kept: dict[str, Any], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate() == 1
    assert not json.loads(capsys.readouterr().out)["retired"]
    assert len(settings.JUXIAN_KEYS.now().earlier) == 1
    readable(kept, settings)

    assert rotate("--stopped") == 0
    assert settings.JUXIAN_KEYS.now().earlier == ()
    readable(kept, settings)


@pytest.mark.parametrize("after", range(len(rotation.parts())))
def test_an_interrupted_rotation_goes_on_where_it_ended(
    kept: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    class Killed(BaseException):
        pass

    parts = rotation.parts()

    def until_killed(keys: Any) -> Iterator[int]:
        yield from parts[after].renew(keys)
        raise Killed

    broken = [*parts[:after], rotation.Part("broken", parts[after].stale, until_killed), *parts[after + 1 :]]
    monkeypatch.setattr(rotation, "parts", lambda: broken)
    with pytest.raises(Killed):
        rotate("--stopped")
    readable(kept, settings)
    newest = settings.JUXIAN_KEYS.now().ident

    monkeypatch.undo()
    assert rotate("--check") == 1
    assert rotate("--stopped") == 0
    assert settings.JUXIAN_KEYS.now().ident == newest
    readable(kept, settings)


def test_nothing_is_retired_while_a_value_does_not_open(
    kept: dict[str, Any], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    IdentityDocument.objects.update(sealed=b"\x01" + b"?" * 40)

    assert main(["--lang", "en", "keys", "rotate", "--stopped"]) == 1

    assert "Does not open: persons.identitydocument" in capsys.readouterr().err
    assert len(settings.JUXIAN_KEYS.now().earlier) == 1


def test_batches_are_bounded(
    kept: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch, key_file: Path
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    add_key(key_file)
    rows = next(part for part in rotation.parts() if part.name == "imports.row")

    counts = list(rows.renew(settings.JUXIAN_KEYS.now()))

    assert max(counts) <= 2
    assert sum(counts) == Row.objects.count()


def test_the_same_command_moves_to_sm4(kept: dict[str, Any], key_file: Path, settings: Any) -> None:
    settings.JUXIAN_KEYS = KeyFile(key_file, Method.SM4)

    assert rotate("--stopped") == 0

    kept["document"].refresh_from_db()
    assert bytes(kept["document"].sealed).startswith(b"\x04")
    readable(kept, settings)


OPEN_BYTES = {"policies.RunPerson.answers"}  # whole numbers, nothing of a person that its row does not say


def test_every_sealed_column_is_known() -> None:
    """Bytes in the database are sealed values, called so, and found by that name, but for those named above."""
    binary = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField) and f"{model._meta.label}.{field.name}" not in OPEN_BYTES
    }

    assert binary == set(rotation.sealed_models())


def test_a_value_from_before_keys_had_names_opens(key_file: Path, settings: Any) -> None:
    nonce = b"n" * 12
    old = b"\x01" + nonce + AESGCM(settings.JUXIAN_KEYS.now().sealing).encrypt(nonce, b"1", b"\x01")

    assert unseal(old, settings.JUXIAN_KEYS) == "1"
    assert unseal(base64.b64decode(base64.b64encode(old)), settings.JUXIAN_KEYS) == "1"
