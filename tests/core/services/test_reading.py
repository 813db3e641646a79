"""Reading a definition: what is taken for granted, and that nothing an author writes stops the reader (读取)."""

from __future__ import annotations

import copy
from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.positioned import Document, read_yaml
from juxian.core.services import read_service
from juxian.core.services.definition import Party, Relation, Role
from juxian.core.source import Problem, Source, errors_in
from juxian.core.workdays import Period, Unit
from tests.core.services.place import EXAMPLES, example, read, schema

TEXT = (EXAMPLES / "settlement-claim.yaml").read_text(encoding="utf-8")
DOCUMENT = read_yaml(Source("service.yaml", TEXT))
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**12,
        "",
        " ",
        "甲",
        "x" * 300,
        "a: b",
        [],
        {},
        [[]],
        [None],
        {"": ""},
        {"zh": 1},
        {"to": []},
    ]
)


def paths_of(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = [path] if path else []
    for key, value in entries:
        found += paths_of(value, (*path, key))
    return found


PATHS = paths_of(DOCUMENT.data)


def changed(path: tuple[str | int, ...], value: Any, *, remove: bool = False) -> Document:
    data = copy.deepcopy(DOCUMENT.data)
    place = data
    for part in path[:-1]:
        place = place[part]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return Document(DOCUMENT.source, data, DOCUMENT.values, DOCUMENT.keys)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PATHS), ODD, st.booleans())
def test_any_odd_value_is_told_or_taken_and_never_stops_the_reader(path, value, remove):
    service, problems = read_service(changed(path, value, remove=remove), schema())

    assert (service is None) == bool(errors_in(problems))
    assert all(
        problem.span and problem.message.zh and problem.message.in_language("en") for problem in problems
    )


@given(
    st.recursive(
        ODD,
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["steps", "form", "apply", "who"]), inner, max_size=2)
        ),
    )
)
def test_a_document_of_anything_is_refused(data):
    service, problems = read_service(Document(Source("x.yaml", ""), data), schema())

    assert service is None
    assert problems


def test_periods_parties_and_hours_as_they_are_written():
    service = example("settlement-claim")

    assert service.cut_off == time(17, 30)
    assert service.supplement.period == Period(15, Unit.CALENDAR, rolls=True)
    assert service.posts["notice"].limit.period == Period(5, counts_first_day=True)
    assert service.posts["notice"].limit.late == "quiet"
    assert service.posts["endorse"].limit.late == "remind"
    assert service.posts["apply"].who == (
        Party(Role.PERSON, Relation.APPLICANT),
        Party(Role.EMPLOYER, Relation.EMPLOYER),
    )
    assert [party.place for party in service.posts["checks/money"].who] == ["unit:finance"]


def test_the_same_text_has_the_same_digest_and_another_one_another():
    same, _ = read(TEXT)
    other, _ = read(TEXT + "\n# 注\n")

    assert same.digest == read(TEXT)[0].digest
    assert same.digest != other.digest


def test_a_condition_sees_the_answers_before_the_profile():
    text = TEXT.replace("when: 申领金额 >= 3万元", "when: 到岗日期 >= 2025-01-01 and 学历 >= 硕士")

    service, problems = read(text)

    assert problems == []
    condition = service.steps["decide"].moves["grant"].routes[0].when
    assert condition.fields == ("moved_in", "degree")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("when: 申领金额 >= 3万元", "when: 申领金款 >= 3万元", "P201", "申领金款"),
        ("shown_if: 已婚", "shown_if: 申领金额", "P2", "申领金额"),
        ("late: escalate", "late: granted", "S126", "granted"),
        ("evidence: education", "evidence: degree", "S116", "degree"),
        ("letter: grant\n", "letter: grants\n", "S130", "grants"),
        ("{fact: benefit_received", "{fact: benefit", "S140", "benefit"),
        ("goes:\n      endorse: checks", "goes:\n      endorse: check", "S120", "check"),
        ("{phone}", "{tel}", "S131", "{tel}"),
    ],
)
def test_a_slip_is_told_where_it_stands(old, new, code, place):
    assert old in TEXT

    service, problems = read(TEXT.replace(old, new, 1))

    first = next(problem for problem in errors_in(problems) if problem.code.startswith(code))
    assert service is None
    assert quoted(first) == place


def quoted(problem: Problem) -> str:
    start = problem.span.column - 1
    return problem.quoted[start : start + problem.span.length]


def test_topic_basis_and_source_are_read():
    text = (EXAMPLES / "talent-card.yaml").read_text(encoding="utf-8")

    service, problems = read(f"{text}topic: recognition\nbasis: sourced\nsource: S3-54\n")

    assert problems == []
    assert service is not None
    assert (service.topic, service.basis, service.source) == ("recognition", "sourced", "S3-54")


def test_benefits_are_those_granted_and_those_claimed():
    service, problems = read(f"{TEXT}claims: [flat, settlement]\n")

    assert problems == []
    assert service is not None
    assert service.benefits == ("settlement", "flat")


@pytest.mark.parametrize("act", ["issue", "renew", "replace", "revoke"])
def test_a_card_is_an_effect(act):
    text = (EXAMPLES / "talent-card.yaml").read_text(encoding="utf-8")

    service, problems = read(
        text.replace("{fact: card, values: {card: 人才服务卡}, lasts: 5年}", f"{{card: {act}}}")
    )

    assert problems == []
    assert service is not None
    assert [(effect.kind, effect.target) for effect in service.effects()] == [("card", act)]


def test_another_act_upon_a_card_is_refused():
    text = (EXAMPLES / "talent-card.yaml").read_text(encoding="utf-8")

    _, problems = read(text.replace("{fact: card, values: {card: 人才服务卡}, lasts: 5年}", "{card: sell}"))

    assert [problem.code for problem in problems] == ["S104"]


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("{name: why, title: 理由, type: text, long: true}", []),
        ("{name: why, title: 理由, type: integer, long: true}", ["S117"]),
        ("{name: why, title: 理由, type: integer, long: false}", []),
    ],
)
def test_only_a_text_is_long(field: str, codes: list[str]) -> None:
    assert told_of(field) == codes


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("{name: mobile, title: 手机, type: text, suggest: contact.phone}", []),
        ("{name: mobile, title: 手机, type: text, suggest: contact.fax}", ["S113"]),
        ("{name: mobile, title: 手机, type: text, suggest: phone}", ["S113"]),
        ("{name: mobile, title: 手机, type: integer, suggest: contact.phone}", ["S114"]),
    ],
)
def test_a_field_begins_with_a_fact_of_its_type(field: str, codes: list[str]) -> None:
    assert told_of(field) == codes


def told_of(field: str) -> list[str]:
    """What is said of how a field is filled in."""
    _service, problems = read(f"service: asked\ntitle: 申请\nform:\n- section: 说明\n  fields: [{field}]\n")
    return [one.code for one in errors_in(problems) if one.code in ("S113", "S114", "S117")]


@pytest.mark.parametrize(("word", "codes"), [("租住人才公寓", []), ("配偶.租住人才公寓", ["S113"])])
def test_the_record_of_the_spouse_fills_in_no_form(word: str, codes: list[str]) -> None:
    gallery = load_pack(find_packs_dir() / "gallery").schema
    fields = "fields: [{name: flat, title: 公寓, type: boolean, prefill: " + word + "}]"
    found = f"service: asked\ntitle: 申请\nform:\n- section: 住房\n  {fields}\n"

    _service, problems = read_service(read_yaml(Source("service.yaml", found)), gallery)

    assert [one.code for one in errors_in(problems) if one.code == "S113"] == codes
