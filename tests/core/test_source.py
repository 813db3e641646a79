from juxian.core.source import Problem, Source, Span, errors_in, problem_at
from juxian.core.text import Text


def test_position_counts_lines_and_columns_from_one() -> None:
    source = Source("x", "学历 >= 博士\n年龄 <= 45")

    assert [source.position(offset) for offset in (0, 6, 9, 15)] == [(1, 1), (1, 7), (2, 1), (2, 7)]


def test_a_problem_shows_place_sentence_line_mark_and_hint() -> None:
    source = Source("housing.yaml", "a: 1\n    when: 学历 >= 3\n")
    message, hint = (
        Text("学历不能与数字 3 比较", "a level and a number"),
        Text("写 学士、硕士 或 博士", "write a level"),
    )

    problem = problem_at(source, Span(2, 11, 7), "P203", message, hint)

    assert problem.render("zh").split("\n") == [
        "housing.yaml:2:11: 学历不能与数字 3 比较 [P203]",
        "        when: 学历 >= 3",
        "              ^^^^^^^^^",
        "    提示: 写 学士、硕士 或 博士",
    ]
    assert problem.render("en").endswith("hint: write a level")
    assert problem.as_dict("en")["message"] == "a level and a number"


def test_warnings_do_not_stop_acceptance() -> None:
    warning = Problem("P900", Text("留意"), severity="warning")
    error = Problem("P101", Text("错误"))

    assert errors_in([warning, error]) == [error]
