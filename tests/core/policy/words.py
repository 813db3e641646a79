"""A small vocabulary, and policies and rows made by Hypothesis over it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import strategies as st

from juxian.core.facts.schema import Kind, Level, ProfileField, Scale, Schema, ValueType
from juxian.core.policy import nodes as n
from juxian.core.policy.document import (
    DUES,
    Benefit,
    Cap,
    Circular,
    Hit,
    Pay,
    Policy,
    Row,
    Stacking,
    StackingRule,
    Table,
    Version,
)
from juxian.core.policy.language import Amount, Expression, parse_condition
from juxian.core.policy.names import Name, NamedList, names_of_schema
from juxian.core.policy.written_out import class_among, class_compared, listed_in
from juxian.core.positioned import Document
from juxian.core.source import Source
from juxian.core.text import Text

DAY = date(2024, 2, 29)


def scale(code: str, zh: str, *levels: tuple[str, str], ordered: bool = True) -> Scale:
    made = {
        key: Level(key, Text(title, key), rank if ordered else 0) for rank, (key, title) in enumerate(levels)
    }
    return Scale(code, Text(zh, code), made, ordered)


SCALES = {
    s.code: s
    for s in (
        scale("degree", "学历", ("college", "大专"), ("bachelor", "本科"), ("master", "硕士"), ("doctor", "博士")),
        scale("title_level", "职称", ("none", "无职称"), ("junior", "初级"), ("associate_senior", "副高"), ("senior", "正高")),
        scale("skill_level", "技能", ("none", "无等级"), ("junior", "初级"), ("level1", "一级")),
        scale("school_tag", "院校层次", ("double_first_class", "双一流"), ("985", "985"), ("211", "211"), ordered=False),
        scale("employer_kind", "单位性质", ("hospital", "医院"), ("private", "民营企业"), ("nonprofit", "民办非企"), ("government", "机关"), ordered=False),
    )
}  # fmt: skip


def field(
    name: str, zh: str, kind: str, scale: str = "", years_since: str = "", *aliases: str
) -> ProfileField:
    return ProfileField(
        name,
        Text(zh, name.replace("_", " ").capitalize()),
        ValueType(Kind(kind), scale),
        (),
        years_since,
        aliases,
    )


FIELDS = (
    field("degree", "学历", "level", "degree"),
    field("title_level", "职称", "level", "title_level", "", "职称级别"),
    field("skill_level", "技能等级", "level", "skill_level"),
    field("school_tags", "院校", "levels", "school_tag"),
    field("employer_kind", "单位", "level", "employer_kind"),
    field("birth_date", "出生日期", "date"),
    field("age", "年龄", "integer", years_since="birth_date"),
    field("hired_on", "入职日期", "date"),
    field("introduced_on", "引进日期", "date"),
    field("years_of_service", "服务年限", "integer", years_since="hired_on"),
    field("full_time", "全职", "boolean"),
    field("home_owned", "本地自有住房", "boolean"),
    field("contract_months", "合同期限", "months"),
    field("annual_pay", "年薪", "money"),
    field("children", "子女数", "integer"),
    field("employer", "用人单位", "organisation"),
    field("received", "已享受待遇", "amounts"),
)


def of_spouse(name: str) -> ProfileField:
    """As ``core.packs.spouse`` makes it."""
    own = next(item for item in FIELDS if item.name == name)
    return ProfileField(
        f"spouse.{name}",
        Text(f"配偶的{own.title.zh}", f"Spouse: {own.title.en}"),
        own.type,
        aliases=(f"配偶.{own.title.zh}",),
        sensitive=True,
        of_spouse=name,
    )


FIELDS = (
    *FIELDS,
    field("has_spouse", "有配偶", "boolean"),
    *(of_spouse(name) for name in ("degree", "home_owned", "annual_pay")),
)
SCHEMA = Schema(SCALES, {}, {item.name: item for item in FIELDS}, has_spouse="has_spouse")
NAMES = names_of_schema(SCHEMA)
BENEFITS = ("living", "rent", "house", "settle")

_DTYPES = {
    Kind.LEVEL: pl.String, Kind.LEVELS: pl.List(pl.String), Kind.DATE: pl.Date, Kind.BOOLEAN: pl.Boolean, Kind.MONTHS: pl.Int16,
    Kind.MONEY: pl.Int64, Kind.INTEGER: pl.Int32, Kind.ORGANISATION: pl.String,
}  # fmt: skip

# --- rows -----------------------------------------------------------------------------------------------------------------

days = st.dates(date(1950, 1, 1), date(2026, 12, 31)) | st.sampled_from(
    [
        DAY,
        date(1984, 2, 29),
        date(2000, 2, 29),
        date(1989, 2, 28),
        date(1989, 3, 1),
        date(2023, 2, 28),
        date(2021, 7, 1),
    ]
)
_values = {
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: days.map(date.isoformat),
    Kind.MONTHS: st.integers(0, 240),
    Kind.INTEGER: st.integers(0, 5),
    Kind.MONEY: st.sampled_from([0, 1, 4_999_999, 5_000_000, 5_000_001, 123_456_789_012])
    | st.integers(0, 10**11),
    Kind.ORGANISATION: st.sampled_from(["a-1", "b-2"]),
    Kind.AMOUNTS: st.dictionaries(st.sampled_from([*BENEFITS, "住房"]), st.integers(0, 10**9), max_size=3),
}


def _value(item: ProfileField) -> st.SearchStrategy:
    if item.type.kind is Kind.LEVEL:
        return st.sampled_from(sorted(SCALES[item.type.scale].levels))
    if item.type.kind is Kind.LEVELS:
        return st.lists(st.sampled_from(sorted(SCALES[item.type.scale].levels)), unique=True).map(sorted)
    return _values[item.type.kind]


STORED = [item for item in FIELDS if not item.years_since]
rows = st.fixed_dictionaries({item.name: st.none() | _value(item) for item in STORED})
full_rows = st.fixed_dictionaries({item.name: _value(item) for item in STORED})


def frame_of(people: list[dict]) -> pl.DataFrame:
    """A population frame of rows in canonical values."""
    columns = []
    for item in STORED:
        values = [row.get(item.name) for row in people]
        if item.type.kind is Kind.AMOUNTS:
            made = [None if v is None else {key: v.get(key) for key in (*BENEFITS, "住房")} for v in values]
            shape = pl.Struct(dict.fromkeys([*BENEFITS, "住房"], pl.Int64))
            columns.append(pl.Series(item.name, made, dtype=shape))
        elif item.type.kind is Kind.DATE:
            columns.append(pl.Series(item.name, [v and date.fromisoformat(v) for v in values], dtype=pl.Date))
        else:
            columns.append(pl.Series(item.name, values, dtype=_DTYPES[item.type.kind]))
    return pl.DataFrame(columns)


# --- conditions -----------------------------------------------------------------------------------------------------------

relations = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
orders = st.sampled_from(["<", "<=", ">", ">="])


def _levels_of(name: str) -> st.SearchStrategy:
    return st.lists(st.sampled_from(sorted(SCALES[name].levels)), min_size=1, max_size=3, unique=True).map(
        tuple
    )


_money = st.integers(0, 2 * 10**10).map(lambda fen: n.Number(fen, Kind.MONEY))
_elapsed = st.builds(
    n.Elapsed, st.sampled_from(["birth_date", "hired_on"]), st.sampled_from(["years", "months"])
)
_day_terms = st.sampled_from(["birth_date", "hired_on", "introduced_on"]).map(
    lambda name: n.FieldValue(name, Kind.DATE)
) | days.map(n.Day)
_apart = st.builds(n.Apart, _day_terms, _day_terms, st.sampled_from(["years", "months"]), st.booleans())
_money_leaf = (
    _money | st.just(n.FieldValue("annual_pay", Kind.MONEY)) | st.sampled_from(BENEFITS).map(n.ReceivedAmount)
)


CHILDREN_POINTS = n.Points(
    "子女积分",
    (
        (n.IsTrue("full_time"), n.Number(3, Kind.INTEGER)),
        (n.IsTrue("home_owned"), n.Number(-2, Kind.INTEGER)),
    ),
)


def _richer(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.builds(n.Plus, inner, inner),
        st.builds(n.Minus, inner, inner),
        st.builds(n.Share, inner, st.integers(1, 1500)),
        st.builds(n.Share, inner, st.integers(1, 7), of=st.sampled_from([3, 7, 1000])),
        st.builds(n.Times, inner, _apart),
        st.lists(inner, min_size=2, max_size=3).map(lambda t: n.Least(tuple(t))),
        st.lists(inner, min_size=2, max_size=3).map(lambda t: n.Greatest(tuple(t))),
        st.builds(n.Times, inner, st.just(n.FieldValue("children", Kind.INTEGER))),
        st.builds(n.Times, inner, st.just(CHILDREN_POINTS)),
    )


money_terms = st.recursive(_money_leaf, _richer, max_leaves=4)

leaves = st.one_of(
    st.booleans().map(n.Constant),
    st.sampled_from(["full_time", "home_owned"]).map(n.IsTrue),
    st.builds(n.LevelCompare, st.just("degree"), st.just("degree"), orders, st.sampled_from(sorted(SCALES["degree"].levels))),
    st.builds(n.LevelCompare, st.just("title_level"), st.just("title_level"), orders, st.sampled_from(sorted(SCALES["title_level"].levels))),
    st.builds(n.LevelIs, st.just("degree"), st.just("degree"), _levels_of("degree")),
    st.builds(n.LevelIs, st.just("employer_kind"), st.just("employer_kind"), _levels_of("employer_kind")),
    st.builds(n.HasAny, st.just("school_tags"), st.just("school_tag"), _levels_of("school_tag")),
    st.builds(n.TextIs, st.just("employer"), st.lists(st.sampled_from(["a-1", "c-3"]), min_size=1, unique=True).map(tuple)),
    st.sampled_from(BENEFITS).map(n.Received),
    st.sampled_from([item.name for item in STORED]).map(n.Known),
    st.builds(n.Compare, relations, _elapsed, st.integers(-3, 80).map(lambda v: n.Number(v, Kind.INTEGER))),
    st.builds(n.Compare, relations, st.integers(-3, 80).map(lambda v: n.Number(v, Kind.INTEGER)), _elapsed),
    st.builds(n.Compare, relations, _elapsed, st.just(n.FieldValue("children", Kind.INTEGER))),
    st.builds(n.Compare, relations, _apart, st.integers(-3, 80).map(lambda v: n.Number(v, Kind.INTEGER))),
    st.builds(n.Compare, relations, _apart, _elapsed),
    st.builds(n.Compare, relations, st.just(n.FieldValue("contract_months", Kind.MONTHS)), st.integers(0, 70_000).map(lambda v: n.Number(v, Kind.MONTHS))),
    st.builds(n.Compare, relations, st.just(n.FieldValue("hired_on", Kind.DATE)), days.map(n.Day)),
    st.builds(n.Compare, relations, st.just(n.FieldValue("hired_on", Kind.DATE)), st.just(n.FieldValue("introduced_on", Kind.DATE))),
    st.builds(n.Compare, relations, money_terms, money_terms),
    st.builds(n.OneOf, st.just(n.FieldValue("children", Kind.INTEGER)), st.lists(st.integers(0, 5), min_size=1, max_size=3).map(lambda v: tuple(n.Number(x, Kind.INTEGER) for x in v))),
    st.builds(n.OneOf, _elapsed, st.lists(st.integers(0, 50), min_size=1, max_size=3).map(lambda v: tuple(n.Number(x, Kind.INTEGER) for x in v))),
)  # fmt: skip
_scores = st.integers(-20, 60).map(lambda v: n.Number(v, Kind.INTEGER)) | st.just(
    n.Plus(n.Number(5, Kind.INTEGER), n.FieldValue("children", Kind.INTEGER))
)
points = st.lists(st.tuples(leaves, _scores), min_size=1, max_size=4).map(
    lambda rows: n.Points("积分", tuple(rows))
)
leaves = st.one_of(
    leaves,
    st.builds(n.Compare, relations, points, st.integers(-30, 120).map(lambda v: n.Number(v, Kind.INTEGER))),
    st.builds(n.Compare, relations, points, points),
    st.builds(n.Compare, relations, _elapsed, points),
    st.builds(n.Compare, relations, st.builds(n.Plus, points, points), st.just(n.Number(40, Kind.INTEGER))),
    st.builds(n.OneOf, points, st.just((n.Number(20, Kind.INTEGER), n.Number(40, Kind.INTEGER)))),
)
_plain_leaves = leaves


@st.composite
def class_clauses(draw: st.DrawFn) -> n.Clause:
    """A condition on a class of the policy's own, written out."""
    scale = SCALES["degree"]
    codes = st.sampled_from(sorted(scale.levels))
    levels = tuple(draw(st.lists(st.tuples(codes, _plain_leaves), min_size=1, max_size=4)))
    name = Name("own", Text("本地层次"), ValueType(Kind.LEVEL, "degree"), levels=levels)
    if draw(st.booleans()):
        return class_among(name, scale, draw(_levels_of("degree")), (0, 0))
    return class_compared(name, scale, draw(orders), scale.levels[draw(codes)], (0, 0))


