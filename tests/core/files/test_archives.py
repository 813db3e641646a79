"""A ZIP of papers: its files by name, and nothing of one that leads out, swells, hides another or is not what it says."""

from __future__ import annotations

import io
import zipfile

import pytest

from juxian.core.files import FileLimits
from juxian.core.files.archives import Pack
from juxian.core.source import Rejected


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def gbk(name: str, content: bytes) -> bytes:
    """As Chinese Windows packs: the name in GBK, without saying so."""
    raw = name.encode("gb18030")
    made = packed(("x" * len(raw), content))
    return made.replace(b"x" * len(raw), raw)


def code_of(data: bytes, *, most: int = 10, limits: FileLimits | None = None) -> str:
    with pytest.raises(Rejected) as refused:
        Pack(data, "a.zip", most=most, limits=limits or FileLimits())
    return refused.value.problems[0].code


def test_files_are_named_without_folders_and_without_what_a_system_added() -> None:
    pack = Pack(
        packed(("材料/甲_合同.pdf", b"one"), ("材料/", b""), ("__MACOSX/甲", b"x"), ("材料/.DS_Store", b"x")),
        "a.zip",
        most=10,
    )

    assert pack.names == ["甲_合同.pdf"]
    assert pack.read(0) == b"one"


def test_names_in_gbk_are_read() -> None:
    assert Pack(gbk("诚甲_劳动合同.pdf", b"x"), "a.zip", most=10).names == ["诚甲_劳动合同.pdf"]


@pytest.mark.parametrize("name", ["../a.pdf", "/etc/a.pdf", "x/../../a.pdf", "c:/a.pdf", "x\\a.pdf"])
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    assert code_of(packed((name, b"x"))) == "F105"


def test_a_bomb_is_refused_before_anything_is_unpacked() -> None:
    bomb = packed(*((f"{number}.pdf", b"\0" * 40_000_000) for number in range(4)))

    assert code_of(bomb) == "F105"
    assert code_of(bomb, limits=FileLimits(unpacked_bytes=100_000_000)) == "F104"


def test_a_packed_file_inside_is_refused_by_itself() -> None:
    pack = Pack(packed(("甲_合同.pdf", packed(("b", b"x"))), ("乙_合同.pdf", b"x")), "a.zip", most=10)

    with pytest.raises(Rejected, match="F105"):
        pack.read(0)
    assert pack.read(1) == b"x"


def test_too_many_files_an_empty_one_and_a_damaged_one_are_refused() -> None:
    assert code_of(packed(("a", b"1"), ("b", b"2")), most=1) == "F105"
    assert code_of(packed(("folder/", b""))) == "F103"
    assert code_of(packed(("a.pdf", b"x" * 99))[:-30]) == "F103"
    assert code_of(b"PK\x03\x04 and no more") == "F103"


def test_unusual_packing_and_parts_that_lie_over_one_another_are_refused() -> None:
    assert code_of(packed(("a.pdf", b"x"), method=zipfile.ZIP_LZMA)) == "F105"
    assert code_of(b"MZ..." + packed(("a.pdf", b"x"))) == "F105"


def test_a_file_past_the_limit_or_other_than_declared_is_refused_by_itself() -> None:
    data = packed(("a.pdf", b"x" * 2_000))

    with pytest.raises(Rejected, match="F104"):
        Pack(data, "a.zip", most=10, limits=FileLimits(file_bytes=1_000)).read(0)
    at = data.rindex(b"PK\x01\x02") + 24  # the size as the directory declares it
    lying = data[:at] + (1_000).to_bytes(4, "little") + data[at + 4 :]
    with pytest.raises(Rejected, match=r"F10[35]"):
        Pack(lying, "a.zip", most=10).read(0)
