"""A clerk with an open session, for a server in a process of its own; prints a token of the interface and the session key.

Argument: how many seconds ago the session was last noted to be in use (default 0).
"""

from __future__ import annotations

import sys
from datetime import date

from juxian.config.cli import setup_django

setup_django()

from django.conf import settings  # noqa: E402  # models need the settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from juxian.apps.accounts.actions import begin_session  # noqa: E402
from juxian.apps.accounts.enums import Role  # noqa: E402
from juxian.apps.clock import now  # noqa: E402
from juxian.apps.funds.actions.budgets import load_budgets  # noqa: E402
from juxian.apps.organisations.models import Organisation  # noqa: E402
from juxian.apps.tokens.actions import make_token  # noqa: E402
from juxian.apps.tokens.enums import Scope  # noqa: E402
from juxian.core.packs import load_all  # noqa: E402
from juxian.web.kit.sessions import BEGAN, FACTOR, SEEN  # noqa: E402
from tests.factories import UserFactory  # noqa: E402

PLACE = "jiayuguan"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def main() -> None:
    home = Organisation.objects.get(code=load_all()[PLACE].root)
    load_budgets(load_all()[PLACE], home)
    user = UserFactory(username="clerk", role=Role.OFFICE, organisation=home)
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), MODEL_BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[BEGAN] = session[SEEN] = int(now().timestamp()) - int((sys.argv[1:] or ["0"])[0])
    session[FACTOR] = "totp"
    session.create()
    begin_session(user=user, session_key=str(session.session_key), address="", browser="")
    _token, secret = make_token(
        organisation=home, name="测试系统", scopes=Scope.values, by=user, expires_on=date(2027, 1, 1),
        requests_per_minute=1000, persons_per_day=5000,
    )  # fmt: skip
    print(secret, session.session_key)  # noqa: T201  # read by the test


if __name__ == "__main__":
    main()