@st.composite
def list_clauses(draw: st.DrawFn) -> n.Clause:
    """Membership in a list by name, written out."""
    otherwise = draw(st.none() | st.just(n.FieldValue("children", Kind.INTEGER)))
    named = NamedList("top", Text("榜单"), ((("a-1", "a-2"), 1), (("c-3",), 5)), otherwise)
    return listed_in("employer", named, draw(st.integers(1, 6)), (0, 0))


of_couples = st.sampled_from(
    [
        "配偶.学历 >= 硕士",
        "配偶.学历 < 本科",
        "配偶.学历 != 博士",
        "配偶.学历 not in (硕士, 博士)",
        "配偶.学历 > 学历",
        "学历 >= 配偶.学历",
        "配偶.学历 == 学历",
        "配偶.学历 != 学历",
        "配偶.本地自有住房",
        "known(配偶.年薪)",
        "年薪 + 配偶.年薪 < 20万元",
        "min(年薪, 配偶.年薪) * 2 >= 5万元",
    ]
).map(lambda text: parse_condition(text, NAMES).clause)
leaves = st.one_of(leaves, class_clauses(), list_clauses(), of_couples)
clauses = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: n.AllOf(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: n.AnyOf(tuple(parts))),
        inner.map(n.Not),
    ),
    max_leaves=5,
)

