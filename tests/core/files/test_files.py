"""Files that may be kept: what is found out about them, and what of a picture stays."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from juxian.core.files import Kind, check_file, safe_name
from juxian.core.files.confined import check_confined
from juxian.core.source import Rejected
from tests import attachments
from tests.attachments import MARK, office, pdf, picture, telling_jpeg, telling_png


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("照片.JPG", picture(), Kind.JPEG),
        ("a.jpeg", picture(mode="CMYK"), Kind.JPEG),
        ("a.png", picture("PNG", mode="P"), Kind.PNG),
        ("a.png", picture("PNG", mode="LA"), Kind.PNG),
        ("a.png", picture("PNG", mode="I;16"), Kind.PNG),
        ("a.webp", picture("WEBP"), Kind.PNG),
        ("a.bmp", picture("BMP"), Kind.PNG),
        ("a.pdf", pdf(pages=3), Kind.PDF),
        ("a.docx", office(), Kind.DOCX),
        ("a.docx", attachments.hyperlinked(), Kind.DOCX),
        ("a.xlsx", office("xlsx"), Kind.XLSX),
        ("a.csv", "姓名,学历\n张伟,硕士\n".encode("gb18030"), Kind.CSV),
        ("a.txt", "正文\n".encode("utf-16"), Kind.TEXT),
        ("a.txt", "𠮷野家\n".encode("utf-8-sig"), Kind.TEXT),
    ],
)
def test_what_is_accepted(name: str, data: bytes, kind: Kind) -> None:
    checked = check_file(data, name)

    assert checked.kind is kind
    assert checked.pages == (3 if kind is Kind.PDF else 0)


@pytest.mark.parametrize(("name", "data"), [("a.jpg", telling_jpeg()), ("a.png", telling_png())])
def test_nothing_but_pixels_of_a_picture_stays(name: str, data: bytes) -> None:
    assert MARK in data

    made = check_file(data, name).data

    assert MARK not in made
    with Image.open(io.BytesIO(made)) as image:
        assert not image.getexif()
        assert not {"comment", "exif", "icc_profile", "Comment", "Author"} & set(image.info)


def test_a_turned_picture_is_upright() -> None:
    checked = check_file(telling_jpeg(), "a.jpg")

    assert (checked.width, checked.height) == (24, 32)


def test_pixels_of_a_drawing_stay_as_they_are() -> None:
    with Image.open(io.BytesIO(picture("PNG"))) as before:
        wanted = before.convert("RGB").tobytes()

    with Image.open(io.BytesIO(check_file(picture("PNG"), "a.png").data)) as after:
        assert after.convert("RGB").tobytes() == wanted


def test_a_process_of_its_own_makes_the_picture(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(telling_jpeg())

    found = check_confined(tmp_path / "source", tmp_path / "target", "a.jpg")

    assert (found.kind, found.remade, found.media) == (Kind.JPEG, True, "image/jpeg")
    assert MARK not in (tmp_path / "target").read_bytes()


@given(
    st.binary(max_size=300),
    st.sampled_from(["%PDF-1.7\n", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "PK\x03\x04", "BM", ""]),
)
def test_any_bytes_are_checked_or_refused(tail: bytes, head: str) -> None:
    for name in ("a.pdf", "a.png", "a.docx", "a.txt"):
        assert all(code.startswith("F1") for code in _codes(head.encode("latin-1") + tail, name))


def _codes(data: bytes, name: str) -> list[str]:
    try:
        check_file(data, name)
    except Rejected as refused:
        return [problem.code for problem in refused.problems]
    return []


@pytest.mark.parametrize(
    ("original", "shown"),
    [
        ("申报表.pdf", "申报表.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fakepath\\照片.jpg", "照片.pdf"),
        ("a\u202egpj.exe", "agpj.pdf"),
        ('x"\r\nSet-Cookie: a=b.pdf', "x_Set-Cookie_ a=b.pdf"),
        ("", "附件.pdf"),
        ("...", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(original: str, shown: str) -> None:
    assert safe_name(original, "pdf") == shown


@given(st.text(max_size=400))
def test_any_name_is_made_harmless(original: str) -> None:
    name = safe_name(original, "docx")

    assert 0 < len(name) <= 200
    assert name.endswith(".docx")
    assert not set(name) & set('/\\:*?"<>|\r\n\0')
