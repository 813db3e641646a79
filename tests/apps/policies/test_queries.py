"""Totals of the newest complete run."""

import pytest

from juxian.apps.policies.models import SweepRun
from juxian.apps.policies.queries import (
    BenefitTotal,
    benefit_totals,
    entitled_persons,
    newest_run,
    persons_determined,
)
from juxian.apps.policies.rules import may_read_determinations, may_sweep
from tests.determinations import determined
from tests.factories import OrganisationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(finished=True, pack="jiayuguan") -> SweepRun:
    return SweepRun.objects.create(
        pack=pack,
        as_of="2022-06-01",
        engine="polars",
        finished_at="2022-06-01T00:00:00Z" if finished else None,
    )


def found(of: SweepRun, person, benefit="settlement", verdict="yes", amount=100, policy="allowance") -> None:
    determined(of, person, policy, benefit, verdict, amount)


def test_the_newest_complete_run_counts():
    wanted = run()
    run(finished=False)
    run(pack="loudi")

    assert newest_run("jiayuguan") == wanted
    assert newest_run("zigui") is None


def test_totals_tell_who_is_entitled_who_is_undecided_and_how_much():
    of, one, two = run(), PersonFactory(), PersonFactory()
    found(of, one)
    found(of, two, amount=250)
    found(of, two, benefit="rent", verdict="unknown", amount=0)

    assert benefit_totals(of) == {
        ("allowance", "settlement"): BenefitTotal(2, 0, 350),
        ("allowance", "rent"): BenefitTotal(0, 1, 0),
    }
    assert benefit_totals(None) == {}
    assert benefit_totals(of, "other") == {}


def test_a_person_with_two_benefits_is_one_person():
    of, person = run(), PersonFactory()
    found(of, person)
    found(of, person, benefit="rent")

    assert entitled_persons(of) == 1
    assert entitled_persons(of, "other") == 0
    assert entitled_persons(None) == 0


def test_persons_by_policy_benefit_and_verdict():
    of, one, two = run(), PersonFactory(), PersonFactory()
    found(of, one)
    found(of, two, benefit="rent", verdict="unknown")

    def ids(*wanted: str) -> list[int]:
        return [row["person_id"] for row in persons_determined(of, *wanted)]

    assert ids("allowance") == [one.pk]
    assert ids("allowance", "rent") == []
    assert ids("allowance", "rent", "unknown") == [two.pk]


def test_the_office_sweeps_its_own_place():
    city = OrganisationFactory()
    office = UserFactory(role="office", organisation=city)

    assert may_sweep(office, city)
    assert not may_sweep(office, OrganisationFactory())
    assert not may_sweep(UserFactory(role="leader", organisation=city), city)


@pytest.mark.parametrize(
    ("role", "allowed"), [("office", True), ("department", True), ("leader", True), ("employer", False)]
)
def test_staff_read_what_a_run_found(role, allowed):
    assert bool(may_read_determinations(UserFactory(role=role))) is allowed
