"""The demonstration shows disputes, needs and a past day."""

from datetime import date

import pytest

from juxian.apps.persons.actions import FactDraft, register_person
from juxian.apps.persons.models import Profile
from juxian.apps.stocktake.models import Need, Take
from juxian.config.demo_corrections import IN_DISPUTE, seed_disputes, seed_stocktake
from tests.factories import EmployerFactory, OrganisationFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_disputes_needs_and_a_past_day_stand_in_the_demonstration() -> None:
    root = OrganisationFactory(code="jyg", pack="jiayuguan")
    unit = EmployerFactory(parent=root)
    for number in range(IN_DISPUTE + 1):
        facts = [
            FactDraft("identity", {"name": f"测试{number}", "birth_date": "1990-01-01"}, date(1990, 1, 1)),
            FactDraft("employment", {"employer": unit.code}, date(2016, 8, 1)),
        ]
        register_person(home=root, name=f"测试{number}", facts=facts, source=SourceFactory())
    clerk = UserFactory()

    seed_disputes(root, clerk)
    seed_stocktake(root, clerk)

    assert Profile.objects.filter(conflicts__gt=0).count() == IN_DISPUTE
    assert set(Need.objects.values_list("unit__code", flat=True)) == {unit.code}
    assert Take.objects.get().people == IN_DISPUTE + 1
