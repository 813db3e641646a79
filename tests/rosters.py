"""Rosters as offices hand them in, made anew for each test run: every kind of dirt, always the same bytes' meaning.

Names and numbers are made up; numbers are valid in form unless the dirt is the number itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import openpyxl
import xlwt

from juxian.core.identity.resident_id import check_digit

AS_OF = date(2022, 12, 15)
HOSPITAL, SCHOOL = "嘉峪关市第一人民医院", "嘉峪关市第一中学"


def resident_id(birth: str = "19880315", sequence: int = 1, area: str = "620299") -> str:
    """A number valid in form, of an area that was never allotted; odd sequences are men."""
    first = f"{area}{birth}{sequence:03d}"
    return first + check_digit(first)


@dataclass(frozen=True)
class DirtyRoster:
    """A file and what must become of its rows: (accepted, waiting, refused)."""

    name: str
    data: bytes
    expected: tuple[int, int, int]

    @property
    def rows(self) -> int:
        return sum(self.expected)


def _bytes(book: openpyxl.Workbook | xlwt.Workbook) -> bytes:
    """The saved file without the time of saving, so that the same roster has the same digest."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue() if isinstance(book, xlwt.Workbook) else _timeless(out.getvalue())


def _timeless(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2022-12-15T00:00:00Z", old.read(entry))
            new.writestr(zipfile.ZipInfo(entry.filename), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def xlsx(rows: list[list[object]], title: str = "花名册", merges: tuple[str, ...] = ()) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    return _bytes(book)


def plain() -> DirtyRoster:
    """A clean table: header in the first row."""
    rows: list[list[object]] = [["姓名", "性别", "身份证号码", "学历", "工作单位"]]
    rows += [
        [f"周建{word}", "男", resident_id(sequence=2 * k + 1), "本科", HOSPITAL]
        for k, word in enumerate("国民华")
    ]
    return DirtyRoster("干净名册.xlsx", xlsx(rows), (3, 0, 0))


def titled_two_line_header() -> DirtyRoster:
    """Attachment line, merged title, who fills it in, a merged two-line header, totals, notes, signatures."""
    rows: list[list[object]] = [
        ["附件1"],
        ["2022年引进人才花名册"],
        ["填报单位（盖章）：", None, None, None, None, None, "单位：万元"],
        [
            "序号",
            "姓 名",
            "性别",
            "身份证\n号码",
            "全日制教育",
            None,
            "在职教育",
            None,
            "工作单位",
            "入职时间",
            "年薪（万元）",
        ],
        [None, None, None, None, "学历", "毕业院校", "学历", "毕业院校"],
        [
            1,
            "陈 晓",
            "女",
            resident_id("19900607", 2),
            "本科",
            "兰州大学",
            "硕士研究生",
            "西北师范大学",
            HOSPITAL,
            "2015.9",
            12.5,
        ],
        [
            2,
            "罗志远",
            "男",
            resident_id("19851120", 11),
            "硕士",
            "兰州大学",
            None,
            None,
            "市第一医院",
            "2012年7月1日",
            "15万元",
        ],
        [None, "合计", 2],
        ["注：1.本表一式两份，2.学历以证书为准。"],
        ["填表人：", "孙某", None, None, "审核人：", None, "联系电话："],
    ]
    merges = ("A2:K2", "E4:F4", "G4:H4", *(f"{letter}4:{letter}5" for letter in "ABCDIJK"))
    return DirtyRoster("两行表头.xlsx", xlsx(rows, merges=merges), (2, 0, 0))


def numbers_lost() -> DirtyRoster:
    """Identity numbers kept as floating numbers, as the text of one, and masked."""
    rows: list[list[object]] = [
        ["姓名", "证件号码", "学历"],
        ["钱一鸣", 620201198501012000, "本科"],
        ["孙小蕾", "6.20201E+17", "硕士"],
        ["李卓然", "6202**********1234", "博士"],
        ["周文博", resident_id("19790303", 7), "本科"],
    ]
    return DirtyRoster("号码变成科学计数.xlsx", xlsx(rows), (1, 3, 0))


def numbers_wrong() -> DirtyRoster:
    """Wrong check digit, a day that does not exist, an old number of 15 digits, full-width digits, lower-case x."""
    good = resident_id("19700101", 33)
    with_x = next(n for n in (resident_id("19820512", k) for k in range(1, 99, 2)) if n.endswith("X"))
    rows: list[list[object]] = [
        ["姓名", "身份证号"],
        ["郑海波", good[:-1] + ("0" if good[-1] != "0" else "1")],
        ["王思远", "620201198502301234"],
        ["冯国强", "620201620927691"],
        ["沈雅琴", good.translate(str.maketrans("0123456789", "０１２３４５６７８９"))],
        ["韩立新", with_x.lower()],
    ]
    return DirtyRoster("号码有误.xlsx", xlsx(rows), (3, 2, 0))


def names_of_all_kinds() -> DirtyRoster:
    """Blanks, dots, traditional and rare characters, names in Latin script, hidden characters, no name."""
    rows: list[list[object]] = [
        ["姓名", "身份证号", "民族"],
        ["张　伟", resident_id(sequence=1), "汉族"],
        ["阿依古丽・买买提", resident_id(sequence=2), "维吾尔族"],
        ["陳國華", resident_id(sequence=3), "汉"],
        ["𬱖宁", resident_id(sequence=4), None],
        ["John  Smith", None, None],
        ["刘\u200b洋", resident_id(sequence=5), "汉族"],
        [None, resident_id(sequence=7), "汉族"],
    ]
    return DirtyRoster("各种姓名.xlsx", xlsx(rows), (5, 0, 2))


def dates_of_all_kinds() -> DirtyRoster:
    """``1985.7`` as text and number, ``85年7月``, eight digits, a serial, a date cell, Chinese digits, nonsense."""
    rows: list[list[object]] = [["姓名", "出生年月", "入职时间", "工作单位"]]
    values: list[tuple[object, object]] = [
        ("1985.7", date(2010, 9, 1)), (1985.07, 40422), ("85年7月", "2010-09"), ("19850701", "2010/9/1"),
        ("一九八五年七月", "2010年9月1日"), ("1985年7月生", "2010.09.01"), (1985.1, "2010.9"), ("不详", "2010.9"),
    ]  # fmt: skip
    rows += [
        [f"赵成{word}", birth, hired, HOSPITAL]
        for word, (birth, hired) in zip("甲乙丙丁戊己庚辛", values, strict=True)
    ]
    return DirtyRoster("各种日期.xlsx", xlsx(rows), (6, 2, 0))


def pages_with_repeated_headers() -> DirtyRoster:
    """Title and header again on each page, sections, subtotals, prepared empty lines."""
    header: list[object] = ["序号", "姓名", "身份证号", "学历", "工作单位"]
    rows: list[list[object]] = [
        ["教师名册"], header, ["一、高中部"],
        [1, "吴敏", resident_id(sequence=22), "本科", SCHOOL], [2, "吴昊", resident_id(sequence=23), "硕士", SCHOOL],
        [None, "小计", "2人"], ["教师名册"], header, ["二、初中部"],
        [3, "徐静", resident_id(sequence=24), "本科", SCHOOL], [4], [5], ["合计", "3人"], ["制表：某某", None, "2022年12月1日"],
    ]  # fmt: skip
    return DirtyRoster("分页打印.xlsx", xlsx(rows), (3, 0, 0))


def merged_down() -> DirtyRoster:
    """The employer merged over several people; one person over two lines, one for each degree."""
    rows: list[list[object]] = [
        ["工作单位", "姓名", "身份证号", "学历", "毕业院校", "毕业时间"],
        [HOSPITAL, "何雪", resident_id(sequence=30), "本科", "兰州大学", "2012.6"],
        [None, None, None, "硕士", "四川大学", "2015.6"],
        [None, "高鹏", resident_id(sequence=31), "本科", "兰州大学", "2013.7"],
    ]
    return DirtyRoster("纵向合并.xlsx", xlsx(rows, merges=("A2:A4", "B2:B3", "C2:C3")), (3, 0, 0))


def hidden_parts() -> DirtyRoster:
    """A hidden sheet, a hidden row, a sheet of notes beside the table."""
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "填表说明"
    notes.append(["请如实填写"])
    sheet = book.create_sheet("名单")
    for row in [["姓名", "身份证号"], ["林涛", resident_id(sequence=41)], ["林芳", resident_id(sequence=42)]]:
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    hidden = book.create_sheet("旧名单")
    hidden.append(["姓名", "身份证号"])
    hidden.append(["旧人", resident_id(sequence=43)])
    hidden.sheet_state = "hidden"
    return DirtyRoster("隐藏工作表.xlsx", _bytes(book), (2, 0, 0))


def units_and_choices() -> DirtyRoster:
    """Units in headers and cells, full-width digits, yes and no, several levels in one cell, a level nobody knows."""
    rows: list[list[object]] = [
        [
            "姓名",
            "身份证号",
            "工作单位",
            "年薪（万元）",
            "合同期限（年）",
            "是否在编",
            "院校层次",
            "职称",
            "学历",
        ],
        ["马骏", resident_id(sequence=51), HOSPITAL, 8.5, 5, "是", "985、211", "副教授", "博士研究生"],
        ["马丽", resident_id(sequence=52), HOSPITAL, "９.６", "３６个月", "否", "双一流", "主治医师", "硕士"],
        ["马超", resident_id(sequence=53), HOSPITAL, "12万元", "3年", "√", None, None, "大学本科"],
        ["马跃", resident_id(sequence=55), HOSPITAL, "面议", 3, "有", "名校", None, "本科"],
    ]
    return DirtyRoster("单位与选项.xlsx", xlsx(rows), (3, 1, 0))


def shared_numbers() -> DirtyRoster:
    """A number copied down to other names, the same person twice, two of one name without a number."""
    copied = resident_id(sequence=61)
    rows: list[list[object]] = [
        ["姓名", "身份证号", "学历", "毕业院校"],
        ["谢军", copied, "本科", "兰州大学"],
        ["谢云", copied, "本科", "兰州大学"],
        ["邓辉", resident_id(sequence=63), "本科", "兰州大学"],
        ["鄧輝", resident_id(sequence=63), "硕士", "四川大学"],
        ["曾鸣", None, "本科", "兰州大学"],
        ["曾鸣", None, "硕士", "四川大学"],
    ]
    return DirtyRoster("同号与同名.xlsx", xlsx(rows), (2, 4, 0))


def other_documents() -> DirtyRoster:
    """Passports, residence permits, permanent residence cards, a kind nobody knows."""
    rows: list[list[object]] = [
        ["姓名", "证件类型", "证件号码", "国籍"],
        ["Maria Garcia", "护照", "X1234567", "西班牙"],
        ["陈嘉欣", "港澳台居民居住证", "810000199408230021", "中国"],
        ["David Brown", "外国人永久居留身份证", "911124198108030024", "加拿大"],
        ["林志明", "台胞证", "12345678", "中国"],
        ["何文", "会员卡", "A-1", "中国"],
    ]
    return DirtyRoster("境外证件.xlsx", xlsx(rows), (4, 1, 0))


def contradictions_and_strangers() -> DirtyRoster:
    """Gender and birth against the number, an employer nobody registered, several telephones."""
    rows: list[list[object]] = [
        ["姓名", "性别", "出生日期", "身份证号", "单位名称", "联系电话"],
        ["丁一", "女", "1988-03-15", resident_id("19880315", 71), HOSPITAL, "13800000000"],
        ["丁二", "男", "1990-01-01", resident_id("19880315", 73), HOSPITAL, 13900000000],
        ["丁三", "男", "1988.3", resident_id("19880315", 75), "嘉峪关第一医院", "0937-6220000"],
        ["丁四", "男", "1988.3", resident_id("19880315", 77), "市第一医院", "13700000000/13600000000"],
    ]
    return DirtyRoster("相互矛盾.xlsx", xlsx(rows), (1, 3, 0))


def several_sheets() -> DirtyRoster:
    """One sheet for each unit, with different headers."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "医院"
    for row in [["姓名", "身份证号", "工作单位"], ["潘婷", resident_id(sequence=82), HOSPITAL]]:
        first.append(row)
    second = book.create_sheet("学校")
    for row in [
        ["某校教师"],
        ["编号", "名字", "公民身份号码", "所在单位"],
        [1, "潘磊", resident_id(sequence=83), SCHOOL],
    ]:
        second.append(row)
    return DirtyRoster("多个工作表.xlsx", _bytes(book), (2, 0, 0))


def old_excel() -> DirtyRoster:
    """xls of Excel 97: title, date cells, numbers as numbers."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    sheet.write_merge(0, 0, 0, 4, "专业技术人员名单")
    for column, word in enumerate(["姓名", "身份证号", "出生日期", "参加工作时间", "职称级别"]):
        sheet.write(1, column, word)
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for row, (name, number) in enumerate(
        [("袁野", resident_id(sequence=91)), ("袁方", 620201198803150000.0)], start=2
    ):
        sheet.write(row, 0, name)
        sheet.write(row, 1, number)
        sheet.write(row, 2, date(1988, 3, 15), day)
        sheet.write(row, 3, 2010.7)
        sheet.write(row, 4, "中级")
    return DirtyRoster("旧版名单.xls", _bytes(book), (1, 1, 0))


_CSV_ROWS = [
    ["姓名", "身份证号", "学历", "工作单位"],
    ["董洁", resident_id(sequence=102), "本科", HOSPITAL],
    ["董岩", resident_id(sequence=103), "硕士研究生", SCHOOL],
]


def gbk_csv() -> DirtyRoster:
    """CSV in GB18030, an apostrophe before the number."""
    rows = [[row[0], f"'{row[1]}" if row[1][0].isdigit() else row[1], *row[2:]] for row in _CSV_ROWS]
    text = "\r\n".join(",".join(row) for row in rows)
    return DirtyRoster("国标编码.csv", text.encode("gb18030"), (2, 0, 0))


def utf16_text() -> DirtyRoster:
    """“Unicode 文本” of Excel: UTF-16 with tabs."""
    text = "\r\n".join("\t".join(row) for row in _CSV_ROWS)
    return DirtyRoster("统一码文本.txt", text.encode("utf-16"), (2, 0, 0))


def utf8_semicolons() -> DirtyRoster:
    """UTF-8 with a mark, semicolons, numbers wrapped as ``="…"``, quotes, a title line."""
    lines = ["2022年名单;;;"]
    lines += [
        ";".join([row[0], f'"=""{row[1]}"""' if row[1][0].isdigit() else row[1], *row[2:]])
        for row in _CSV_ROWS
    ]
    return DirtyRoster("分号分隔.csv", "\n".join(lines).encode("utf-8-sig"), (2, 0, 0))


DIRTY: tuple[Callable[[], DirtyRoster], ...] = (
    plain, titled_two_line_header, numbers_lost, numbers_wrong, names_of_all_kinds, dates_of_all_kinds,
    pages_with_repeated_headers, merged_down, hidden_parts, units_and_choices, shared_numbers, other_documents,
    contradictions_and_strangers, several_sheets, old_excel, gbk_csv, utf16_text, utf8_semicolons,
)  # fmt: skip


# hostile files


def repacked(
    data: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None
) -> bytes:
    """An xlsx with some of its parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def _into_sheet(rows: bytes) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</sheetData>", rows + b"</sheetData>") if "worksheets/" in name else part

    return repacked(plain().data, change)


def unchanged(_name: str, part: bytes) -> bytes:
    return part


@cache
def hostile() -> dict[str, tuple[str, bytes, str]]:
    """case → (file name, bytes, code of the problem that refuses it)."""
    good = plain().data
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    shared = b'<?xml version="1.0"?><sst><si><t>' + b"x" * 32_000 + b"</t></si></sst>"
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(100, 60_000)
    )
    return {
        "zip bomb": ("a.xlsx", _into_sheet(b" " * 120_000_000), "T105"),
        "too large unpacked": ("a.xlsx", _declaring_much(good), "T104"),
        "entities": (
            "a.xlsx",
            repacked(good, lambda n, p: doctype + p if n == "xl/workbook.xml" else p),
            "T106",
        ),
        "macros": ("a.xlsx", repacked(good, unchanged, {"xl/vbaProject.bin": b"x"}), "T106"),
        "escaping name": ("a.xlsx", repacked(good, unchanged, {"../../evil": b"x"}), "T105"),
        "absolute name": ("a.xlsx", repacked(good, unchanged, {"/etc/evil": b"x"}), "T105"),
        "far cell": ("a.xlsx", _into_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "T108"),
        "cells without place": ("a.xlsx", _into_sheet(b'<row r="1048576"><c><v>1</v></c></row>'), "T108"),
        "one long text many times": (
            "a.xlsx",
            repacked(_into_sheet(cells), unchanged, {"xl/sharedStrings.xml": shared}),
            "T109",
        ),
        "cut off": ("a.xlsx", good[: len(good) // 2], "T103"),
        "end missing": ("a.xlsx", good[:-40], "T103"),
        "encrypted": ("a.xlsx", ole + "EncryptedPackage".encode("utf-16-le"), "T102"),
        "broken xls": ("a.xls", ole + "Workbook".encode("utf-16-le"), "T103"),
        "Word renamed": ("a.xls", ole + "WordDocument".encode("utf-16-le"), "T101"),
        "program renamed": ("a.xlsx", b"MZ" + bytes(range(256)) * 20, "T101"),
        "PDF renamed": ("a.xls", b"%PDF-1.7\n%", "T101"),
        "web page renamed": ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "T101"),
        "other archive": ("a.xlsx", _archive(), "T101"),
        "random bytes": ("a.csv", bytes(range(256)) * 30, "T101"),
        "empty": ("a.csv", b"", "T103"),
        "wrong extension": ("a.csv", good, "T107"),
        "no roster": ("a.xlsx", xlsx([["今天", "天气"], ["晴", "好"]]), "T110"),
    }


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    return out.getvalue()


def _declaring_much(data: bytes) -> bytes:
    """An entry whose header declares 500 MB."""
    packed = repacked(data, unchanged, {"xl/media.bin": b"x"})
    place = packed.rfind(b"PK\x01\x02")
    return packed[: place + 24] + (500 * 1024 * 1024).to_bytes(4, "little") + packed[place + 28 :]


def million_empty_rows() -> bytes:
    """A sheet whose formatting reaches the last row of a spreadsheet."""
    rows = b"".join(
        b'<row r="%d" ht="14"><c r="A%d" s="0"/></row>' % (row, row) for row in range(10, 1_048_577)
    )
    return _into_sheet(rows)
