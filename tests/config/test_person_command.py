"""``juxian person link`` compares what is installed."""

import json
import sys

import pytest

from juxian.apps.persons.models import SearchTerm
from juxian.config import cli
from tests.web.places import make_place


@pytest.fixture(autouse=True)
def home(settings: object, tmp_path) -> None:
    settings.JUXIAN_HOME = tmp_path  # type: ignore[attr-defined]


def test_it_compares_each_place_and_merges_what_is_certain(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    place = make_place()
    place.person("测试甲"), place.person("测试甲")

    status = cli.main(["person", "link", "--merge", "--json"])

    (found,) = json.loads(capsys.readouterr().out)["places"]
    assert status == 0
    assert found == {
        "pack": place.pack.code,
        "persons": 2,
        "compared": 1,
        "asked": 0,
        "automatic": 0,
        "merged": 1,
    }


def test_an_unknown_place_is_wrong_usage(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["person", "link", "--pack", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_an_engine_that_is_not_installed_is_said(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_place()
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)

    status = cli.main(["person", "link", "--engine", "spark"])

    assert status == 2
    assert "pip install juxian[spark]" in capsys.readouterr().err


def test_the_index_is_made_again(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    make_place().person("测试甲")
    SearchTerm.objects.all().delete()

    status = cli.main(["person", "index", "--json"])

    assert (status, json.loads(capsys.readouterr().out)) == (0, {"persons": 1})
    assert SearchTerm.objects.filter(term="试甲").count() == 1
