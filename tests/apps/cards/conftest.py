from pathlib import Path

import pytest

from juxian.apps.cards.actions import make_key
from tests.apps.cards.scene import DAY, Scene, classed
from tests.web.places import make_place


@pytest.fixture
def scene(db: None, settings: object, tmp_path: Path) -> Scene:
    settings.JUXIAN_TODAY = DAY  # type: ignore[attr-defined]
    settings.JUXIAN_HOME = tmp_path  # type: ignore[attr-defined]
    make_key(day=DAY)
    place = make_place()
    return Scene(place, place.user("office"), classed(place), place.employer)
