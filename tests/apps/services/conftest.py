from __future__ import annotations

import pytest

from tests.apps.services.stage import Stage, set_stage


@pytest.fixture
def stage(db, monkeypatch, settings) -> Stage:
    settings.JUXIAN_TODAY = None
    return set_stage(monkeypatch)
