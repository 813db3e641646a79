from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from juxian.config.commands import pack as command
from tests.core.packs.place import write_base, write_pack, write_policy

CASES = """\
policy: settlement
cases:
- {{name: 硕士, person: {{学历: 硕士}}, day: 2022-01-01, expect: {{allowance: {{verdict: {verdict}, amount: 5万元}}}}}}
"""


def juxian(*words: str, language: str = "zh", as_json: bool = False) -> int:
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers())
    args = parser.parse_args(["pack", *words])
    args.lang, args.json = language, as_json
    status: int = args.run(args)
    return status


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_base(tmp_path)
    return write_pack(tmp_path)


def test_check_of_a_right_pack_exits_0(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert juxian("check", str(place), str(place.parent / "base")) == 0
    assert capsys.readouterr().out == "shiyan：没有问题\nbase：没有问题\n"


def test_check_tells_all_problems_and_exits_1(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "targets.yaml").write_text("targets: [{id: a}]\ntarget: 1\n", encoding="utf-8")

    assert juxian("check", str(place), language="en") == 1
    told = capsys.readouterr().out
    assert "targets.yaml:2:1: unknown key “target” [K102]" in told
    assert told.endswith("shiyan: 8 errors, 0 reminders\n")


def test_check_gives_one_json_object(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "targets.yaml").write_text("targets: []\ntarget: 1\n", encoding="utf-8")

    assert juxian("check", str(place), as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(one["pack"], one["ok"]) for one in found["packs"]] == [("shiyan", False)]
    assert [(p["code"], p["line"], p["column"]) for p in found["packs"][0]["problems"]] == [("K102", 2, 1)]


@pytest.mark.parametrize(("verdict", "status"), [("yes", 0), ("no", 1)])
def test_cases_exit_1_on_any_difference(
    verdict: str, status: int, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_policy(place, "settlement", "allowance")
    (place / "policies" / "settlement.cases.yaml").write_text(CASES.format(verdict=verdict), encoding="utf-8")

    assert juxian("cases", str(place)) == status
    assert f"1 个用例，{status} 个不符" in capsys.readouterr().out


def test_cases_of_a_broken_pack_are_not_run(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "targets.yaml").write_text("targets: 3\n", encoding="utf-8")

    assert juxian("cases", str(place), as_json=True) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "K101" in output.err


def test_a_pack_may_be_named_by_its_code(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUXIAN_PACKS", str(place.parent))

    assert juxian("check", "shiyan") == 0
    assert juxian("check", "nothing") == 1
    assert "不是地方包 [K201]" in capsys.readouterr().out


@pytest.mark.django_db
def test_load_installs_the_pack_and_nothing_of_a_broken_one(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from juxian.apps.packs.models import InstalledPack

    monkeypatch.setenv("JUXIAN_PACKS", str(place.parent))
    other = write_pack(place.parent, "broken", "BR", targets="targets: 3\n")

    assert juxian("load", str(place), str(other)) == 1
    assert not InstalledPack.objects.exists()
    capsys.readouterr()

    assert juxian("load", str(place), as_json=True) == 0
    installed = InstalledPack.objects.get()
    assert (installed.code, installed.root.code) == ("shiyan", "shiyan-root")
    assert json.loads(capsys.readouterr().out)["installed"][0]["digest"] == installed.digest
