"""Signed-in browsers for the pages of funds."""

from __future__ import annotations

from juxian.apps.accounts.models import User
from tests.browser import Browser


def browser(user: User) -> Browser:
    client = Browser()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
