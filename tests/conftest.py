"""What every test shares: a home of its own, a fixed key, SQLite or PostgreSQL."""

from __future__ import annotations

import atexit
import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

_HOME = Path(tempfile.mkdtemp(prefix="juxian-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "juxian.config.settings"
os.environ["JUXIAN_HOME"] = str(_HOME)
os.environ["JUXIAN_SECRET_KEY"] = "only-for-tests-" + "0" * 40
os.environ["JUXIAN_LANGUAGE"] = "zh"
os.environ["JUXIAN_SECOND_FACTOR"] = "[]"  # tests of the second factor name the roles themselves
(_HOME / "keys").mkdir(exist_ok=True)
(_HOME / "static").mkdir(exist_ok=True)
(_HOME / "keys" / "fields.key").write_text("only-for-tests-" + "1" * 40, encoding="ascii")

from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

# The same commit gives the same result on a machine of any speed; JUXIAN_TEST_SEARCH=1 looks for new counterexamples.
hypothesis_settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if not os.environ.get("JUXIAN_TEST_SEARCH"):
    hypothesis_settings.load_profile("steady")

import django  # noqa: E402  # the environment above must be set before Django reads it
import pytest  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from pytest_django import Settings  # noqa: E402

from tests.config.templates import migrated_in_memory, migrated_on  # noqa: E402
from tests.postgresql import new_database  # noqa: E402, F401  # a fixture of all tests

django.setup()  # conftest files of named directories import models before pytest-django sets it up


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """``database`` marks what may ask the database; pytest-django lets nothing else."""
    for item in items:
        if item.get_closest_marker("django_db") or "django_db_setup" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """Modules and collected tests are not looked through again by each collection of garbage: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """The database of the tests begins as a copy of one that was migrated before; ``migrate`` then finds nothing left."""
    address = os.environ.get("JUXIAN_DATABASE_URL", "")
    if address:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_on(address.rpartition("/")[0])
    name = connection.creation._get_test_db_name()
    with nullcontext() if address else migrated_in_memory(name):
        yield


@pytest.fixture(autouse=True)
def plain_settings(settings: Settings) -> None:
    """Fast password hashing, no lock-out table, background jobs at once; no client lists all static files first."""
    settings.JUXIAN_AUDIT_HEADS = _HOME / "audit" / secrets.token_hex(4)  # no heads of another test's log
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Figures of another test's register are not kept."""
    cache.clear()
