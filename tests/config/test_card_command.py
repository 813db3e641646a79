"""``juxian card``: keys are made and listed, holders reminded, a code checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from juxian.apps.cards.models import CardKey
from juxian.config.cli import main
from tests.apps.cards.conftest import scene  # noqa: F401  # a fixture
from tests.apps.cards.scene import Scene


def test_keys_are_made_listed_and_a_code_is_checked(
    scene: Scene,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = scene.issued()
    capsys.readouterr()

    assert main(["--json", "card", "key"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert Path(made["file"]).is_file()
    assert main(["--json", "card", "keys"]) == 0
    assert [one["kid"] for one in json.loads(capsys.readouterr().out)["keys"]] == [
        made["kid"], CardKey.objects.last().kid,  # type: ignore[union-attr]
    ]  # fmt: skip
    assert main(["--json", "card", "check", card.code]) == 0
    assert json.loads(capsys.readouterr().out) == {"standing": "valid", "number": card.number}
    assert main(["card", "check", card.code[:-4] + "AAAA"]) == 1
    assert main(["--json", "card", "remind"]) == 0


def test_without_a_key_the_list_is_empty(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "card", "keys"]) == 1
    assert "no key" in capsys.readouterr().err
