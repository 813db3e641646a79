"""The compiled kernel: the same lines and sums as the reference, from source that no author can write into."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.dates import whole_months
from juxian.core.facts.schema import Kind
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.core.policy import nodes as n
from juxian.core.policy import read_policy
from juxian.core.policy.engines import building
from juxian.core.policy.engines.asked import gates_of, lines_of
from juxian.core.policy.engines.building import NoKernel, kernel_of
from juxian.core.policy.engines.fused import SMALLEST_SHARE, Prepared
from juxian.core.policy.engines.inputs import Inputs
from juxian.core.policy.engines.kernel import columns_source
from juxian.core.policy.language import Amount
from juxian.core.policy.rulebook import rulebook
from juxian.core.policy.sweeping import prepared, reach, sweep
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.agreeing import assert_equal_sweeps, people
from tests.core.policy.people import people_of, population_of
from tests.core.policy.words import (
    DAY,
    SCHEMA,
    amounts,
    conditions,
    frame_of,
    policies,
    policy_asking,
)


@settings(max_examples=12, deadline=None)
@given(st.lists(conditions, min_size=4, max_size=8), st.lists(amounts, min_size=4, max_size=8), people)
def test_every_clause_and_term_agrees(whos, gives, rows):
    made = policy_asking(whos, gives)

    assert_equal_sweeps([made], frame_of(rows), "fused")


@settings(max_examples=12, deadline=None)
@given(policies(), people)
def test_a_sweep_agrees_with_deciding_each_person(policies, rows):
    assert_equal_sweeps(policies, frame_of(rows), "fused")


@settings(max_examples=6, deadline=None)
@given(policies(), people)
def test_sums_agree(policies, rows):
    frame = frame_of(rows)

    assert reach(policies, frame, DAY, SCHEMA, engine="fused").equals(reach(policies, frame, DAY, SCHEMA))


@pytest.mark.parametrize("path", packs_in(find_packs_dir()), ids=lambda path: path.name)
def test_it_agrees_on_every_shipped_pack(path: Path):
    pack = load_pack(path)
    policies, day = list(pack.policies.values()), date(2024, 2, 29)
    book = rulebook(policies, day)
    frame = population_of(people_of(book, pack.schema, 40), book, pack.schema)

    assert_equal_sweeps(policies, frame, "fused", day, pack.schema)


def test_the_optimised_kernel_agrees_over_shares_and_blocks():
    pack = load_pack(find_packs_dir() / "tinghu")
    policies, day = list(pack.policies.values()), date(2024, 2, 29)
    book = rulebook(policies, day)
    few = population_of(people_of(book, pack.schema, 40), book, pack.schema)
    times = SMALLEST_SHARE * 2 // few.height + 3
    many = pl.concat([few] * times)

    swept = sweep(policies, many, day, pack.schema, engine="fused")

    expected = sweep(policies, few, day, pack.schema, engine="rowwise")
    for key, own in expected.group_by("policy", "benefit"):
        found = swept.filter(policy=key[0], benefit=key[1])
        assert found["verdict"].to_list() == own["verdict"].to_list() * times
        assert found["amount_fen"].to_list() == own["amount_fen"].to_list() * times
        assert found["failed"].to_list() == own["failed"].to_list() * times
    assert reach(policies, many, day, pack.schema, engine="fused").equals(
        reach(policies, many, day, pack.schema)
    )


def test_sums_leave_32_bits_unharmed():
    policy = policy_asking([], [Amount("", n.FieldValue("annual_pay", Kind.MONEY))])
    frame = pl.DataFrame({"annual_pay": pl.Series([10**15, 3, 10**15 - 1] * 1000, dtype=pl.Int64)})

    assert reach([policy], frame, DAY, SCHEMA, engine="fused")["amount_fen"].to_list() == [
        1000 * (2 * 10**15 + 2)
    ]


def test_nobody_gets_nothing():
    policy = policy_asking([], [Amount("", n.FieldValue("annual_pay", Kind.MONEY))])
    frame = pl.DataFrame({"annual_pay": pl.Series([], dtype=pl.Int64)})

    assert sweep([policy], frame, DAY, SCHEMA, engine="fused").height == 0


@pytest.mark.parametrize(
    "end", [DAY, date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 31), date(2024, 4, 30)]
)
def test_months_are_those_of_the_calendar(end):
    days = pl.date_range(date(1895, 1, 1), date(2100, 12, 31), "1d", eager=True)
    few = pl.concat([days, pl.Series([date(1, 1, 1), date(9999, 12, 31), date(400, 2, 29)], dtype=pl.Date)])
    months = policy_asking(
        [], [Amount("", n.Times(n.Elapsed("hired_on", "months"), n.Number(1, Kind.MONEY)))]
    )

    swept = sweep([months], pl.DataFrame({"hired_on": few}), end, SCHEMA, engine="fused")

    assert swept["amount_fen"].to_list() == [max(0, whole_months(day, end)) for day in few]


# what is made, and where


HOSTILE = """policy: p
title: 'x */ system("id"); /*'
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - id: a
    title: '甲 #include <x>'
    who: 用人单位 in ("*/ system(1); /*", "c1") and 学历 in (硕士, 博士) and not received("*/ x")
    amount: min(年薪 * 40%, 5万元)
    stacking: {group: "*/", rule: once_in_life}
