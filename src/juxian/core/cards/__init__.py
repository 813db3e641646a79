"""Talent cards: what a place gives, and the signed code that a counter checks without a network (人才服务卡)."""

from juxian.core.cards.book import CardBenefit, CardKind, CardLevel, Shown
from juxian.core.cards.code import (
    CardClaims,
    Misread,
    Why,
    key_id,
    masked,
    public_text,
    read_code,
    signed_code,
    verified,
)

__all__ = [
    "CardBenefit",
    "CardClaims",
    "CardKind",
    "CardLevel",
    "Misread",
    "Shown",
    "Why",
    "key_id",
    "masked",
    "public_text",
    "read_code",
    "signed_code",
    "verified",
]