# --- policies -------------------------------------------------------------------------------------------------------------

conditions = clauses.map(lambda clause: Expression("", clause))
small_conditions = leaves.map(lambda clause: Expression("", clause))
amounts = (_money | money_terms).map(lambda term: Amount("", term))
table_rows = st.builds(Row, st.none() | small_conditions, amounts)
tables = st.builds(Table, st.sampled_from(Hit), st.lists(table_rows, min_size=1, max_size=4).map(tuple))
stackings = st.lists(
    st.builds(Stacking, st.sampled_from(StackingRule), st.sampled_from(["住房", "津贴"])), max_size=2
).map(tuple)


windows = st.builds(
    n.Window,
    opens=st.none() | st.just(date(2023, 9, 1)) | days,
    closes=st.none() | st.just(date(2024, 2, 29)) | days,
    season=st.none() | st.sampled_from([((2, 1), (2, 29)), ((9, 1), (9, 30)), ((11, 15), (3, 1))]),
    field=st.sampled_from(["", "hired_on", "introduced_on"]),
    after=st.integers(0, 14),
    within=st.none() | st.integers(1, 40),
)


pays = st.integers(1, 3).map(lambda count: Pay((1,) * count, "year")) | st.builds(
    Pay,
    st.just((4, 3, 3)),
    st.sampled_from(["month", "quarter"]),
    st.none() | small_conditions,
    starts=st.sampled_from([(), ("hired_on",), ("hired_on", "introduced_on")]),
    due=st.sampled_from(DUES),
    stops_if=st.none() | small_conditions,
)


