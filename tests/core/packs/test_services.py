"""Services of a pack: inherited, extended, taken off; bundles; duties of units."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from juxian.core.packs import Pack, check_pack, load_pack
from juxian.core.packs.services import ServiceShelf
from juxian.core.source import Rejected
from tests.core.packs.place import write_base, write_pack
from tests.core.services.place import EXAMPLES

DUTIES = """\
organisations:
- {code: shiyan-root, name: {zh: 试验市}, kind: government, basis: assumed}
- {code: shiyan-staff, name: {zh: 人社局}, kind: department, parent: shiyan-root, duties: [human-resources, 财政], basis: assumed}
- {code: shiyan-homes, name: {zh: 住建局}, kind: department, parent: shiyan-root, duties: [住建, service-centre], basis: assumed}
"""
EXTENDED = """\
service: talent-card
extends: talent-card
title: {zh: 英才卡, en: Talent card of the place}
form+:
- section: {zh: 其他, en: More}
  fields: [{name: note, title: {zh: 说明, en: Note}, type: text}]
steps: {check: {deadline: 1}}
"""
BUNDLES = """\
bundles:
- bundle: arrival
  title: {zh: 新来, en: New arrival}
  audience: [person]
  services: [talent-card, {service: settlement-claim, when: 学历 >= 硕士, chosen: false}]
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The national pack with two services, their cases and a bundle; read once."""
    directory = tmp_path_factory.mktemp("packs")
    write_base(directory)
    shutil.copytree(EXAMPLES, directory / "base" / "services")
    (directory / "base" / "bundles.yaml").write_text(BUNDLES, encoding="utf-8")
    return directory / "base"


@pytest.fixture
def packs(tmp_path: Path, base: Path) -> Path:
    (tmp_path / "base").symlink_to(base)
    return tmp_path


def write_service(place: Path, name: str, text: str) -> None:
    (place / "services").mkdir(exist_ok=True)
    (place / "services" / f"{name}.yaml").write_text(text, encoding="utf-8")


def checked(place: Path) -> tuple[Pack | None, list[str]]:
    pack, problems = check_pack(place)
    return pack, [problem.code for problem in problems]


def shelf(place: Path) -> ServiceShelf:
    return load_pack(place).services


def test_a_place_offers_what_its_parent_offers(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)

    assert checked(place)[1] == ["K617"]  # a reminder: no policy gives ``settlement``
    assert list(shelf(place)) == ["settlement-claim", "talent-card"]
    assert load_pack(place).units["finance"] == "shiyan-staff"


def test_a_service_whose_unit_a_place_lacks_falls_out_with_a_reminder(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES.replace(", 财政", ""))

    assert checked(place)[1] == ["K619"]
    assert list(shelf(place)) == ["talent-card"]


def test_a_place_without_duties_is_not_reminded(packs: Path) -> None:
    place = write_pack(packs)

    assert checked(place)[1] == []
    assert list(shelf(place)) == ["talent-card"]  # an office alone can work on it
    with pytest.raises(KeyError):
        shelf(place)["settlement-claim"]


def test_a_file_is_laid_over_the_service_of_the_parent(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)
    write_service(place, "talent-card", EXTENDED)

    card = shelf(place)["talent-card"]

    assert card.title.zh == "英才卡"
    assert list(card.fields)[-2:] == ["address", "note"]
    limit = card.posts["check"].limit
    assert limit is not None
    assert limit.period.days == 1
    assert card.digest != shelf(packs / "base")["talent-card"].digest
    assert checked(place)[1] == ["K617", "K613"]  # reminders: no cases of its own


def test_a_new_service_may_be_made_of_another_file_of_the_pack(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)
    write_service(place, "gold-card", EXTENDED.replace("service: talent-card", "service: gold-card"))
    write_service(
        place, "silver-card", "service: silver-card\nextends: gold-card\ntitle: {zh: 银卡, en: Silver}\n"
    )

    assert list(shelf(place)) == ["settlement-claim", "talent-card", "gold-card", "silver-card"]
    assert "note" in shelf(place)["silver-card"].fields


def test_a_service_is_taken_off(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)
    write_service(place, "talent-card", "service: talent-card\noffered: false\n")

    assert checked(place)[1] == ["K617"]
    assert list(shelf(place)) == ["settlement-claim"]


@pytest.mark.parametrize(
    ("name", "text", "code", "where"),
    [
        ("talent-card", EXTENDED.replace("type: text", "type: texty"), "S109", "talent-card.yaml:6:58"),
        ("gold-card", EXTENDED, "K611", "gold-card.yaml:1:10"),
        ("gold-card", "service: gold-card\nextends: talent-crd\n", "K614", "gold-card.yaml:2:10"),
        ("gold-card", "service: gold-card\nextends: gold-card\n", "K615", "gold-card.yaml:2:10"),
        ("gold-card", "service: gold-card\noffered: false\n", "K618", "gold-card.yaml"),
        ("talent-card", EXTENDED + "ends: {issued: {effects: [{open: no-such}]}}\n", "K616", "talent-card.yaml:8:34"),
        ("talent-card", EXTENDED.replace("deadline: 1", "who: {role: department, unit: taxes}"), "S138", "talent-card.yaml:7:22"),
        ("x.cases", "service: x\ncases: []\n", "K612", "x.cases.yaml"),
        ("gold-card", "{", "Y101", "gold-card.yaml:2:1"),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_were_written(
    packs: Path, name: str, text: str, code: str, where: str
) -> None:
    place = write_pack(packs, organisations=DUTIES)
    write_service(place, name, text)

    pack, problems = check_pack(place)

    assert pack is None
    found = [problem for problem in problems if problem.code == code]
    assert [problem.where().rpartition("/")[2] for problem in found] == [where]


def test_a_service_with_mistakes_is_refused_when_it_is_asked_for(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)
    write_service(place, "talent-card", EXTENDED.replace("type: text", "type: texty"))

    with pytest.raises(Rejected, match="S109"):
        shelf(place)["talent-card"]


def test_cases_walk_the_services_of_the_pack_itself(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)
    write_service(place, "talent-card", EXTENDED)
    shutil.copy(EXAMPLES / "talent-card.cases.yaml", place / "services")

    found = shelf(place).run_cases()

    assert [cases.service.id for cases in found] == ["talent-card"]
    wrong = [problem.code for result in found[0].results for problem in result.problems]
    assert wrong == ["S170", "S170"]  # the deadline of the place is shorter than the cases say
    assert all(result.passed for cases in shelf(packs / "base").run_cases() for result in cases.results)


def test_a_bundle_names_services_and_whom_they_are_for(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES)

    bundle = load_pack(place).bundles["arrival"]

    assert bundle.services == ("talent-card", "settlement-claim")
    assert [(entry.when is not None, entry.chosen) for entry in bundle.entries] == [
        (False, True),
        (True, False),
    ]


def test_a_bundle_of_which_one_service_is_left_is_not_offered(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES.replace(", 财政", ""))

    assert load_pack(place).bundles == {}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (("talent-card,", "talent-crd,"), ["K621"]),
        (("talent-card, {", "{"), ["K622"]),
        (("学历 >= 硕士", "学历 >= 3"), ["P203"]),
        (("person", "persons"), ["K104"]),
    ],
)
def test_mistakes_of_bundles(packs: Path, change: tuple[str, str], codes: list[str]) -> None:
    place = write_pack(packs, organisations=DUTIES, bundles=BUNDLES.replace(*change))

    assert checked(place)[1] == [*codes, "K617"]


def test_a_duty_belongs_to_one_unit(packs: Path) -> None:
    place = write_pack(packs, organisations=DUTIES.replace("住建, service-centre", "住建, finance"))

    assert "K406" in checked(place)[1]
