"""``juxian draw commit`` and ``reveal``: the slip is made where the contributor is, kept for his eyes, never overwritten."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from juxian.config.cli import main
from juxian.core.allocation.seeds import Reveal, commitment

POOL = "ab" * 32


def made(out: Path, *more: str) -> int:
    return main(
        ["--json", "draw", "commit", "--pool-hash", POOL, "--name", "见证人甲", "--out", str(out), *more]
    )


def test_a_slip_is_made_kept_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "slip.json"

    assert made(file, "--value", "掷骰 3 6 2") == 0
    told = json.loads(capsys.readouterr().out)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert told["commitment"] == commitment(POOL, Reveal("见证人甲", told["nonce"], "掷骰 3 6 2"))
    assert json.loads(file.read_text("utf-8"))["nonce"] == told["nonce"]
    published = ["--pool-hash", POOL, "--commitment", told["commitment"]]
    assert main(["--lang", "en", "draw", "reveal", str(file), *published]) == 0
    assert "value: 掷骰 3 6 2" in capsys.readouterr().out
    assert main(["--lang", "en", "draw", "reveal", str(file), "--commitment", "cd" * 32]) == 1
    assert "of another draw" in capsys.readouterr().err


def test_a_slip_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "slip.json"
    assert made(file) == 0
    first = file.read_bytes()

    assert made(file) == 1
    assert file.read_bytes() == first
    assert "不覆盖" in capsys.readouterr().err


def test_values_left_out_are_random(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert made(tmp_path / "1.json") == made(tmp_path / "2.json") == 0
    one, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())

    assert one["value"] != other["value"]
    assert one["nonce"] != other["nonce"]


@pytest.mark.parametrize("change", [('"value": "', '"value": "1'), ('"name": "', '"name": "1'), ("{", "")])
def test_a_changed_slip_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str]
) -> None:
    file = tmp_path / "slip.json"
    made(file)
    file.write_text(file.read_text("utf-8").replace(*change, 1), encoding="utf-8")

    assert main(["--lang", "en", "draw", "reveal", str(file)]) == 1
    assert "does not fit the protocol" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert made(tmp_path / "none" / "slip.json") == 1
    assert "无法写入" in capsys.readouterr().err
