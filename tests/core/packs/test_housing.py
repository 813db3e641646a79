"""``housing.yaml``: mistakes are told at their place, and the stock of two places is what was published."""

from __future__ import annotations

from pathlib import Path

from juxian.core.housing.words import SpaceKind
from juxian.core.indicators import holds
from juxian.core.packs import check_pack, find_packs_dir, load_pack
from tests.core.packs.place import write_base, write_pack

RIGHT = """\
schemes:
- id: rule
  title: {zh: 办法}
  basis: assumed
  source: 试验
  offer: {days: 5}
  lease: {months: 12}
  rent: {price: flat, amount: 500元, rows: [{share: 100%}]}
  leaving: {days: 30}
"""
WRONG = """\
schemes:
- id: rule
  title: {zh: 办法}
  basis: assumed
  source: 试验
  who: 学历 >= 3
  standards: [{area_m2: 60平}]
  points:
    version: "1"
    rules:
    - {title: {zh: 学历}, reads: 学历, by_value: {研究生院: 3}}
    - {title: {zh: 年龄}, reads: 年龄, each: 1}
    - {title: {zh: 两样}, reads: 学历, when: 学历 >= 硕士, gives: 1}
  offer: {days: 0}
  lease: {months: 12}
  deposit: {amount: 很多}
  rent: {price: market, amount: 5元, rows: [{share: 一半, years: 二}], payers: {uncle: 1}}
  leaving: {days: 30, causes: [{cause: boredom}]}
estates:
- code: estate
  name: {zh: 公寓}
  scheme: other
  basis: assumed
  source: 试验
  layouts: [{code: one, title: {zh: 一室}, rooms: 1, area_m2: 40}]
  buildings:
  - code: a
    name: {zh: 一栋}
    units:
    - {floors: 1..2, doors: 1..2, layout: one}
    - {number: "0101", floor: 1, layout: one}
    - {floors: 1.., doors: 1..2, layout: two}
"""


def test_a_small_file_is_right(tmp_path: Path) -> None:
    write_base(tmp_path)
    pack, problems = check_pack(write_pack(tmp_path, housing=RIGHT))

    assert problems == []
    assert pack is not None
    assert pack.housing.schemes["rule"].rent.price_fen == 50000
    assert pack.housing.estates == {}


def test_every_mistake_has_its_code_and_place(tmp_path: Path) -> None:
    write_base(tmp_path)
    pack, problems = check_pack(write_pack(tmp_path, housing=WRONG))

    assert pack is None
    assert [(one.code, one.span.line if one.span else 0) for one in problems] == [
        ("P203", 6), ("K842", 7), ("K846", 11), ("K843", 12), ("K844", 13), ("K107", 14), ("K847", 16),
        ("K844", 17), ("K842", 17), ("K842", 17), ("K104", 17), ("K104", 18), ("K841", 22), ("K845", 31), ("K844", 32),
        ("K841", 32),
    ]  # fmt: skip
    assert all(one.message.en and one.message.zh for one in problems)


def test_zigui_has_288_furnished_flats_in_two_buildings() -> None:
    estate = load_pack(find_packs_dir() / "zigui").housing.estates["zigui-apartments"]
    flats = list(estate.units())

    assert (len(estate.buildings), len(flats)) == (2, 288)
    furnishing = sum(layout.furnishing_fen for _, _, layout in flats) // 100
    assert holds("more_than", 1_200_000, furnishing)
    assert holds("more_than", 35_000_000, (estate.built_cost_fen or 0) // 100)


def test_jiayuguan_has_two_buildings_and_flats_for_three() -> None:
    estate = load_pack(find_packs_dir() / "jiayuguan").housing.estates["jiayuguan-apartments"]
    flats = list(estate.units())

    assert len(estate.buildings) == 2
    assert holds("about", 7400, sum(layout.area_dm2 for _, _, layout in flats) // 100)
    shared = [layout for _, _, layout in flats if len(layout.lettable) == 3]
    assert len(shared) == 40
    assert {space.kind for layout in shared for space in layout.lettable} == {SpaceKind.ROOM}
    assert all(sum(space.area_dm2 for space in layout.lettable) == layout.area_dm2 for layout in shared)
