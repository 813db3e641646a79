"""The code of a card comes back as it was signed, and nothing else is taken for one."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.cards import CardClaims, Misread, Why, key_id, masked, read_code, signed_code, verified
from juxian.core.cards.code import LONGEST, public_key, public_text

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
CLAIMS = CardClaims(
    "jiayuguan", "JYG-2345-6789", "talent-card", date(2031, 6, 1), "high", date(2026, 6, 1), "周*"
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)


def why(text: str) -> Why:
    with pytest.raises(Misread) as caught:
        verified(text, KEYS)
    return caught.value.why


@given(st.builds(CardClaims, WORDS, WORDS, WORDS, DAYS, WORDS | st.just(""), DAYS | st.none()))
def test_what_was_signed_comes_back(claims: CardClaims) -> None:
    code = signed_code(claims, KEY)

    assert verified(f" {code}\n", KEYS) == claims
    assert len(code) <= LONGEST


def test_the_code_of_given_claims_never_changes() -> None:
    assert signed_code(CLAIMS, KEY).split(".")[:2] == ["JXC1", "56475aa75463474c"]
    assert read_code(signed_code(CLAIMS, KEY))[1] == CLAIMS


@given(st.integers(0, 300), st.sampled_from("AZaz09_-"))
def test_no_changed_code_is_accepted(place: int, sign: str) -> None:
    code = signed_code(CLAIMS, KEY)
    place %= len(code)
    changed = code[:place] + sign + code[place + 1 :]

    if changed != code:
        try:
            assert verified(changed, KEYS) == CLAIMS  # the unused bits of a last base64 sign alone
            assert place in (len(code) - 1, len(code) - 88)
        except Misread:
            pass


def test_each_refusal_says_why() -> None:
    code = signed_code(CLAIMS, KEY)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    head, _, signature = code.rpartition(".")
    forged = code.split(".")
    forged[2] = base64.urlsafe_b64encode(b"p=x\nn=1\nk=c\nu=20990101").decode().rstrip("=")

    assert why("RC-2026-0001") is Why.SHAPE
    assert why(code[:-1]) is Why.SHAPE
    assert why("JXC2" + code[4:]) is Why.VERSION
    assert why(signed_code(CLAIMS, other)) is Why.KEY
    assert why(".".join(forged)) is Why.SIGNATURE
    assert why(head + "." + signature[::-1]) in (Why.SIGNATURE, Why.SHAPE)


@pytest.mark.parametrize(
    "content",
    ["p=x", "p=x\nn=1\nk=c\nu=20261301", "p=x\np=y\nn=1\nk=c\nu=20260101", "z=1\np=x\nn=1\nk=c\nu=20260101"],
)
def test_signed_content_that_is_no_card_is_refused(content: str) -> None:
    head = "JXC1." + next(iter(KEYS)) + "." + base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
    signature = base64.urlsafe_b64encode(KEY.sign(head.encode())).decode().rstrip("=")

    assert why(f"{head}.{signature}") is Why.SHAPE


def test_a_line_break_cannot_bring_in_another_line() -> None:
    with pytest.raises(ValueError, match="line break"):
        signed_code(CardClaims("x", "1\nl=top", "c", date(2030, 1, 1)), KEY)


def test_the_last_day_is_the_one_before_until() -> None:
    assert CLAIMS.holds_on(date(2031, 5, 31))
    assert not CLAIMS.holds_on(date(2031, 6, 1))
    assert not CLAIMS.holds_on(date(2026, 5, 31))


def test_a_public_key_is_written_and_read_again() -> None:
    text = json.loads(json.dumps(public_text(KEY.public_key())))

    assert public_key(text).public_bytes_raw() == KEY.public_key().public_bytes_raw()


def test_of_a_name_the_first_sign_stays() -> None:
    assert [masked(name) for name in ("周敏", "欧阳本地", "李", "")] == ["周*", "欧***", "李", ""]
