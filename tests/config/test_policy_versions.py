"""``juxian policy compare|simulate|replay``."""

import json
from pathlib import Path

import pytest

from juxian.apps.packs.actions import install_pack
from juxian.apps.persons.actions import register_people_in_bulk
from juxian.apps.policies.actions import sweep_pack
from juxian.apps.policies.models import Determination
from juxian.config.cli import main
from juxian.core.packs import find_packs_dir, load_all
from juxian.core.population import make_people
from tests.factories import SourceFactory

PACK, POLICY, DAY = "jiayuguan", "settlement-subsidy", "2022-06-01"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    text = (find_packs_dir() / PACK / "policies" / f"{POLICY}.yaml").read_text(encoding="utf-8")
    file = tmp_path / "draft.yaml"
    file.write_text(text.replace("give: 5万元", "give: 6万元"), encoding="utf-8")
    return file


def test_a_comparison_names_who_gains(draft, capsys):
    options = ["policy", "compare", "--pack", PACK, "--draft", str(draft), "--as-of", DAY]
    assert main([*options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert main([*options, "--lang", "en"]) == 0
    assert "gains: 50,000 yuan → 60,000 yuan" in capsys.readouterr().out
    (difference,) = found["differences"]
    assert (difference["effect"], difference["before"]["amount_fen"]) == ("gains", 5_000_000)
    assert difference["person"]["degree"] == "bachelor"


def test_a_draft_with_mistakes_is_told_with_its_place(draft, capsys):
    draft.write_text(draft.read_text(encoding="utf-8").replace("6万元", "若干"), encoding="utf-8")

    assert main(["policy", "compare", "--pack", PACK, "--draft", str(draft), "--as-of", DAY]) == 1
    assert f"{draft}:" in capsys.readouterr().err


def test_a_simulation_counts_a_file(draft, tmp_path, capsys):
    people = tmp_path / "people.csv"
    row = "full_time,60,bachelor,first_class,2021-01-01"
    people.write_text(
        "introduction_mode,agreed_service,degree,bachelor_school,introduced_on\n" + f"{row}\n" * 6,
        encoding="utf-8",
    )

    status = main(
        [
            "policy",
            "simulate",
            "--pack",
            PACK,
            "--draft",
            str(draft),
            "--people",
            str(people),
            "--as-of",
            DAY,
            "--json",
        ]
    )

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert found["persons"] == 6
    assert {item["policy"] for item in found["benefits"]} <= {POLICY}
    assert len(found["years"]) == 6


@pytest.mark.django_db
def test_a_past_run_comes_out_again_and_a_forged_one_does_not(capsys):
    pack = load_all()["xinxiang-medical"]
    root = install_pack(pack).root
    register_people_in_bulk(home=root, drafts=make_people(pack, 0), source=SourceFactory(day=pack.as_of))
    run = sweep_pack(pack=pack, as_of=pack.as_of)
    options = ["policy", "replay", "--pack", pack.code, "--as-of", pack.as_of.isoformat(), "--json"]

    assert main(options) == 0
    assert json.loads(capsys.readouterr().out)["same"] == run.determinations.count()
    wrong = run.determinations.first()
    Determination.objects.filter(pk=wrong.pk).update(amount_fen=wrong.amount_fen + 100)
    assert main(options) == 1
    assert [item["determination"] for item in json.loads(capsys.readouterr().out)["otherwise"]] == [wrong.pk]


@pytest.mark.django_db
def test_a_day_before_every_run_is_told(capsys):
    assert main(["policy", "replay", "--pack", PACK, "--as-of", "2000-01-01"]) == 1
    assert "[P508]" in capsys.readouterr().err
