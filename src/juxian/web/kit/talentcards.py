"""What every audience shows of a talent card (人才服务卡)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from juxian.apps.cards.enums import Standing
from juxian.apps.cards.models import Card
from juxian.apps.cards.queries import BenefitLeft, benefits_left, titles_of
from juxian.core.packs.schema import Pack
from juxian.web.kit.qr import qr_svg

TONES = {Standing.VALID: "ok", Standing.EXPIRED: "warn"}
QR_PX = 220


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card in words. last: the last day on which it holds."""

    card: Card
    title: str
    level: str
    standing: Standing
    tone: str
    last: date

    @property
    def label(self) -> str | Promise:
        return self.standing.label

    @property
    def valid(self) -> bool:
        return self.standing is Standing.VALID

    @property
    def open(self) -> bool:
        """Something can still be done with it."""
        return self.standing in (Standing.VALID, Standing.EXPIRED)


@dataclass(frozen=True, slots=True)
class BenefitRow:
    """A benefit in words; left: e.g. 本年还可用 3 次."""

    id: str
    title: str
    left: str
    used: int
    open: bool
    note: str


def card_rows(cards: Iterable[Card], pack: Pack, day: date, language: str) -> list[CardRow]:
    found = list(cards)
    rows = []
    for card, (title, level) in zip(found, titles_of(found, pack, language), strict=True):
        standing = card.standing_on(day)
        rows.append(
            CardRow(card, title, level, standing, TONES.get(standing, "bad"), card.until - timedelta(days=1))
        )
    return rows


def benefit_rows(card: Card, day: date, language: str) -> list[BenefitRow]:
    return [_benefit(item, language) for item in benefits_left(card, day)]


def code_picture(card: Card) -> SafeString:
    return qr_svg(card.code, _("服务卡二维码"), side_px=QR_PX)


def _benefit(item: BenefitLeft, language: str) -> BenefitRow:
    benefit = item.benefit
    if item.left is None:
        left = _("不限次")
    else:
        left = _("本年还可用 %(left)d 次，共 %(all)d 次") % {"left": item.left, "all": benefit.per_year}
    return BenefitRow(
        benefit.id,
        benefit.title.in_language(language),
        left,
        item.used,
        item.open,
        benefit.note.in_language(language),
    )
