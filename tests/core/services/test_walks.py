"""The example services, walked by their cases files (办件用例)."""

from __future__ import annotations

import pytest

from juxian.core.positioned import read_yaml
from juxian.core.services.walking import read_walks, run_walks
from juxian.core.source import Source
from tests.core.services.place import CALENDAR, EXAMPLES, example


@pytest.mark.parametrize("name", ["settlement-claim", "talent-card"])
def test_every_case_of_an_example_comes_out_as_written(name):
    document = read_yaml(Source.read(EXAMPLES / f"{name}.cases.yaml", f"{name}.cases.yaml"))

    walks, problems = read_walks(document, example(name))
    told = [
        problem.render("zh")
        for result in run_walks(example(name), walks, CALENDAR)
        for problem in result.problems
    ]

    assert problems == []
    assert told == []
    assert len(walks) == len(document.data["cases"])


def walk(text: str) -> list[str]:
    """The problems of one walk of the card, by code and place."""
    head = "service: talent-card\ncases:\n- name: 一例\n  profile: {人才层次: B类, 姓名: 张伟}\n  opened: 2026-03-02\n  walk:\n"
    document = read_yaml(Source("card.cases.yaml", head + text))
    walks, problems = read_walks(document, example("talent-card"))
    found = [
        problem
        for result in run_walks(example("talent-card"), walks, CALENDAR)
        for problem in result.problems
    ]
    return [f"{problem.code}@{problem.span.line}: {problem.message.zh}" for problem in (*problems, *found)]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{do: submit, at: 2026-03-02, answers: {by_post: 否}, materials: [photo], state: make}", "S170@7: 用例“一例”：应到“制卡发放”，实在“核对层次”"),
        ("{do: submit, at: 2026-03-02, answers: {by_post: 否}, materials: [photo], due: {check: 2026-03-04}}", "S170@7: 用例“一例”：“check”的到期日应为 2026-03-04，实为 2026-03-05"),
        ("{do: submit, at: 2026-03-02, answers: {by_post: 否}}", "S170@7: 用例“一例”：未能办理：有内容需要补充或更正（incomplete）：photo 必须提交"),
        ("{do: submit, at: 2026-03-02, answers: {by_post: 否}, materials: [photo], refused: ended}", "S170@7: 用例“一例”：应不予办理（ended），实际已办理"),
        ("{do: submit, at: 2026-03-02, answers: {by_post: 否}, materials: [photo], letters: [receipt]}", "S170@7: 用例“一例”：letters 实为 —"),
        ("{do: submit, at: 2026-13-02}", "S163@7: “2026-13-02”不是时间"),
        ("{do: submit, at: 2026-03-02, state: checking}", "S161@7: 没有名为“checking”的环节或结果"),
    ],
)  # fmt: skip
def test_a_difference_is_told_at_its_place(step, told):
    assert walk(f"  - {step}\n") == [told]