"""
WORDS = {
    "include", "stdint", "h", "static", "inline", "const", "void", "restrict", "return", "for", "months", "day", "end_month",
    "end_day", "start_month", "month_day", "z", "era", "doe", "yoe", "doy", "mp", "kernel", "from", "to", "in", "out", "i", "j",
    "int8_t", "int16_t", "int32_t", "int64_t",
}  # fmt: skip


def source_of(policies, frame):
    book = rulebook(policies, DAY)
    inputs = Inputs(prepared(book, frame, SCHEMA))
    board = inputs.board(book)
    roots = gates_of(lines_of(book, board))
    return columns_source(roots, Prepared(board, inputs).inlet)


def test_no_text_of_an_author_enters_the_source():
    policy, problems = read_policy(read_yaml(Source("p.yaml", HOSTILE)), SCHEMA)
    assert policy is not None, problems

    text = source_of([policy], frame_of([{}]))

    assert words_outside(text) == set()
    assert re.sub(r"[a-z_A-Z0-9 \n(){}\[\],;?:#=<>!+*/&|^~-]", "", text.replace("stdint.h", "")) == ""


@settings(max_examples=20, deadline=None)
@given(policies(), people)
def test_source_is_of_a_closed_grammar(policies, rows):
    assert words_outside(source_of(policies, frame_of(rows))) == set()


def words_outside(text: str) -> set[str]:
    return {
        word for word in re.findall(r"[^\W\d]\w*", text) if not re.fullmatch(r"(t|c|o|s|r|part)\d+", word)
    } - WORDS


@pytest.fixture
def an_empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    building.directory.cache_clear()
    building._kernel_of.cache_clear()
    yield tmp_path / "juxian" / "kernels"
    building.directory.cache_clear()
    building._kernel_of.cache_clear()


SOURCE = "void kernel(long from, long to, const void *const *in, void *const *out) {}\n"


def test_a_kernel_is_kept_by_its_content(an_empty_cache):
    kernel_of(SOURCE, optimised=False)
    first = {path.name: path.stat().st_mtime_ns for path in an_empty_cache.iterdir()}
    building._kernel_of.cache_clear()
    kernel_of(SOURCE, optimised=False)

    assert {path.name: path.stat().st_mtime_ns for path in an_empty_cache.iterdir()} == first
    assert [path.suffix for path in an_empty_cache.iterdir()] == [".so"]

    kernel_of(SOURCE + "\n", optimised=False)

    assert len(list(an_empty_cache.iterdir())) == 2


def test_a_directory_that_others_may_write_is_not_used(an_empty_cache):
    an_empty_cache.mkdir(parents=True)
    an_empty_cache.chmod(0o777)

    kernel_of(SOURCE, optimised=False)

    assert list(an_empty_cache.iterdir()) == []


def test_without_a_compiler_it_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(NoKernel) as told:
        kernel_of(SOURCE, optimised=False)

    assert told.value.words.zh == "这台机器没有 C 编译器（cc、gcc、clang）"


def test_what_a_compiler_refuses_is_said(an_empty_cache):
    with pytest.raises(NoKernel, match="could not compile"):
        kernel_of("nonsense", optimised=False)

    assert list(an_empty_cache.iterdir()) == []
