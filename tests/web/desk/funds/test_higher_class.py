"""The page of a grant offers the difference on a higher class where the benefit takes off what was paid."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from juxian.apps.funds.models import Grant
from tests.apps.funds.scene import Scene, make_scene
from tests.apps.funds.test_raising import GROUP, RISEN, granted, rise
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
BUTTON = "升层次补差"


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.JUXIAN_TODAY = RISEN
    settings.STATIC_ROOT = tmp_path
    return make_scene()


def test_the_step_ends_the_grant_and_makes_another(scene: Scene) -> None:
    grant = granted(scene, "stacking: {group: 补差, rule: deduct_earlier}")
    rise(grant)
    clerk = browser(scene.maker)
    page = f"/desk/funds/grants/{grant.pk}/"

    assert BUTTON in clerk.get(page).content.decode()
    clerk.post(f"{page}act/", {"step": "raise", "reason": "评为中级"})

    made = Grant.objects.get(state="active")
    assert (made.source_key, made.as_of) == (f"raise:{grant.pk}", RISEN)
    assert BUTTON in clerk.get(f"/desk/funds/grants/{made.pk}/").content.decode()


def test_a_benefit_that_takes_nothing_off_does_not_offer_it(scene: Scene) -> None:
    grant = granted(scene, GROUP)

    assert BUTTON not in browser(scene.maker).get(f"/desk/funds/grants/{grant.pk}/").content.decode()
