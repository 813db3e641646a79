"""A clerk with an open session, for a server in a process of its own; prints its session key (见 test_killed_server)."""

from __future__ import annotations

import django

django.setup()

from django.conf import settings  # noqa: E402  # models need the settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from juxian.apps.accounts.actions import begin_session  # noqa: E402
from juxian.apps.accounts.enums import Role  # noqa: E402
from juxian.apps.clock import now  # noqa: E402
from juxian.apps.funds.actions.budgets import load_budgets  # noqa: E402
from juxian.apps.organisations.models import Organisation  # noqa: E402
from juxian.core.packs import load_all  # noqa: E402
from juxian.web.kit.sessions import BEGAN, FACTOR, SEEN  # noqa: E402
from tests.factories import UserFactory  # noqa: E402

PLACE = "jiayuguan"


def main() -> None:
    home = Organisation.objects.get(code=load_all()[PLACE].root)
    load_budgets(load_all()[PLACE], home)
    user = UserFactory(username="clerk", role=Role.OFFICE, organisation=home)
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[BEGAN] = session[SEEN] = int(now().timestamp())
    session[FACTOR] = "totp"
    session.create()
    begin_session(user=user, session_key=str(session.session_key), address="", browser="")
    print(session.session_key)  # noqa: T201  # read by the test


if __name__ == "__main__":
    main()
