"""What a record should hold, what it lacks, and when it grows stale."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from juxian.core.facts.completeness import Gap, completeness
from juxian.core.facts.profile import SINCE_UNKNOWN, FactRecord
from juxian.core.facts.schema import Wanted
from tests.core.facts.vocabulary import SCHEMA

DAY = date(2026, 1, 15)
WANTED = (
    Wanted("study", "degree"),
    Wanted("job", "employer", months=12, unless=("paid",)),
    Wanted("job", "post", months=12, unless=("paid",)),
)
ASKING = replace(SCHEMA, wanted=WANTED)


def job(said: date | None = None, since: date = date(2020, 1, 1), until: date | None = None) -> FactRecord:
    return FactRecord("job", {"employer": "one", "post": "医师"}, since, until, said=said)


def test_an_empty_record_lacks_everything_in_the_order_of_the_pack():
    held = completeness([], ASKING, DAY)

    assert held.gaps == (Gap("study", "degree"), Gap("job", "employer"), Gap("job", "post"))
    assert (held.asked, held.known, held.per_mille, held.stale_on) == (3, 0, 0, None)


def test_a_statement_grows_stale_with_its_source_and_a_confirmation_makes_it_fresh():
    facts = [job(said=date(2025, 1, 15))]

    old = completeness(facts, ASKING, DAY)
    fresh = completeness(facts, ASKING, DAY, confirmed_on=date(2025, 6, 1))

    assert old.gaps[1:] == (
        Gap("job", "employer", date(2025, 1, 15)),
        Gap("job", "post", date(2025, 1, 15)),
    )
    assert old.stale_on == DAY
    assert (fresh.gaps, fresh.stale_on) == ((Gap("study", "degree"),), date(2026, 6, 1))


def test_one_day_before_its_end_a_statement_still_holds_good():
    assert completeness([job(said=date(2025, 1, 16))], ASKING, DAY).gaps == (Gap("study", "degree"),)


def test_a_sensitive_value_is_not_confirmed_by_those_who_may_not_have_seen_it():
    kind = ASKING.kinds["job"]
    fields = {name: replace(field, sensitive=True) for name, field in kind.fields.items()}
    secret = replace(ASKING, kinds={**ASKING.kinds, "job": replace(kind, fields=fields)})

    held = completeness([job(said=date(2024, 1, 1))], secret, DAY, confirmed_on=date(2026, 1, 1))

    assert [gap.field for gap in held.gaps] == ["degree", "employer", "post"]


def test_what_has_ended_is_missing_unless_something_excuses_it():
    ended = job(until=date(2025, 12, 1))
    excuse = FactRecord("paid", {"benefit": "x"}, date(2025, 12, 1))

    assert completeness([ended], ASKING, DAY).known == 0
    assert completeness([ended, excuse], ASKING, DAY).asked == 1


def test_a_statement_of_which_nobody_knows_the_day_is_to_be_asked_again():
    held = completeness([job(since=SINCE_UNKNOWN)], ASKING, DAY)

    assert [gap.said for gap in held.gaps[1:]] == [SINCE_UNKNOWN, SINCE_UNKNOWN]


@given(st.lists(st.builds(job, said=st.dates(date(2020, 1, 1), date(2027, 1, 1))), max_size=4))
def test_gaps_and_known_add_up(facts):
    held = completeness(facts, ASKING, DAY)

    missing = [gap for gap in held.gaps if gap.said is None]
    assert held.known + len(missing) == held.asked
    assert any(gap.said for gap in held.gaps) == (held.stale_on is not None and held.stale_on <= DAY)