def _benefit(key: str) -> st.SearchStrategy[Benefit]:
    return st.builds(
        Benefit,
        id=st.just(key),
        title=st.just(Text(key)),
        article=st.just(""),
        basis=st.just("assumed"),
        who=st.none() | small_conditions,
        table=tables,
        pay=pays,
        per_payment=st.booleans(),
        stacking=stackings,
        cap_fen=st.none() | st.integers(0, 10**10),
        window=st.none() | windows,
    )


caps = st.lists(st.builds(Cap, st.integers(0, 10**10), st.none() | small_conditions), max_size=2).map(tuple)


@st.composite
def versions(draw: st.DrawFn, keys: list[str]) -> tuple[Version, ...]:
    by = draw(st.sampled_from(["", "introduced_on"]))
    made = []
    starts = [date(2015, 1, 1), date(2021, 7, 1)][: draw(st.integers(1, 2))]
    for index, since in enumerate(starts):
        until = (
            starts[index + 1]
            if index + 1 < len(starts)
            else draw(st.none() | st.just(since + timedelta(days=900)))
        )
        made.append(Version(since, until, by, tuple(draw(_benefit(key)) for key in keys), draw(caps)))
    return tuple(made)


def policy(key: str, made: tuple[Version, ...]) -> Policy:
    return Policy(key, Text(key), Text(""), "assumed", "", Circular(), "", made, Document(Source(key, "")))


@st.composite
def policies(draw: st.DrawFn) -> list[Policy]:
    first = draw(st.integers(1, 3))
    made = [policy("p1", draw(versions(list(BENEFITS[:first]))))]
    if draw(st.booleans()):
        made.append(policy("p2", draw(versions(list(BENEFITS[first:])))))
    return made


def policy_asking(whos: list[Expression], gives: list[Amount]) -> Policy:
    """A policy with a benefit for each condition, and one for each amount."""
    tables = [Table(Hit.FIRST, (Row(None, Amount("", n.Number(100, Kind.MONEY))),)) for _ in whos]
    tables += [Table(Hit.FIRST, (Row(None, give),)) for give in gives]
    asked = [*whos, *(None for _ in gives)]
    benefits = tuple(
        Benefit(f"b{place}", Text(f"b{place}"), "", "assumed", who, table)
        for place, (who, table) in enumerate(zip(asked, tables, strict=True))
    )
    return policy("p", (Version(date(2015, 1, 1), None, "", benefits),))
