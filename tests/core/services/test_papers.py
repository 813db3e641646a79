"""Whose paper a file is, by its name."""

from __future__ import annotations

import pytest

from juxian.core.packs import pack_called
from juxian.core.services.papers import Holder, Meant, meant_by, paper_refused
from juxian.core.text import Text

SERVICE = pack_called("jiayuguan").services["apartment-application"]
CONTRACT = "劳动（聘用）合同"
HOLDERS = [
    Holder(2, "JY00000001", "甲一"),
    Holder(3, "JY00000002", "乙二"),
    Holder(4, "JY00000003", "乙二"),
]


@pytest.mark.parametrize(
    "name",
    [
        f"甲一_{CONTRACT}.pdf",
        f"2_{CONTRACT}.pdf",
        f"jy00000001_{CONTRACT}.PDF",
        "甲一_contract.pdf",
        "甲一＿劳动(聘用)合同.pdf",
        f"甲一-{CONTRACT}_2.pdf",
        f"甲一 _ {CONTRACT}(3).pdf",
        "甲一_Contract of employment.pdf",
    ],
)
def test_a_name_says_row_and_paper(name: str) -> None:
    assert meant_by(name, HOLDERS, SERVICE) == Meant(2, "contract")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("扫描件0001.pdf", "文件名应为"),
        (f"_{CONTRACT}.pdf", "文件名应为"),
        (f"丙三_{CONTRACT}.pdf", "名单里没有“丙三”"),
        (f"9_{CONTRACT}.pdf", "名单里没有“9”"),
        (f"乙二_{CONTRACT}.pdf", "名单里有几位“乙二”"),
        ("甲一_护照.pdf", "没有“护照”这种材料，应为：劳动（聘用）合同、家庭不动产登记查询结果"),
    ],
)
def test_a_name_that_says_none_is_told_why(name: str, said: str) -> None:
    found = meant_by(name, HOLDERS, SERVICE)

    assert isinstance(found, Text)
    assert found.zh.startswith(said)
    assert found.en


def test_kind_and_size_are_those_of_the_paper() -> None:
    material = SERVICE.materials["contract"]

    assert paper_refused(material, "pdf", 10 * 1024 * 1024) is None
    assert "PDF" in str(paper_refused(material, "png", 10))
    assert "10 MB" in str(paper_refused(material, "pdf", 10 * 1024 * 1024 + 1))
