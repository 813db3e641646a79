"""How conditions are written, and what they mean for one person."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.facts.schema import Field, Kind, ValueType
from juxian.core.policy import Names, evaluate_condition, parse_condition
from juxian.core.policy import nodes as n
from juxian.core.source import Rejected
from juxian.core.text import Text
from tests.core.policy.words import DAY, NAMES, SCHEMA

PERSON = {
    "degree": "master", "title_level": "junior", "school_tags": ["985"], "birth_date": "1984-03-01", "full_time": True,
    "contract_months": 60, "annual_pay": 20_000_000, "children": 2, "received": {"settle": 100}, "employer": "a-1",
    "hired_on": "2020-02-29",
}  # fmt: skip


def answer(text: str, **changes: object) -> bool | None:
    return evaluate_condition(parse_condition(text, NAMES), {**PERSON, **changes}, DAY, SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "学历 >= 硕士 and 年龄 <= 45",
        "学历≥硕士且年龄≤45",
        "全职且学历>=硕士且年龄<=45岁且院校含985。",
        "全职 并且 （学历 ＞＝ 硕士） 并且 年龄 ＜ ４５",
        "年龄属于35至45岁",
        "年龄 in 35..45",
        "年龄 in 35～45岁",
        "degree >= master and age <= 45",
        "学历 == 硕士或学历 == 博士",
        "学历 in (硕士、博士)",
        "学历 属于 (硕士，博士)",
        "学历 不属于 (大专, 本科)",
        "非学历<硕士",
        "合同期限 >= 5年",
        "合同期限 == 60个月",
        "合同期限 >= 60 个月",
        "years_since(出生日期) == 39",
        "months_since(入职日期) == 48个月",
        "服务年限 >= 4年",
        "服务年限 >= 48个月",
        "年薪 == 20万元",
        "年薪 > 19.99万元 and 年薪 < 200001元",
        "年薪 * 40% == 8万元",
        "40% * 年薪 == 80000元",
        "min(年薪 - 5万元, 10万元) == 10万元",
        "max(0, 年薪 - 50万元) == 0",
        "子女数 * 1000元 == 2000元",
        "1 <= 子女数 <= 3",
        "子女数 in (1, 2)",
        "-子女数 < 0",
        'has(院校, "985") and has(院校, 211, 985)',
        "院校 has (双一流, 985)",
        "received(settle) and not received(rent-subsidy)",
        "received_amount(settle) == 1元",
        "known(年龄) and not known(引进日期)",
        '用人单位 == "a-1" and 用人单位 in ("a-1", "b-2") and 用人单位 != “b-2”',
        "职称 == 初级 and 职称级别 < 正高",
        "硕士 <= 学历",
        "2020-02-29 == 入职日期 and 入职日期 <= 2020年3月1日",
        "全职 == 是 and not 全职 == 否 and 是",
        "出生日期 < 入职日期",
    ],
)
def test_ways_of_writing_what_is_true_of_the_person(text):
    assert answer(text) is True


def test_an_ambiguous_level_belongs_to_the_field_beside_it():
    assert parse_condition("职称 == 初级", NAMES).clause == n.LevelIs(
        "title_level", "title_level", ("junior",)
    )
    assert parse_condition("技能等级 == 初级", NAMES).clause == n.LevelIs(
        "skill_level", "skill_level", ("junior",)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("引进日期 >= 2020-01-01", None),
        ("引进日期 >= 2020-01-01 and 学历 == 大专", False),
        ("引进日期 >= 2020-01-01 or 学历 == 硕士", True),
        ("not 引进日期 >= 2020-01-01", None),
        ("技能等级 != 一级", None),
        ("单位 in (医院, 机关)", None),
        ("本地自有住房 == 否", None),
        ("known(引进日期)", False),
    ],
)
def test_what_is_not_recorded_is_unknown_and_not_no(text, expected):
    assert answer(text) is expected


def test_none_is_as_unknown_as_an_absent_field():
    assert answer("全职", full_time=None) is None
    assert answer("received(settle)", received=None) is None
    assert answer("院校 has 985", school_tags=None) is None


def test_an_empty_set_is_known():
    assert answer("院校 has 985", school_tags=[]) is False


def test_a_code_outside_the_scale_is_unknown():
    assert answer("学历 >= 硕士", degree="wizard") is None
    assert answer("学历 == 硕士", degree="wizard") is None


@pytest.mark.parametrize(
    ("born", "age"),
    [("1984-02-28", 40), ("1984-02-29", 40), ("1984-03-01", 39), ("1983-02-28", 41), ("1983-03-01", 40)],
)
def test_ages_on_29_february(born, age):
    assert answer(f"年龄 == {age}", birth_date=born) is True


def test_one_born_on_29_february_completes_a_year_on_the_28th():
    condition = parse_condition("年龄 >= 39", NAMES)

    assert evaluate_condition(condition, {"birth_date": "1984-02-29"}, date(2023, 2, 27), SCHEMA) is False
    assert evaluate_condition(condition, {"birth_date": "1984-02-29"}, date(2023, 2, 28), SCHEMA) is True


def test_positions_point_at_the_authors_own_text():
    with pytest.raises(Rejected) as refused:
        parse_condition("全职，且　学力≥硕士", NAMES, "条件")

    assert [p.where() for p in refused.value.problems] == ["条件:1:3"]
    with pytest.raises(Rejected) as refused:
        parse_condition("全职\n且　学力≥硕士", NAMES, "条件")
    assert [(p.where(), p.quoted, p.span.length) for p in refused.value.problems] == [
        ("条件:2:3", "且　学力≥硕士", 2)
    ]


def test_all_mistakes_of_types_are_told_at_once():
    with pytest.raises(Rejected) as refused:
        parse_condition("学力 >= 硕士 and 年龄 > 5万元 and 单位 > 医院 and 学历 == 高中", NAMES)

    assert [p.code for p in refused.value.problems] == ["P201", "P204", "P207", "P203"]


def test_names_of_a_fact_kind_and_joined_names():
    fields = {"mode": Field("mode", Text("方式"), ValueType(Kind.LEVEL, "employer_kind"))}
    names = Names.from_fields(fields, SCHEMA) | NAMES

    assert parse_condition("方式 == 医院 and 全职", names).fields == ("mode", "full_time")


def test_a_condition_reads_only_its_fields():
    assert parse_condition("年龄 > 3 and (学历 == 硕士 or received(a)) and 年龄 < 60", NAMES).fields == (
        "birth_date",
        "degree",
        "received",
    )


ESCAPES = [
    "__import__('os').system('id')", "().__class__.__bases__", "学历.__class__ == 硕士", "{}.__class__", "[].append(1)",
    "open('/etc/passwd')", "eval('1')", "exec('1')", "compile('1', '', 'eval')", "globals()", "locals()", "vars()", "dir()",
    "getattr(学历, 'x')", "setattr(学历, 'x', 1)", "lambda: 1", "lambda x: x", "(lambda x: x)(1) == 1", "年龄 := 3", "年龄 = = 3",
    "年龄 ** 9 > 1", "9 ** 9 ** 9 > 年龄", "1 << 99 > 年龄", "年龄 >> 1", "年龄 // 2 > 1", "年龄 / 0 > 1", "年龄 % 2 == 1", "~年龄 > 1",
    "年龄 | 1 > 0", "年龄 & 1 > 0", "年龄 ^ 1 > 0", "年龄 @ 1", "[x for x in 院校] == 1", "{x: 1}", "{1, 2}", "院校[0] == 985", "院校[:] == 985",
    "学历 if 全职 else 年龄", "await 全职", "yield 全职", "import os", "from os import system", "def f(): pass", "class A: pass",
    "全职; import os", "全职 # 注释", "全职\\\nand 全职", "f'{年龄}' == '3'", "'%s' % 年龄 == '3'", "'a'.format(年龄) == 'a'", "\"a\" * 999999999 == \"a\"",
    "min(*院校) > 1", "max(**院校) > 1", "min(key=年龄) > 1", "print(年龄)", "input()", "len(院校) > 1", "sorted(院校) == 1", "any(院校)", "str(年龄) == '3'",
    "int('3') > 1", "type(年龄) == 1", "id(年龄) > 1", "hash(年龄) > 1", "super().x", "self.x", "年龄.real > 1", "1e9 > 年龄", "0x10 > 年龄", "1_000 > 年龄",
    "1j > 年龄", "True.real", "None", "...", "年龄 is None", "not", "$年龄 > 1", "`id`", "年龄?.x", "{{ 年龄 }}", "{% if 1 %}", "<script>alert(1)</script>",
    "1; DROP TABLE persons", "全职 OR 1=1 --", "' OR ''='", "\x00", "全职\u202e and 全职", "\ud800", "\ue000全职\ue001",
]  # fmt: skip


@pytest.mark.parametrize("text", ESCAPES)
def test_no_way_out_of_the_language(text):
    with pytest.raises(Rejected) as refused:
        parse_condition(text, NAMES)

    assert all(p.code.startswith(("P1", "P2")) and p.span is not None for p in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("全职 and " * 300 + "全职", "P101"),
        ("(" * 900 + "全职" + ")" * 900, "P112"),
        ("not " * 400 + "全职", "P112"),
        ("-" * 1500 + "1 > 年龄", "P112"),
        ("+".join(["年龄"] * 200) + " > 1", "P112"),
        ("*".join(["1"] * 900) + " > 年龄", "P112"),
        ("全职或" * 490 + "全职", None),
        ("1<" * 990 + "1", "P113"),
        ("min(" * 300, "P112"),
        ("且" * 2000, "P111"),
        ("全职且" * 666, "P113"),
        ("全职" * 900, "P201"),
        ("9" * 2000, "P107"),
        ("“" * 2000, "P103"),
    ],
)
def test_size_is_limited_before_anything_is_worked_out(text, code):
    if code is None:
        assert answer(text) is True
        return
    with pytest.raises(Rejected) as refused:
        parse_condition(text, NAMES)
    assert refused.value.problems[0].code == code


@given(
    st.text(
        alphabet="学历年龄硕士全职且或非属于至 ()<>=0123456789.%万元岁月,、“”'\"and or not in has +-*年薪",
        max_size=60,
    )
    | st.text(max_size=40)
)
def test_any_text_is_accepted_or_refused_with_positions(text):
    try:
        expression = parse_condition(text, NAMES)
    except Rejected as refused:
        told = [problem.where() for problem in refused.problems]
        assert "" not in told
    else:
        assert evaluate_condition(expression, {}, DAY, SCHEMA) in (True, False, None)
