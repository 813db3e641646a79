"""Population files: what is accepted, what is told, what comes out."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from juxian.core.policy.population import read_csv
from juxian.core.policy.sweeping import population_problems, reach, sweep
from juxian.core.source import Rejected
from tests.core.policy.test_outcomes import TIERS, WAN, policy
from tests.core.policy.words import DAY, SCHEMA

ALL = policy(
    TIERS
    + """
  - {id: rent, title: 租房补贴, who: "院校 has 985 and 入职日期 >= 2020-01-01 and 合同期限 >= 12个月 and not received(settle)", amount: 1万元}
"""
)
FULL = {
    "person": [11, 12, 13],
    "full_time": [True, True, None],
    "degree": ["doctor", "bachelor", "doctor"],
    "title_level": ["none", "senior", "none"],
    "school_tags": [["985"], [], None],
    "hired_on": [date(2021, 1, 1), date(2019, 12, 31), None],
    "contract_months": [12, 11, None],
    "received": ["{}", '{"settle": 5}', None],
}


def codes(frame: pl.DataFrame) -> list[str]:
    return [problem.code for problem in population_problems([ALL], frame, DAY, SCHEMA)]


def test_one_line_for_each_person_and_benefit():
    found = sweep([ALL], pl.DataFrame(FULL), DAY, SCHEMA)

    assert found.columns == ["person", "policy", "benefit", "verdict", "amount_fen", "failed"]
    assert found.drop("failed").rows() == [
        (11, "p", "settle", "yes", 10 * WAN), (12, "p", "settle", "yes", 10 * WAN), (13, "p", "settle", "unknown", None),
        (11, "p", "rent", "yes", 1 * WAN), (12, "p", "rent", "no", 0), (13, "p", "rent", "unknown", None),
    ]  # fmt: skip
    assert found.schema["amount_fen"] == pl.Int64


@pytest.mark.parametrize("engine", ["polars", "rowwise"])
def test_dates_levels_and_amounts_come_in_several_forms(engine):
    plain = sweep([ALL], pl.DataFrame(FULL), DAY, SCHEMA, engine)
    texts = pl.DataFrame(FULL).with_columns(pl.col("hired_on").cast(pl.String))
    levels = pl.DataFrame(FULL).with_columns(pl.col("degree").cast(pl.Enum(["doctor", "bachelor"])))
    amounts = pl.DataFrame(FULL).with_columns(
        pl.Series("received", [{"settle": None}, {"settle": 5}, None], dtype=pl.Struct({"settle": pl.Int64}))
    )

    for frame in (texts, levels, amounts):
        assert sweep([ALL], frame, DAY, SCHEMA, engine).rows() == plain.rows()


def test_a_missing_column_is_unknown_and_told():
    frame = pl.DataFrame(FULL).drop("full_time", "received")

    assert codes(frame) == ["S101", "S101"]
    assert set(sweep([ALL], frame, DAY, SCHEMA)["verdict"].filter(pl.Series([True] * 3 + [False] * 3))) == {
        "unknown"
    }


def test_persons_are_numbered_where_no_column_names_them():
    assert sweep([ALL], pl.DataFrame(FULL).drop("person"), DAY, SCHEMA)["person"].to_list() == [
        1,
        2,
        3,
        1,
        2,
        3,
    ]


def test_columns_that_no_rule_reads_are_left_alone():
    frame = pl.DataFrame(FULL).with_columns(children=pl.lit("many"), remark=pl.lit(1.5))

    assert codes(frame) == ["S108"]  # a reminder of the one that no rule could read
    assert sweep([ALL], frame, DAY, SCHEMA).rows() == sweep([ALL], pl.DataFrame(FULL), DAY, SCHEMA).rows()


@pytest.mark.parametrize(
    ("column", "code", "words"),
    [
        (pl.Series("degree", ["doctor", "wizard", "sage"]), "S103", "第 2 行“wizard”"),
        (pl.Series("degree", [1, 2, 3]), "S102", "degree"),
        (pl.Series("school_tags", [["985"], [], ["x"]]), "S103", "第 3 行“x”"),
        (pl.Series("school_tags", ["985", "", ""]), "S102", "school_tags"),
        (pl.Series("hired_on", ["2021-01-01", "2021-02-30", None]), "S104", "第 2 行“2021-02-30”"),
        (pl.Series("hired_on", [1, 2, 3]), "S102", "hired_on"),
        (pl.Series("contract_months", [1.5, 2.0, 3.0]), "S102", "contract_months"),
        (pl.Series("contract_months", [1, 2, 10**6]), "S105", "第 3 行“1000000”"),
        (pl.Series("contract_months", [1, 2, 2**64 - 1], dtype=pl.UInt64), "S105", "第 3 行"),
        (pl.Series("full_time", ["yes", "no", ""]), "S102", "full_time"),
        (pl.Series("received", ["{}", "{", None]), "S106", "received"),
        (pl.Series("received", [1, 2, 3]), "S102", "received"),
    ],
)
def test_what_is_wrong_with_a_column_is_told_with_its_first_row(column, code, words):
    frame = pl.DataFrame(FULL).with_columns(column)

    problems = population_problems([ALL], frame, DAY, SCHEMA)

    assert [p.code for p in problems] == [code]
    assert words in problems[0].message.zh
    assert column.name in problems[0].message.en
    with pytest.raises(Rejected):
        sweep([ALL], frame, DAY, SCHEMA)


def test_sums_reach_beyond_32_bits():
    huge = policy("  - {id: a, title: 甲, amount: 5亿元}\n  - {id: b, title: 乙, amount: 年薪 * 40%}")
    frame = pl.DataFrame({"annual_pay": [90 * 10**12, 10**14, 7]})

    assert reach([huge], frame, DAY, SCHEMA).rows() == [
        ("p", "a", 3, 0, 15 * 10**10, 15 * 10**10),
        ("p", "b", 3, 0, 76 * 10**12 + 2, 76 * 10**12 + 2),
    ]


def test_nobody_and_nothing_are_no_trouble():
    empty = pl.DataFrame(FULL).clear()

    assert sweep([ALL], empty, DAY, SCHEMA).height == 0
    columns = ["person", "policy", "benefit", "verdict", "amount_fen", "failed"]
    assert sweep([], pl.DataFrame(FULL), DAY, SCHEMA).columns == columns
    assert reach([], pl.DataFrame(FULL), DAY, SCHEMA).height == 0


def test_another_engine_is_refused():
    with pytest.raises(ValueError, match="engine"):
        sweep([ALL], pl.DataFrame(FULL), DAY, SCHEMA, engine="abacus")


def test_a_csv_is_read_by_the_types_of_the_profile(tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_text(
        "person,full_time,degree,title_level,school_tags,hired_on,contract_months,received,remark\n"
        'JY1,true,doctor,none,985;211,2021-01-01,12,"{""rent"": 5}",x\nJY2,否,,,,,,,\n',
        encoding="utf-8",
    )

    frame = read_csv(path, SCHEMA)

    assert sweep([ALL], frame, DAY, SCHEMA).drop("failed").rows() == [
        ("JY1", "p", "settle", "yes", 10 * WAN), ("JY2", "p", "settle", "no", 0),
        ("JY1", "p", "rent", "yes", 1 * WAN), ("JY2", "p", "rent", "unknown", None),
    ]  # fmt: skip


def test_a_cell_that_does_not_suit_its_column_is_told(tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_text("full_time,contract_months\ntrue,12\nperhaps,many\n", encoding="utf-8")

    with pytest.raises(Rejected) as refused:
        read_csv(path, SCHEMA)

    assert [p.code for p in refused.value.problems] == ["S107", "S107"]


def test_a_column_that_no_rule_can_read_is_told_with_a_way_out():
    frame = pl.DataFrame(FULL).with_columns(
        pl.lit(1).alias("age"), pl.lit("x").alias("degre"), pl.lit("x").alias("学历")
    )

    problems = [p for p in population_problems([ALL], frame, DAY, SCHEMA) if p.code == "S108"]

    assert [problem.severity for problem in problems] == ["warning"] * 3
    assert [problem.hint.en if problem.hint else "" for problem in problems] == [
        "",
        "did you mean degree, spouse.degree",
        "write degree",
    ]
    assert "birth_date" in problems[0].message.en


def test_everything_wrong_is_told_at_once_with_column_and_first_row():
    frame = pl.DataFrame(
        {
            "person": [1, 2, 3],
            "full_time": [None, "yes", "no"],
            "degree": ["doctor", "dr", "dr"],
            "hired_on": ["2020-01-01", None, "soon"],
            "contract_months": [1.5, 2.0, 3.0],
            "received": ["{}", "none", None],
            "extra": [1, 2, 3],
        }
    )

    told = {
        problem.code + " " + problem.message.en for problem in population_problems([ALL], frame, DAY, SCHEMA)
    }

    for words in (
        "S101 there is no column title_level",
        "S102 column full_time is of type String; it should hold boolean: row 2 is “yes”",
        "S103 column degree, row 2: “dr”",
        "S104 column hired_on, row 3: “soon”",
        "S102 column contract_months is of type Float64; it should hold months: row 1 is “1.5”",
        "S106 column received, row 2: “none” is not JSON",
        "S108 column extra",
    ):
        assert any(line.startswith(words) for line in told), (words, told)
