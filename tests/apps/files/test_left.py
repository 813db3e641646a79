"""What a killed process left of uploads goes; what is being checked, and what is not ours, stays."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile

from juxian.apps.clock import now
from juxian.apps.files.actions.checking import LEFT_AFTER, remove_left


def folder(parent: Path, name: str, age_seconds: float) -> Path:
    made = parent / name
    made.mkdir()
    (made / "source").write_bytes(b"%PDF-")
    then = now().timestamp() - age_seconds
    os.utime(made, (then, then))
    return made


def test_what_a_killed_process_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old = LEFT_AFTER.total_seconds() + 60
    left = folder(tmp_path, "juxian-upload-left", old)
    stays = [
        folder(tmp_path, "juxian-upload-at-work", 60),
        folder(tmp_path, "another-program", old),
        tmp_path / "juxian-upload-link",
    ]
    stays[2].symlink_to(stays[1])

    assert remove_left(now()) == "1 removed"
    assert not left.exists()
    assert all(path.exists() for path in stays)
    assert remove_left(now()) == "0 removed"


def test_a_file_that_was_being_received_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    large = TemporaryUploadedFile("证件.pdf", "application/pdf", 5_000_000, None)
    left, at_work = Path(large.temporary_file_path()), tmp_path / "tmpx.upload.pdf"
    other = tmp_path / "notes.upload.pdf"
    for path in (at_work, other):
        path.write_bytes(b"%PDF-")
    then = now().timestamp() - LEFT_AFTER.total_seconds() - 60
    for path in (left, other):
        os.utime(path, (then, then))

    assert remove_left(now()) == "1 removed"
    assert [path.exists() for path in (left, at_work, other)] == [False, True, True]
    with suppress(FileNotFoundError):
        large.close()
