"""Attached files are checked, kept sealed under a random name, counted, scanned and removed."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.audit.models import AuditEntry
from juxian.apps.files.actions import TooManyUploads, remove_file, scan_file, scan_waiting_files, store_file
from juxian.apps.files.enums import Scan
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import bytes_of, file_readable_by, path_of
from juxian.apps.files.registry import Readable, readable_by
from juxian.core.secrecy import CHUNK, Keys, Unreadable, seal_pieces, unseal_pieces
from juxian.core.source import Rejected
from tests.attachments import MARK, pdf, telling_jpeg
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.JUXIAN_FILES = tmp_path
    return tmp_path


def kept(name: str = "申报表.pdf", data: bytes | None = None, **values) -> StoredFile:
    upload = SimpleUploadedFile(name, pdf() if data is None else data)
    values = {"home": OrganisationFactory(), "by": UserFactory(), "purpose": "letter"} | values
    return store_file(upload=upload, **values)


def test_a_file_is_kept_sealed_under_a_random_name(folder):
    file = kept()

    (stored,) = [path for path in folder.rglob("*") if path.is_file()]
    assert stored == path_of(file)
    assert "申报表" not in str(stored)
    assert stored.stat().st_mode & 0o077 == 0
    assert b"%PDF" not in stored.read_bytes()
    assert bytes_of(file) == pdf()
    assert (file.sha256, file.size) == (hashlib.sha256(pdf()).hexdigest(), len(pdf()))


def test_a_site_may_keep_files_in_clear(settings):
    settings.JUXIAN_SEAL_FILES = False

    file = kept()

    assert path_of(file).read_bytes() == bytes_of(file) == pdf()


def test_of_a_picture_the_pixels_are_kept():
    file = kept("照片.jpg", telling_jpeg())

    assert MARK not in bytes_of(file)
    assert (file.width, file.height) == (24, 32)
    assert file.sha256 == hashlib.sha256(bytes_of(file)).hexdigest()


def test_keeping_is_recorded_without_the_name():
    file = kept("张伟的体检报告.pdf")

    entry = AuditEntry.objects.get(action="files.stored")
    assert entry.detail["sha256"] == file.sha256
    assert "张伟" not in str(entry.detail)


def test_a_refused_file_leaves_nothing(folder):
    with pytest.raises(Rejected, match="F101"):
        kept("a.txt", b"<html>")

    assert not StoredFile.objects.exists()
    assert [*folder.rglob("*")] == []


@pytest.mark.parametrize(
    ("name", "value"), [("JUXIAN_UPLOADS_PER_DAY", 2), ("JUXIAN_UPLOAD_BYTES_PER_DAY", len(pdf()) * 2 + 1)]
)
def test_uploads_of_one_user_in_a_day_are_limited(settings, name, value):
    setattr(settings, name, value)
    user, other = UserFactory(), UserFactory()
    for _ in range(2):
        kept(by=user)

    with pytest.raises(TooManyUploads, match="上限"):
        kept(by=user)
    kept(by=other)

    assert StoredFile.objects.count() == 3


def test_nobody_reads_a_file_of_an_unknown_purpose():
    file = kept(purpose="nobody's")

    assert file_readable_by(file.uploaded_by, file.uuid) is None


def test_the_app_that_owns_a_file_says_who_reads_it():
    readable_by("letter", lambda file, user: Readable("材料1") if user == file.uploaded_by else None)
    file = kept()

    assert file_readable_by(file.uploaded_by, file.uuid) == (file, Readable("材料1"))
    assert file_readable_by(UserFactory(), file.uuid) is None


@pytest.mark.parametrize(
    ("status", "state", "readable"),
    [(0, Scan.CLEAN, True), (1, Scan.INFECTED, False), (2, Scan.WAITING, False)],
)
def test_a_file_waits_for_the_scanner(settings, status, state, readable):
    readable_by("letter", lambda _file, _user: Readable())
    settings.JUXIAN_ANTIVIRUS = f"sh -c 'cat >/dev/null; exit {status}'"
    file = kept()
    assert file_readable_by(file.uploaded_by, file.uuid) is None

    assert scan_file(file=file) == state

    assert (file_readable_by(file.uploaded_by, file.uuid) is not None) is readable
    assert AuditEntry.objects.filter(action="files.infected").exists() is (status == 1)


def test_the_scanner_reads_what_was_kept(settings, tmp_path):
    settings.JUXIAN_ANTIVIRUS = f"sh -c 'cat > {tmp_path}/seen'"
    kept()

    assert scan_waiting_files() == 1

    assert (tmp_path / "seen").read_bytes() == pdf()


def test_a_scanner_that_is_not_there_holds_files_back(settings):
    settings.JUXIAN_ANTIVIRUS = "/no/such/scanner"
    kept()

    assert scan_waiting_files() == 0


def test_a_removed_file_leaves_its_row(folder, django_capture_on_commit_callbacks):
    file = kept()

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            remove_file(file=file, by=None, reason="保存期满")

    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not StoredFile.objects.readable().exists()
    assert AuditEntry.objects.filter(action="files.removed").count() == 1


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_files_of_any_length_come_back(size):
    keys, data = Keys.from_master(b"k" * 32), bytes(range(256)) * (size // 256 + 1)
    pieces = [data[:size][start : start + 70_000] for start in range(0, size, 70_000)]

    sealed = b"".join(seal_pieces(pieces, keys))

    assert b"".join(unseal_pieces(io.BytesIO(sealed), keys)) == data[:size]


def _swapped(sealed: bytes) -> bytes:
    first, second = sealed[8 : 8 + CHUNK + 16], sealed[8 + CHUNK + 16 : 8 + 2 * (CHUNK + 16)]
    return sealed[:8] + second + first + sealed[8 + 2 * (CHUNK + 16) :]


@pytest.mark.parametrize(
    "broken",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[: 8 + CHUNK + 16],  # a whole piece less
        lambda sealed: sealed + b"x",
        lambda sealed: sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:],
        lambda sealed: sealed[:3] + b"\0" + sealed[4:],
        lambda sealed: b"\x01" + sealed[1:],
        lambda sealed: sealed[:5],
        lambda sealed: b"",
        _swapped,
    ],
)
def test_a_sealed_file_that_was_changed_is_noticed(broken):
    keys = Keys.from_master(b"k" * 32)
    sealed = b"".join(seal_pieces([b"a" * CHUNK, b"b" * CHUNK, b"c"], keys))

    with pytest.raises(Unreadable):
        list(unseal_pieces(io.BytesIO(broken(sealed)), keys))
