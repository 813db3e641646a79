"""``collectives.yaml``: kinds of teams, carriers and mentoring, those of the parent and of the pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.packs import check_pack, load_all, load_pack
from tests.core.packs.place import write_base, write_pack

GUILD = "collectives:\n- {kind: guild, sort: team, title: 行会, roles: [core, leader], leads: leader}\n- {kind: incubator, offered: false}\nkeep_months: 12\n"


def test_a_pack_adds_kinds_and_leaves_out_others(tmp_path: Path) -> None:
    write_base(tmp_path)

    book = load_pack(write_pack(tmp_path, collectives=GUILD)).collectives

    assert (book.kinds["guild"].leads, book.kinds["guild"].roles) == ("leader", ("core", "leader"))
    assert "incubator" not in book.kinds
    assert "key-laboratory" in book.kinds
    assert (book.keep_months, list(book.pairings)) == (12, ["apprenticeship", "mentorship"])


def test_the_first_role_leads_unless_another_is_named(tmp_path: Path) -> None:
    write_base(tmp_path)
    text = "collectives: [{kind: guild, sort: team, title: 行会, roles: [core, leader]}]"

    assert load_pack(write_pack(tmp_path, collectives=text)).collectives.kinds["guild"].leads == "core"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("collectives: [{kind: guild, sort: team, title: 行会, roles: [king]}]", "K801"),
        ("collectives: [{kind: guild, sort: team, title: 行会, roles: [leader], levels: [moon]}]", "K801"),
        ("collectives: [{kind: guild, sort: team, title: 行会, roles: [leader], leads: core}]", "K802"),
        ("collectives: [{kind: guild, sort: club, title: 行会, roles: [leader]}]", "K104"),
        ("collectives: [{kind: guild, sort: team, title: 行会}]", "K103"),
        ("pairings: [{pairing: friends, title: 朋友}]", "K103"),
        ("pairings: [{pairing: friends, title: 朋友, mentor: 甲, apprentice: 乙, most: 0}]", "K107"),
        ("teams: []", "K102"),
    ],
)
def test_mistakes_are_told_at_their_place(tmp_path: Path, text: str, code: str) -> None:
    write_base(tmp_path)

    pack, problems = check_pack(write_pack(tmp_path, collectives=text))

    assert pack is None
    assert code in [problem.code for problem in problems]
    assert all(problem.span for problem in problems)


def test_every_place_has_teams_carriers_and_mentoring() -> None:
    for pack in load_all().values():
        sorts = {kind.sort for kind in pack.collectives.kinds.values()}

        assert sorts == {"team", "carrier"}
        assert pack.collectives.pairings
