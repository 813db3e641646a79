"""``juxian policy lint``."""

import json

import pytest

from juxian.config.cli import main
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.core.policy.reading import read_cases
from juxian.core.positioned import read_yaml
from juxian.core.source import Source

SHIPPED = [path.name for path in packs_in(find_packs_dir())]


@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_pack_is_examined(code, capsys):
    status = main(["policy", "lint", "--pack", code, "--json", "--lang", "en"])

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert found["warnings"] + found["questions"] == len(found["findings"])
    assert all(
        finding["witness"] and finding["line"] for finding in found["findings"] if finding["code"] != "L190"
    )


def test_a_finding_is_shown_with_its_line_and_its_person(capsys):
    assert main(["policy", "lint", "--pack", "loudi", "--policy", "core-teams", "--lang", "zh"]) == 0

    out = capsys.readouterr().out
    assert "询问 " in out
    assert "[L112]\n    - since: 2022-04-13\n" in out
    assert "适用 2019-04-01 版（2022-04-13）：" in out
    assert "1 项政策：" in out


def test_the_persons_can_be_saved_as_cases(capsys):
    assert main(["policy", "lint", "--pack", "loudi", "--policy", "core-teams", "--save-cases"]) == 0

    out = capsys.readouterr().out
    pack = load_pack(find_packs_dir() / "loudi")
    head, cases = out.split("\n", 1)
    document = read_yaml(Source("cases", f"policy: core-teams\ncases:\n{cases}"))
    read, problems = read_cases(document, pack.policies["core-teams"], pack.schema)
    assert (head, len(read), problems) == ("# core-teams.cases.yaml", 2, [])


def test_an_unknown_policy_is_told(capsys):
    assert main(["policy", "lint", "--pack", "loudi", "--policy", "no-such"]) == 1

    assert "P506" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--as-of", "yesterday"], []])
def test_wrong_usage_exits_with_2(wrong):
    arguments = ["policy", "lint", *(["--pack", "loudi", *wrong] if wrong else [])]

    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2
