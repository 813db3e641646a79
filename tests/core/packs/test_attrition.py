"""``attrition.yaml``: signals and thresholds, those of the parent and of the pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.packs import check_pack, load_pack
from tests.core.packs.place import write_base, write_pack


def test_a_pack_replaces_and_leaves_out_signals(tmp_path: Path) -> None:
    write_base(tmp_path)
    text = (
        "keep_months: 6\nsignals:\n- {signal: contract-ends, title: 合同, term: employment.contract_months, within: 2}\n"
        "- {signal: young, title: 青年, condition: 年龄 <= 35}\n- {signal: gone-abroad, offered: false}\n"
    )

    book = load_pack(write_pack(tmp_path, attrition=text)).attrition

    contract = book.signals["contract-ends"]
    assert (contract.kind, contract.field, contract.within, contract.past) == (
        "employment", "contract_months", 2, 0,
    )  # fmt: skip
    assert book.signals["young"].condition == "年龄 <= 35"
    assert "gone-abroad" not in book.signals
    assert (book.keep_months, "service-met" in book.signals) == (6, True)


@pytest.mark.parametrize(
    ("signal", "code"),
    [
        ("within: 2", "K811"),
        ("end: employment, event: overseas, within: 2", "K811"),
        ("end: employmant, within: 2", "K812"),
        ("term: employment.kontract, within: 2", "K812"),
        ("term: employment.position, within: 2", "K813"),
        ("term: employment.contract_months", "K814"),
        ("event: overseas, within: 3", "K814"),
        ("end: employment, within: 121", "K107"),
        ("condition: 年纪 <= 35", "P201"),
    ],
)
def test_mistakes_are_told_at_their_place(tmp_path: Path, signal: str, code: str) -> None:
    write_base(tmp_path)
    text = f"signals: [{{signal: own, title: 自定, {signal}}}]"

    pack, problems = check_pack(write_pack(tmp_path, attrition=text))

    assert pack is None
    assert code in [problem.code for problem in problems]
