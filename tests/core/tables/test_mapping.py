import pytest

from juxian.core.tables.headers import plain_header, unit_of
from juxian.core.tables.mapping import Column, How, Vocabulary, map_headers, signature_of
from juxian.core.tables.roster import Reading
from tests.rosters import resident_id


def targets(columns: list[Column]) -> list[str]:
    return [f"{column.target}@{column.part}" if column.part > 1 else column.target for column in columns]


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("姓 名", "姓名"),
        ("身份证\n号码：", "身份证号码"),
        ("*学历", "学历"),
        ("１．姓名", "姓名"),
        ("E-mail", "e-mail"),
    ],
)
def test_headers_are_compared_without_their_dress(header: str, plain: str) -> None:
    assert plain_header(header) == plain
    assert plain_header(plain) == plain


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("年薪（万元）", "万元"),
        ("合同期限(年)", "年"),
        ("金额/元", "元"),
        ("年薪", ""),
        ("出生年月（岁）", "岁"),
    ],
)
def test_units_in_headers(header: str, unit: str) -> None:
    assert unit_of(header) == unit


def test_known_headers_aliases_and_variants(reading: Reading) -> None:
    headers = [
        "序号",
        "姓 名",
        "年龄",
        "身份证号",
        "最高学历",
        "毕业时间",
        "入职时间",
        "是否在编",
        "手机号码",
        "备注",
    ]

    columns = map_headers(headers, Vocabulary(reading.schema))

    assert targets(columns) == [
        "", "identity.name", "", "document.number", "education.degree", "education.since", "employment.since",
        "employment.establishment", "contact.phone", "",
    ]  # fmt: skip
    assert [columns[0].how, columns[2].how, columns[9].how] == [How.ORDINAL, How.DERIVED, How.UNKNOWN]


def test_a_slip_of_the_pen_is_near(reading: Reading) -> None:
    columns = map_headers(["姓名", "毕业院较名称", "身份证号码码"], Vocabulary(reading.schema))

    assert (columns[2].target, columns[2].how) == ("document.number", How.NEAR)


def test_a_word_of_several_kinds_is_settled_by_its_neighbours(reading: Reading) -> None:
    with_class = map_headers(["姓名", "人才层次", "批次"], Vocabulary(reading.schema))
    alone = map_headers(["姓名", "批次"], Vocabulary(reading.schema))

    assert targets(with_class)[2] == "talent_class.batch"
    assert targets(alone)[1] == ""


def test_the_same_header_under_two_groups_makes_two_facts(reading: Reading) -> None:
    headers = ["姓名", "全日制教育/学历", "全日制教育/毕业院校", "在职教育/学历", "在职教育/毕业院校"]

    assert targets(map_headers(headers, Vocabulary(reading.schema)))[1:] == [
        "education.degree", "education.school", "education.degree@2", "education.school@2",
    ]  # fmt: skip


def test_a_second_column_of_a_single_fact_is_not_used(reading: Reading) -> None:
    columns = map_headers(["姓名", "出生日期", "出生年月"], Vocabulary(reading.schema))

    assert (columns[2].target, columns[2].how) == ("", How.REPEATED)


def test_values_tell_what_the_header_does_not(reading: Reading) -> None:
    rows = [(number, ["某人", resident_id(sequence=number)]) for number in range(2, 8)]

    columns = map_headers(["姓名", "代码"], Vocabulary(reading.schema), rows)

    assert (columns[1].target, columns[1].how) == ("document.number", How.VALUES)


def test_a_signature_knows_the_form_again() -> None:
    assert signature_of(["姓 名", "学历"]) == signature_of(["姓名", "学历："])
    assert signature_of(["姓名", "学历"]) != signature_of(["学历", "姓名"])
