"""Numbers of persons are found however they are written and wherever in a file they hide."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from juxian.core.files.kinds import Kind
from juxian.core.notices.confined import scan_confined
from juxian.core.notices.numbers import BANK_CARD, MOBILE, RESIDENT_ID, kind_of, masked_text, sightings
from juxian.core.notices.scanning import scan_file
from juxian.core.notices.texts import scan_text
from juxian.core.source import Rejected
from juxian.core.text import Text
from tests import rosters
from tests.attachments import pdf, picture

NUMBER = "620201199001011232"  # valid in form, made for tests
CHECKED_BY_X = "62020119900101103X"  # likewise
OLD = "620201900101123"
PHONE = "13800001234"
CARD = "6222020200000000006"  # valid in form, made for tests


def kinds(text: str) -> list[str]:
    return [item.kind for item in sightings(text)]


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"证件号{NUMBER}。",
        NUMBER.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}),
        f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
        f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
        "\u200b".join(NUMBER),
        f"{NUMBER[:10]}\u3000{NUMBER[10:]}",
        f"000{NUMBER}111",
        f"1{CHECKED_BY_X}",
        OLD,
    ],
)
def test_resident_ids_are_found(text: str) -> None:
    assert kinds(text) == [RESIDENT_ID]


@pytest.mark.parametrize(
    "text", [PHONE, "138 0000 1234", "138-0000-1234", "+86 13800001234", f"电话:{PHONE},"]
)
def test_mobile_numbers_are_found(text: str) -> None:
    assert kinds(text) == [MOBILE]


@pytest.mark.parametrize("text", [CARD, "6222 0202 0000 0000 006"])
def test_bank_cards_are_found(text: str) -> None:
    assert kind_of(CARD) == BANK_CARD
    assert kinds(text) == [BANK_CARD]


def test_neighbours_are_told_apart() -> None:
    assert kinds(f"{PHONE} 13900001234、{NUMBER} {PHONE}") == [MOBILE, MOBILE, RESIDENT_ID, MOBILE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021 年 7 月至 2022 年 12 月",
        "嘉人才办〔2021〕7 号",
        "1,200,000.00 元",
        NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10),
        "620201199013011232",
        "12345678901",
        "0937-6226226",
        "6222020200000000008",
        "4403**********1234",
        "138****0000",
    ],
)
def test_what_is_no_number_of_a_person_is_left_alone(text: str) -> None:
    assert kinds(text) == []


@given(st.text(max_size=300))
def test_any_text_is_read_and_shown_masked(text: str) -> None:
    assert all("*" in item.masked and 0 <= item.position < len(text) for item in sightings(text))


@given(
    st.text(alphabet="年月、：；abc", max_size=20),
    st.integers(1, 400),
    st.text(alphabet="年月、：；abc", max_size=20),
)
def test_a_number_is_found_between_any_words(before: str, sequence: int, after: str) -> None:
    number = rosters.resident_id(sequence=sequence)

    assert [(item.kind, item.position) for item in sightings(f"{before}、{number}。{after}")] == [
        (RESIDENT_ID, len(before) + 1)
    ]


def test_lines_of_a_text_are_named() -> None:
    (found,) = scan_text(f"公示\n{PHONE}", Text("正文", "text"))

    assert (found.place.zh, found.place.en, found.masked) == ("正文，第 2 行", "text, line 2", "138******34")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"id={NUMBER}, ok", "id=6202************32, ok"),
        (f"{NUMBER[:6]} {NUMBER[6:]} and 138-0000-1234.", "6202************32 and 138******34."),
        ("nothing 12345", "nothing 12345"),
    ],
)
def test_a_text_is_masked(text: str, masked: str) -> None:
    assert masked_text(text) == masked


@given(st.text(max_size=200), st.integers(1, 400))
def test_a_masked_text_holds_no_number(text: str, sequence: int) -> None:
    number = rosters.resident_id(sequence=sequence)

    assert number not in masked_text(f"{text}、{number}、{text}")
    assert sightings(masked_text(f"、{number}、")) == []


# files


def workbook() -> Workbook:
    book = Workbook()
    book.active.title = "名单"
    book.active["A1"] = "姓名"
    return book


def packed(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def in_cell(book: Workbook) -> None:
    book["名单"]["B3"] = NUMBER


def as_a_figure(book: Workbook) -> None:
    book["名单"]["B3"] = int(PHONE)


def on_a_hidden_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("底册")
    sheet["A9"] = NUMBER
    sheet.sheet_state = "veryHidden"


def in_a_hidden_column(book: Workbook) -> None:
    book["名单"]["D2"] = CARD
    book["名单"].column_dimensions["D"].hidden = True


def in_a_hidden_row(book: Workbook) -> None:
    book["名单"]["A5"] = PHONE
    book["名单"].row_dimensions[5].hidden = True


def in_a_comment(book: Workbook) -> None:
    book["名单"]["A1"].comment = Comment(f"联系电话 {PHONE}", "经办")


def in_the_properties(book: Workbook) -> None:
    book.properties.description = f"来源 {NUMBER}"


def in_a_header(book: Workbook) -> None:
    book["名单"].title = PHONE


@pytest.mark.parametrize(
    ("hide", "place"),
    [
        (in_cell, "名单!B3"),
        (as_a_figure, "名单!B3"),
        (on_a_hidden_sheet, "底册!A9，隐藏的工作表"),
        (in_a_hidden_column, "名单!D2，隐藏的列"),
        (in_a_hidden_row, "名单!A5，隐藏的行"),
        (in_a_comment, "批注"),
        (in_the_properties, "文档属性"),
        (in_a_header, "xl/workbook.xml"),
    ],
)
def test_a_workbook_is_looked_through(hide, place: str) -> None:
    book = workbook()
    clean = scan_file(packed(book), Kind.XLSX)
    hide(book)

    found = scan_file(packed(book), Kind.XLSX)

    assert clean == []
    assert found
    assert found[0].place.zh.startswith(place)
    assert not any(word in str(found) for word in (NUMBER, PHONE, CARD))


def document(**parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("word__document", "正文"),
        ("word__comments", "批注"),
        ("word__header1", "页眉"),
        ("docProps__core", "文档属性"),
    ],
)
def test_a_document_is_looked_through_also_where_a_number_is_cut_into_runs(part: str, place: str) -> None:
    runs = f"<w:r><w:t>{NUMBER[:7]}</w:t></w:r><w:r><w:t>{NUMBER[7:]}</w:t></w:r>"
    data = document(**{part: f'<w:x xmlns:w="w"><w:p>{runs}</w:p></w:x>'})

    (found,) = scan_file(data, Kind.DOCX)

    assert found.place.zh.startswith(place)


@pytest.mark.parametrize("text", [f"姓名,电话\n甲,{PHONE}\n", f"x\n{NUMBER}"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_of_text_is_looked_through(text: str, encoding: str) -> None:
    (found,) = scan_file(text.encode(encoding), Kind.CSV)

    assert found.place.zh == "第 2 行"


def test_a_file_is_looked_through_in_a_process_of_its_own() -> None:
    book = workbook()
    in_cell(book)

    (found,) = scan_confined(packed(book), Kind.XLSX, "名单.xlsx")

    assert (found.kind, found.place.zh) == (RESIDENT_ID, "名单!B3")
    with pytest.raises(Rejected):
        scan_confined(b"no archive", Kind.XLSX, "坏.xlsx")


OTHER = "13900001234"
NAMESPACES = 'xmlns:w="w" xmlns:mc="mc"'


def line(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    "inside",
    [
        f"<w:p><w:r><w:t>{PHONE}</w:t><w:tab/><w:t>{OTHER}</w:t></w:r></w:p>",
        f"<w:p><w:r><w:t>{PHONE}</w:t><w:br/><w:t>{OTHER}</w:t></w:r></w:p>",
        f"<w:p><w:r><w:instrText>PAGEREF 1</w:instrText><w:t>{PHONE}</w:t></w:r></w:p>{line(OTHER)}",
        # a text box stands there twice: for programs that know it, and for others
        f"<w:p><w:r><mc:Choice>{line(PHONE)}</mc:Choice><mc:Fallback>{line(OTHER)}</mc:Fallback></w:r></w:p>",
    ],
)
def test_what_stands_apart_in_a_document_is_read_apart(inside: str) -> None:
    found = scan_file(document(word__document=f"<w:x {NAMESPACES}>{inside}</w:x>"), Kind.DOCX)

    assert [item.masked for item in found] == ["138******34", "139******34"]


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with a part changed, or added where there was none."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as other:
        for part in archive.namelist():
            if part != name:
                other.writestr(part, archive.read(part))
        other.writestr(name, change(archive.read(name) if name in archive.namelist() else b""))
    return made.getvalue()


def in_the_result_of_a_formula(book: Workbook) -> bytes:
    book["名单"]["B3"] = "=底册!B2"
    sheet = "xl/worksheets/sheet1.xml"
    return with_part(
        packed(book),
        sheet,
        lambda text: text.replace(b"<v></v>", b"<v/>").replace(b"<v/>", f"<v>{PHONE}</v>".encode()),
    )


def in_the_header_of_a_page(book: Workbook) -> bytes:
    book["名单"].oddHeader.center.text = f"制表 {PHONE}"
    return packed(book)


def in_a_list_to_choose_from(book: Workbook) -> bytes:
    book["名单"].add_data_validation(DataValidation(type="list", formula1=f'"{NUMBER},其他"', sqref="A2:A9"))
    return packed(book)


def on_a_sheet_that_is_not_listed(book: Workbook) -> bytes:
    other = workbook()
    in_cell(other)
    with zipfile.ZipFile(io.BytesIO(packed(other))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert NUMBER.encode() in sheet
    return with_part(packed(book), "xl/worksheets/sheet9.xml", lambda _none: sheet)


def in_a_text_that_no_cell_shows(book: Workbook) -> bytes:
    left = f"<si><t>{NUMBER}</t></si></sst>".encode()
    part = "xl/sharedStrings.xml"
    return with_part(packed(book), part, lambda text: (text or b"<sst></sst>").replace(b"</sst>", left))


def photograph() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = f"scan of {NUMBER}"
    return picture(exif=exif)


def drawing() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", f"scan of {NUMBER} " + "-" * 200, zip=True)
    return picture("PNG", pnginfo=notes)


def in_a_photograph(book: Workbook) -> bytes:
    return with_part(packed(book), "xl/media/image1.jpeg", lambda _none: photograph())


def in_the_packed_note_of_a_drawing(book: Workbook) -> bytes:
    return with_part(packed(book), "xl/media/image1.png", lambda _none: drawing())


def in_a_pasted_picture(book: Workbook) -> bytes:
    return with_part(
        packed(book), "xl/media/image1.emf", lambda _none: b"\1" + NUMBER.encode("utf-16-le") + b"\2\0"
    )


HIDINGS = [
    in_the_result_of_a_formula,
    in_the_header_of_a_page,
    in_a_list_to_choose_from,
    on_a_sheet_that_is_not_listed,
    in_a_text_that_no_cell_shows,
    in_a_photograph,
    in_the_packed_note_of_a_drawing,
    in_a_pasted_picture,
]


@pytest.mark.parametrize("hide", HIDINGS)
def test_a_number_hides_nowhere_in_a_workbook(hide: Callable[[Workbook], bytes]) -> None:
    found = scan_file(hide(workbook()), Kind.XLSX)

    assert {item.kind for item in found} <= {RESIDENT_ID, MOBILE}
    assert found


def test_margins_and_widths_are_no_numbers_of_persons() -> None:
    book = workbook()
    sheet = book["名单"]
    sheet.page_margins.left = sheet.page_margins.right = 0.5511811023622047
    sheet.column_dimensions["A"].width = 18.7265625

    assert kind_of("5511811023622047") == BANK_CARD
    assert scan_file(packed(book), Kind.XLSX) == []


def in_a_field_of_a_form(writer: PdfWriter) -> None:
    field = DictionaryObject(
        {NameObject("/T"): TextStringObject("id"), NameObject("/V"): TextStringObject(NUMBER)}
    )
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
    writer.root_object[NameObject("/AcroForm")] = form


def in_a_bookmark(writer: PdfWriter) -> None:
    writer.add_outline_item(title=f"附表 {NUMBER}", page_number=0)


def in_packets_of_metadata(writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(f"<x:xmpmeta>{NUMBER}</x:xmpmeta>".encode())
    stream[NameObject("/Type")], stream[NameObject("/Subtype")] = NameObject("/Metadata"), NameObject("/XML")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream.flate_encode())


def in_a_picture(writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(photograph())
    stream[NameObject("/Type")], stream[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Image")
    writer._add_object(stream)


@pytest.mark.parametrize("hide", [in_a_field_of_a_form, in_a_bookmark, in_packets_of_metadata, in_a_picture])
def test_a_number_hides_nowhere_in_a_pdf(hide: Callable[[PdfWriter], None]) -> None:
    clean = scan_file(pdf(), Kind.PDF)

    (found,) = scan_file(pdf(hide), Kind.PDF)

    assert clean == []
    assert (found.kind, found.masked) == (RESIDENT_ID, "6202************32")
