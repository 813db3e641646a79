import pytest

from juxian.core.secrecy import Keys, Unreadable, digest, seal, unseal

KEYS = Keys.from_master(b"k" * 32)
OTHER = Keys.from_master(b"o" * 32)


def test_what_was_sealed_can_be_read_again_and_never_looks_the_same() -> None:
    first, second = seal("11010519491231002X", KEYS), seal("11010519491231002X", KEYS)

    assert first != second
    assert unseal(first, KEYS) == unseal(second, KEYS) == "11010519491231002X"


def test_another_key_or_a_changed_byte_is_noticed() -> None:
    sealed = seal("secret", KEYS)

    for broken, keys in ((sealed, OTHER), (sealed[:-1] + bytes([sealed[-1] ^ 1]), KEYS), (b"", KEYS)):
        with pytest.raises(Unreadable):
            unseal(broken, keys)


def test_a_digest_finds_the_same_text_under_the_same_key_only() -> None:
    assert digest("a", KEYS) == digest("a", KEYS)
    assert digest("a", KEYS) != digest("a", OTHER)
    assert len(digest("a", KEYS)) == 64


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys.from_master(b"short")
