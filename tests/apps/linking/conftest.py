from datetime import date

import pytest

from juxian.apps.accounts.models import User
from tests.web.places import Place, make_place


@pytest.fixture
def place(db: None, settings: object) -> Place:
    settings.JUXIAN_TODAY = date(2022, 6, 1)  # type: ignore[attr-defined]
    return make_place()


@pytest.fixture
def officer(place: Place) -> User:
    return place.user("office")
