"""A place with its pack, and clients signed in as its people."""

from __future__ import annotations

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from tests.browser import Browser
from tests.factories import OrganisationFactory, UserFactory


@pytest.fixture
def place(db) -> Organisation:
    """The root organisation of 嘉峪关, its pack installed."""
    root = OrganisationFactory(code="jiayuguan", name="嘉峪关市", pack="jiayuguan")
    InstalledPack.objects.create(code="jiayuguan", title="嘉峪关市", directory="-", digest="-", root=root)
    return root


@pytest.fixture
def sign_in(place):
    """``sign_in(Role.OFFICE)`` gives a client of a user with that post at the place."""

    def client_as(role: Role, organisation: Organisation | None = None, **values) -> Browser:
        client = Browser()
        user = UserFactory(role=role, organisation=organisation or place, **values)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.user = user
        return client

    return client_as
