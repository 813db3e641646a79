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

from juxian.apps.audit.models import AuditEntry
from juxian.apps.files.actions import store_file
from juxian.apps.files.queries import bytes_of
from juxian.apps.funds.actions.payees import plain_number, propose_account
from juxian.apps.imports.actions import stage_file
from juxian.apps.imports.actions.filing import stored_bytes
from juxian.apps.imports.models import Row
from juxian.apps.imports.queries import content_of
from juxian.apps.persons.actions import number_digest
from juxian.apps.persons.models import IdentityDocument
from juxian.config import rotation
from juxian.config.cli import main
from juxian.config.invariants import Scope, search
from juxian.config.keyring import KeyFile, add_key
from juxian.core.secrecy import Method, seal, unseal
from juxian.web.kit.factors import SealedSecrets, set_up
from tests import rosters
from tests.factories import EmployerFactory, OrganisationFactory, PersonFactory, SourceFactory, UserFactory

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
    return {"document": document, "account": account, "batch": batch, "file": file, "codes": codes}


def readable(kept: dict[str, Any], settings: Any) -> None:
    """Everything opens and says what it said."""
    document, account = kept["document"], kept["account"]
    document.refresh_from_db()
    account.refresh_from_db()
    assert unseal(bytes(document.sealed), settings.JUXIAN_KEYS) == NUMBER
    assert document.digest == number_digest(NUMBER)
    assert plain_number(account) == ACCOUNT
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
        "funds.payeeaccount",
        "imports.row",
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
