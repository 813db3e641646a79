"""``privacy.yaml``: how long what never ends is kept after its person has left."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.packs import check_pack, load_pack
from juxian.core.packs.purposes import Leaving, months_after_leaving, months_of_record
from tests.core.packs.place import write_base, write_pack

OWN = Leaving(6, ("departure",), ("employment", "insurance"))


def test_a_pack_says_what_leaving_is_and_how_long_the_rest_is_kept(tmp_path: Path) -> None:
    write_base(tmp_path)

    above = load_pack(write_pack(tmp_path)).leaving
    own = load_pack(
        write_pack(
            tmp_path,
            "another",
            "AN",
            privacy="leaving: {months: 6, events: [departure], posts: [employment, insurance]}",
        )
    ).leaving

    assert above == Leaving(120, ("departure",), ("employment",))
    assert own == OWN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{months: 6, events: [departed], posts: [employment]}", "K104"),
        ("{months: 1201, events: [departure], posts: [employment]}", "K107"),
        ("{months: 6, events: [departure]}", "K103"),
    ],
)
def test_mistakes_are_told_at_their_place(tmp_path: Path, text: str, code: str) -> None:
    write_base(tmp_path)

    _pack, problems = check_pack(write_pack(tmp_path, privacy=f"leaving: {text}"))

    assert [problem.code for problem in problems] == [code]


def test_the_longest_of_the_purposes_counts_and_one_without_an_end_has_none(tmp_path: Path) -> None:
    write_base(tmp_path)
    text = (
        "purposes:\n- {purpose: endless, title: 无期, basis: duty, law: 法, kinds: [training]}\n"
        "leaving: {months: 130, events: [departure], posts: [employment]}"
    )
    pack = load_pack(write_pack(tmp_path, privacy=text))
    purposes = list(pack.purposes.values())
    assert pack.leaving is not None

    found = {
        kind: months_after_leaving(kind, purposes, pack.leaving)
        for kind in ("education", "identity", "contact", "training", "unknown")
    }

    assert found == {"education": 130, "identity": 360, "contact": 130, "training": None, "unknown": 130}
    assert months_of_record(["education", "identity"], purposes, pack.leaving) == 360
    assert months_of_record(["education", "training"], purposes, pack.leaving) is None
    assert months_of_record(["education"], purposes, None) is None
