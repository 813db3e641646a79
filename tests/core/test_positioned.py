import pytest

from juxian.core.positioned import read_yaml
from juxian.core.source import Rejected, Source, Span


def read(text: str):
    return read_yaml(Source("t.yaml", text))


def test_values_are_plain_and_dates_stay_text() -> None:
    document = read("a: 2021-07-01\nb: [1, -2, '3', 01, yes, 否, null, 5万元]\n")

    assert document.data == {"a": "2021-07-01", "b": [1, -2, "3", "01", True, False, None, "5万元"]}


def test_every_part_knows_its_place() -> None:
    document = read("版本:\n- since: x\n  who: 学历 >= 博士\n")

    assert document.span(("版本", 0, "who")) == Span(3, 8, 8)
    assert document.key_span(("版本", 0, "who")) == Span(3, 3, 3)
    assert document.span(("版本", 0, "missing")) == document.span(("版本", 0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who: 学历 >= 博士", Span(1, 12, 2)),
        ("who: '学历 >= 博士'", Span(1, 13, 2)),
        ("who: |\n  且\n  学历 >= 博士", Span(3, 9, 2)),
        ("who: >-\n  全职 and\n  年龄 <= 45 and\n  学历 >= 博士", Span(4, 9, 2)),
    ],
)
def test_a_part_of_a_text_value_points_into_the_file(text: str, expected: Span) -> None:
    document = read(text)

    assert document.span_within(("who",), document.data["who"].index("博士"), 2) == expected


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: [1", "Y101", 2),
        ("a: 1\na: 2", "Y105", 2),
        ("a: &x 1\nb: *x", "Y103", 1),
        ("a:\n\t- b", "Y101", 2),
        ("? [1, 2]\n: 3", "Y107", 1),
        ("a: " + "[" * 100_000, "Y106", 1),
        ("- " * 100_000 + "a", "Y106", 1),
        ("a: 1\nb: [!!str 2]", "Y104", 2),
        ("a: !x &y 1", "Y104", 1),
        ("a: &y !x 1", "Y103", 1),
        ("a: 1\n*x : 2", "Y103", 2),
        ("a: 1\n---\nb: 2", "Y101", 2),
    ],
)
def test_what_is_not_acceptable_is_told_with_its_place(text: str, code: str, line: int) -> None:
    with pytest.raises(Rejected) as caught:
        read(text)

    assert caught.value.problems[0].code == code
    assert caught.value.problems[0].span is not None
    assert caught.value.problems[0].span.line == line


@pytest.mark.parametrize(("text", "column"), [("a: [1, !x 2]", 8), ("a: [1, &x 2]", 8), ("a: [1, *x]", 8)])
def test_a_name_is_told_at_its_sign(text: str, column: int) -> None:
    with pytest.raises(Rejected) as caught:
        read(text)

    assert caught.value.problems[0].span == Span(1, column)


def test_as_deep_as_allowed_is_read() -> None:
    assert read("a: " + "[" * 39 + "]" * 39).data is not None
    with pytest.raises(Rejected):
        read("a: " + "[" * 40 + "]" * 40)


def test_a_billion_laughs_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x,x,x]\n" + "".join(
        f"{n}: &{n} [*{p},*{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )

    with pytest.raises(Rejected) as caught:
        read(bomb)

    assert caught.value.problems[0].code == "Y103"
