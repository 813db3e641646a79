from pathlib import Path

import pytest

from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from tests.factories import EmployerFactory, OrganisationFactory, UserFactory


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: Path) -> Path:
    """Uploads of a test lie in its own folder."""
    settings.JUXIAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]
    return tmp_path / "files"


@pytest.fixture
def home(db: None) -> Organisation:
    return OrganisationFactory(code="jiayuguan", path="jiayuguan", name="嘉峪关市")


@pytest.fixture
def hospital(home: Organisation) -> Organisation:
    return EmployerFactory(
        code="jyg-first-hospital", name="嘉峪关市第一人民医院", parent=home, aliases=["市第一医院"]
    )


@pytest.fixture
def school(home: Organisation) -> Organisation:
    return EmployerFactory(
        code="jyg-school-1", name="嘉峪关市第一中学", parent=home, kind="school", employer_kind="school"
    )


@pytest.fixture
def clerk(home: Organisation) -> User:
    return UserFactory(role="office", organisation=home)
