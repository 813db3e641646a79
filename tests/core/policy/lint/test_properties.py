"""Whatever the policies are: every witness shows its finding, and nobody is what is said never to be."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.facts.schema import Derivation, Derive, FactKind, Field, Schema
from juxian.core.policy.decisions import Decision, alone
from juxian.core.policy.language import Expression
from juxian.core.policy.lint import Merit, Merits, lint
from juxian.core.policy.lint.axes import Rules, axes_of
from juxian.core.policy.lint.grid import Grid, size_of
from juxian.core.policy.rowwise import Situation, evaluate
from juxian.core.policy.rulebook import rulebook
from juxian.core.policy.wording import statement
from juxian.core.text import Text
from tests.core.policy.lint.proof import decides, rows_of, shows
from tests.core.policy.words import DAY, STORED, clauses, full_rows, money_terms, policies
from tests.core.policy.words import SCHEMA as BARE

_FACT = FactKind("all", Text("全部"), {item.name: Field(item.name, item.title, item.type) for item in STORED})
_RECORDED = {
    item.name: item
    if item.years_since
    else replace(item, derive=(Derivation(Derive.LATEST, "all", item.name),))
    for item in BARE.profile.values()
}
SCHEMA = Schema(BARE.scales, {"all": _FACT}, _RECORDED)
MERITS = Merits(
    (Merit("education", Text("唯学历"), frozenset({"degree", "school_tags"})),),
    frozenset({"contract_months"}),
)
LIMIT = 1024
deep = clauses.map(lambda clause: Expression("", clause))


@st.composite
def deeper(draw):
    """The policies of the other tests, with conditions of several parts."""
    made = []
    for policy in draw(policies()):
        versions = [
            replace(
                version,
                benefits=tuple(replace(benefit, who=draw(st.none() | deep)) for benefit in version.benefits),
            )
            for version in policy.versions
        ]
        made.append(replace(policy, versions=tuple(versions)))
    return made


@settings(max_examples=40, deadline=None)
@given(policies() | deeper())
def test_every_witness_shows_its_finding(made):
    report = lint(made, SCHEMA, DAY, MERITS, limit=LIMIT)

    shown = [finding for finding in report.findings if finding.witness]
    assert [
        (f.render("en"), [(e.row, e.results) for e in f.witness])
        for f in shown
        if not shows(f, SCHEMA, MERITS)
    ] == []


@settings(max_examples=40, deadline=None)
@given(policies() | deeper(), st.lists(full_rows, min_size=1, max_size=12))
def test_nobody_is_what_is_said_never_to_be(made, people):
    report = lint(made, SCHEMA, DAY, MERITS, limit=LIMIT)

    for finding in report.of("warning"):
        for decision in _decisions(finding, people):
            assert not _refutes(finding, decision), finding.render("en")


def _decisions(finding, people):
    book = rulebook((finding.policy,), DAY)
    items = [item for item in book.items if item.benefit.id == finding.benefit]
    if len(items) != 1:
        return []
    at = book.situation(SCHEMA)
    return [alone(items[0], row, at) for row in people]


def _refutes(finding, decision: Decision) -> bool:
    if finding.code == "L101":
        return any(decides(decision, row) for row in rows_of(finding))
    if finding.code == "L105" and "从不发钱" in finding.message.zh:
        return decision.offered.holds is True and decision.offered.low > 0
    if finding.code == "L104" and decision.item.benefit.who is not None:
        told = statement(decision.item.benefit.who.clause, SCHEMA)
        return (
            f"的条件“{told.zh}”永远" in finding.message.zh
            and decision.who is True
            and decision.in_force is True
        )
    return False


AT = Situation(DAY, SCHEMA)


@settings(max_examples=150, deadline=None)
@given(clauses, full_rows)
def test_a_condition_that_no_cell_meets_is_met_by_nobody(clause, row):
    grid = Grid(axes_of(Rules((clause,)), AT), AT, LIMIT)

    truth = grid.truth(clause)

    if grid.exact:
        assert truth.yes or evaluate(clause, row, AT) is not True
        assert truth.no or evaluate(clause, row, AT) is not False


@settings(max_examples=80, deadline=None)
@given(clauses, st.data())
def test_a_cell_answers_as_the_reference_does(clause, data):
    grid = Grid(axes_of(Rules((clause,)), AT), AT, LIMIT)
    truth = grid.truth(clause)
    cell = data.draw(st.integers(0, grid.size - 1))

    answer = evaluate(clause, grid.row(cell), AT)

    assert (bool(truth.yes >> cell & 1), bool(truth.no >> cell & 1)) == (answer is True, answer is False)


@settings(max_examples=80, deadline=None)
@given(money_terms, st.data())
def test_the_values_of_a_term_are_laid_out_rightly(term, data):
    grid = Grid(axes_of(Rules((), (term,)), AT), AT, LIMIT)
    cell = data.draw(st.integers(0, grid.size - 1))

    (value,) = [value for value, mask in grid.values(term).items() if mask >> cell & 1]

    assert value == evaluate(term, grid.row(cell), AT)


@settings(max_examples=50, deadline=None)
@given(clauses, st.integers(1, 40))
def test_a_grid_keeps_to_its_limit(clause, limit):
    axes = axes_of(Rules((clause,)), AT)

    grid = Grid(axes, AT, limit)

    assert grid.size <= limit
    assert grid.thinned == (size_of(axes) > limit)
