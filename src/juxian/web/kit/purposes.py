"""Purposes of processing as pages show them (处理目的)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from juxian.apps.privacy.actions.forgetting import NAME, NUMBERS
from juxian.apps.privacy.enums import Basis
from juxian.apps.privacy.queries import PAIRINGS, RECORDS, STAYS, WARNINGS
from juxian.apps.privacy.queries.beside import (
    ACCOUNTS,
    CARDS,
    CASES,
    CORRECTIONS,
    DRAFTS,
    FLATS,
    FOUND,
    GRANTS,
    LEASES,
    MESSAGES,
    NOTICES,
    ROSTERS,
    SCREENINGS,
)
from juxian.core.packs.purposes import Purpose
from juxian.core.packs.schema import Pack
from juxian.core.text import Text

BESIDE_FACTS = {
    STAYS: _("团队与平台成员"), PAIRINGS: _("师徒结对"), WARNINGS: _("流失预警"),
    CASES: _("已办结的办件"), DRAFTS: _("草稿"), ROSTERS: _("名册内容"), MESSAGES: _("消息"), CORRECTIONS: _("更正申请"),
    SCREENINGS: _("筛查的逐人结论和画像快照"), GRANTS: _("拨付事项的画像快照"), FLATS: _("公寓申请内容和快照"), LEASES: _("租约的申请内容"),
    CARDS: _("服务卡注销理由"), ACCOUNTS: _("未使用的收款账户"), FOUND: _("已不再符合的政策找人结果"), NOTICES: _("已结束公示的附件和未发布的名单"),
    RECORDS: _("离岗人员的档案"),
    NAME: _("姓名"), NUMBERS: _("证件号码"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """A purpose in words. more: what a page adds to it."""

    id: str
    title: str
    description: str
    basis: Any
    law: str
    kinds: list[str]
    months: int | None
    kept_by_law: bool
    by_consent: bool
    more: Any = None


def purpose_rows(pack: Pack, language: str, more: Mapping[str, Any] | None = None) -> list[PurposeRow]:
    return [_row(purpose, pack, language, (more or {}).get(key)) for key, purpose in pack.purposes.items()]


def kind_title(pack: Pack, kind: str, language: str) -> str:
    """Title of a fact kind, or of what is kept beside facts; the kind itself where the pack no longer has it."""
    found = pack.schema.kinds.get(kind)
    return found.title.in_language(language) if found else str(BESIDE_FACTS.get(kind, kind))


def kept_words(pack: Pack, kept: Mapping[str, list[str]], language: str) -> list[str]:
    """What a request to delete did not reach, each with the law that keeps it."""
    told = []
    for kind, purposes in kept.items():
        laws = [pack.purposes[key].law.in_language(language) for key in purposes if key in pack.purposes]
        if kind in pack.keeping:
            laws.append(pack.keeping[kind].law.in_language(language))
        words = Text("；", "; ").in_language(language).join(dict.fromkeys(filter(None, laws)))
        with_law = Text(f"（{words}）", f" ({words})").in_language(language) if words else ""
        told.append(kind_title(pack, kind, language) + with_law)
    return told


def _row(purpose: Purpose, pack: Pack, language: str, more: Any) -> PurposeRow:
    return PurposeRow(
        purpose.id,
        purpose.title.in_language(language),
        purpose.description.in_language(language),
        Basis(purpose.basis).label,
        purpose.law.in_language(language),
        [kind_title(pack, kind, language) for kind in purpose.kinds],
        purpose.months,
        purpose.kept_by_law,
        purpose.by_consent,
        more,
    )
