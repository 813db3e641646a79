"""Cases in words: nothing of the code reaches the office (办件的表述)."""

import pytest

from juxian.apps.services.models import CaseEffect
from juxian.core.packs.loading import load_all
from juxian.core.services.definition import CARD_ACTS, HAND_OVERS, EffectKind
from juxian.web.kit import cases

PACK = load_all()["jiayuguan"]


def test_every_kind_of_effect_and_every_target_of_the_engine_has_a_word() -> None:
    assert set(cases.EFFECTS) == set(EffectKind)
    assert set(cases.HANDED_OVER) == set(HAND_OVERS)
    assert set(cases.CARD_ACTS) == set(CARD_ACTS)


@pytest.mark.parametrize(
    ("kind", "target", "made", "words"),
    [
        ("fact", "talent_class", "fact:7", ("登记信息项", "人才层次认定", "")),
        ("grant", "settlement-base", "grant:3", ("核定待遇", "安家补贴（最低档）", "")),
        ("hand_over", "repairs", "no lease", ("转入", "公寓维修", "申请人没有租约")),
        ("open", "hukou", "", ("另开办件", "人才落户", "")),
        ("card", "renew", "card:TH-B78N-QP3Q", ("人才服务卡", "续期", "TH-B78N-QP3Q")),
        ("fact", "gone-from-the-pack", "", ("登记信息项", "gone-from-the-pack", "")),
    ],
)
def test_an_effect_is_told_in_words(kind: str, target: str, made: str, words: tuple[str, ...]) -> None:
    (row,) = cases.effect_rows([CaseEffect(kind=kind, target=target, made=made)], PACK, "zh")

    assert (row.title, row.target, row.made) == words
