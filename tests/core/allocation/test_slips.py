"""The slip of a contributor: what is made is what is read, and every change of it is found and named."""

from __future__ import annotations

import json

import pytest

from juxian.core.allocation.seeds import commitment
from juxian.core.allocation.slips import FIELDS, NoSlip, new_slip, read_slip

POOL = "ab" * 32
SLIP = new_slip(POOL, "见证人甲", "1f" * 32, " e\u0301 掷骰 3 6 2 ")


def test_a_slip_is_read_as_it_was_made() -> None:
    assert read_slip(SLIP.as_json()) == SLIP
    assert SLIP.reveal.value == "é 掷骰 3 6 2"
    assert SLIP.commitment == commitment(POOL, SLIP.reveal)
    assert tuple(json.loads(SLIP.as_json())) == FIELDS


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        (("ab", "甲", "1f" * 32, "1"), "pool_hash"),
        ((POOL, "", "1f" * 32, "1"), "name"),
        ((POOL, "甲", "1F" * 32, "1"), "nonce"),
        ((POOL, "甲", "1f" * 32, "  "), "value"),
        ((POOL, "甲", "1f" * 32, "1\u200b2"), "value"),
        ((POOL, "甲", "1f" * 32, "x" * 201), "value"),
        ((POOL, "甲", "1f" * 32, "1\ud800"), "value"),
    ],
)
def test_what_does_not_fit_the_protocol_is_named(parts: tuple[str, str, str, str], named: str) -> None:
    with pytest.raises(NoSlip, match=named):
        new_slip(*parts)


@pytest.mark.parametrize("field", FIELDS)
def test_a_changed_or_missing_part_is_found(field: str) -> None:
    data = json.loads(SLIP.as_json())
    changed = data | {field: data[field][:-1] + ("2" if field != "value" else "9")}

    with pytest.raises(NoSlip):
        read_slip(json.dumps(changed))
    with pytest.raises(NoSlip, match=field):
        read_slip(json.dumps({key: value for key, value in data.items() if key != field}))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(NoSlip):
        read_slip(text)
