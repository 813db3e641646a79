"""The database selects exactly the rows for which the reference evaluation says yes."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.apps.persons.conditions import NotFilterable, as_filter
from juxian.apps.persons.models import Profile
from juxian.apps.persons.queries import schema_for
from juxian.core.packs import load_all
from juxian.core.policy import evaluate_condition, names_of_schema, parse_condition
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db
DAY = date(2025, 2, 28)
SCHEMA = load_all()["base"].schema
NAMES = names_of_schema(SCHEMA)

CONDITIONS = (
    "学历 >= 硕士",
    "not 学历 >= 硕士",
    "学历 in (本科, 硕士) or 全职",
    "not (学历 == 博士 and 年龄 <= 45)",
    "年龄 in 25..35",
    "年龄 == 25",
    "年龄 != 25",
    "院校 has 双一流",
    "not 院校 has 双一流",
    "合同期限 >= 5年",
    "合同期限 != 12个月",
    "引进日期 >= 2020-01-01 and not 本地自有住房",
    "received(settlement)",
    "not received(settlement)",
    "known(职称)",
    "not known(职称) or 职称 < 副高",
    "服务年限 < 3",
)

profiles = st.fixed_dictionaries(
    {},
    optional={
        "degree": st.sampled_from(["college", "bachelor", "master", "doctor"]),
        "title_level": st.sampled_from(["none", "intermediate", "associate_senior", "senior"]),
        "birth_date": st.dates(date(1985, 1, 1), date(2003, 12, 31)).map(str),
        "hired_on": st.dates(date(2020, 1, 1), DAY).map(str),
        "introduced_on": st.dates(date(2019, 6, 1), date(2020, 6, 1)).map(str),
        "full_time": st.booleans(),
        "home_owned": st.booleans(),
        "contract_months": st.sampled_from([12, 36, 59, 60, 61]),
        "school_tags": st.lists(st.sampled_from(["double_first_class", "985"]), unique=True),
        "received": st.sampled_from([{}, {"settlement": 100}, {"rent": 5}]),
    },
)


def saved(values: dict[str, Any]) -> Profile:
    person = PersonFactory()
    columns = {name: values.get(name) for name in Profile.COLUMNS}
    return Profile.objects.create(person=person, home=person.home, derived_for=DAY, values=values, **columns)


@pytest.mark.parametrize("text", CONDITIONS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(profiles, min_size=1, max_size=4))
def test_the_filter_agrees_with_the_reference(text: str, rows: list[dict[str, Any]]) -> None:
    Profile.objects.all().delete()
    expression = parse_condition(text, NAMES)
    people = [saved(values) for values in rows]

    found = set(Profile.objects.filter(as_filter(expression, SCHEMA, DAY)).values_list("pk", flat=True))

    expected = {
        profile.pk
        for profile, values in zip(people, rows, strict=True)
        if evaluate_condition(expression, values, DAY, SCHEMA) is True
    }
    assert found == expected


def test_the_end_of_february_is_not_lost() -> None:
    leap = saved({"birth_date": "2000-02-29"})
    saved({"birth_date": str(date(2000, 2, 29) + timedelta(days=1))})

    found = Profile.objects.filter(as_filter(parse_condition("年龄 >= 25", NAMES), SCHEMA, DAY))

    assert list(found) == [leap]


def test_arithmetic_is_refused_with_a_reason() -> None:
    expression = parse_condition("年薪 * 40% > 5万元", NAMES)

    with pytest.raises(NotFilterable) as caught:
        as_filter(expression, SCHEMA, DAY)

    assert "固定值" in caught.value.text.zh


def test_the_schema_of_a_place_contains_that_of_the_country() -> None:
    assert set(SCHEMA.profile) <= set(schema_for(OrganisationFactory()).profile)
