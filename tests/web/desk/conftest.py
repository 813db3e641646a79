from datetime import date
from pathlib import Path

import pytest

from tests.web.places import Place, make_place


@pytest.fixture
def place(db, settings, tmp_path: Path) -> Place:
    settings.JUXIAN_TODAY = date(2022, 6, 1)
    settings.STATIC_ROOT = tmp_path  # must exist for the middleware that serves it
    return make_place()
