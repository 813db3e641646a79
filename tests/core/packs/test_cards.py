"""``cards.yaml``: mistakes are told at their place; a place changes a card of the base key by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.cards import CardKind, Shown
from juxian.core.packs import check_pack, load_pack
from juxian.core.packs.loading import pack_called
from tests.core.packs.place import write_base, write_pack

WRONG = """\
cards:
- card: green
  title: {zh: 绿卡}
  basis: assumed
  source: 试验
  lasts: 很久
  shows: [level, idnumber]
  remind: [0]
  levels:
  - {level: all, title: {zh: 人人}}
  - {level: high, title: {zh: 高}, when: 学历 >= 博土}
  benefits:
  - {benefit: films, title: {zh: 观影}, basis: assumed, per_year: 0}
  - {benefit: films, title: {zh: 观影}, basis: assumed, levels: [hihg], partner: nobody}
"""
CHANGED = """\
cards:
- card: talent-card
  title: {zh: 试验卡}
  levels:
  - {level: high, title: {zh: 高}, when: 学历 >= 博士}
  benefits:
  - {benefit: check-up, title: {zh: 体检}, basis: assumed, per_year: 2, partner: shiyan-hospital, levels: [high]}
"""


def test_every_mistake_is_told_at_its_place(tmp_path: Path) -> None:
    write_base(tmp_path)

    pack, problems = check_pack(write_pack(tmp_path, cards=WRONG))

    assert pack is None
    told = [
        (item.code, item.span.line) for item in problems if item.path.endswith("cards.yaml") and item.span
    ]
    assert told == [
        ("K861", 6), ("K104", 7), ("K107", 8), ("K863", 11), ("P203", 11), ("K107", 13), ("K109", 14), ("K862", 14), ("K864", 14),
    ]  # fmt: skip


def test_a_place_changes_a_card_key_by_key(tmp_path: Path) -> None:
    write_base(tmp_path)

    kind = load_pack(write_pack(tmp_path, cards=CHANGED)).cards["talent-card"]

    assert (kind.title.zh, kind.months, kind.shows) == ("试验卡", 60, (Shown.LEVEL,))
    assert [(one.id, one.per_year, one.partner) for one in kind.benefits] == [
        ("check-up", 2, "shiyan-hospital")
    ]
    assert kind.benefits_for("other") == ()


def test_a_card_is_left_out(tmp_path: Path) -> None:
    write_base(tmp_path)

    pack = load_pack(write_pack(tmp_path, cards="cards: [{card: talent-card, offered: false}]"))

    assert pack.cards == {}


@pytest.mark.parametrize(
    ("code", "card", "title"),
    [
        ("jiayuguan", "talent-card", "陇原人才服务卡"),  # S3-54
        ("tinghu", "talent-card", "亭湖人才绿卡"),  # S4b-44
        ("zigui", "talent-card", "人才服务卡"),
        ("gallery", "zhumadian-green-card", "天中人才绿卡"),  # R04
    ],
)
def test_cards_of_the_places(code: str, card: str, title: str) -> None:
    kind: CardKind = pack_called(code).cards[card]

    assert kind.title.zh == title
    assert kind.levels
