"""Password, second factor, own sessions, how long a session lasts."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as current
from django.test import Client

from juxian.apps.accounts.actions import forget_ended, note_lock_out
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import LockOut, SignedIn
from juxian.apps.accounts.rules import LongOrVaried, lock_minutes
from juxian.apps.audit.models import AuditEntry
from juxian.web.kit import factors
from juxian.web.kit.sessions import BEGAN, SEEN
from tests.factories import UserFactory

PASSWORD = "correct-horse-battery"


@pytest.fixture
def clerk(place):
    user = UserFactory(username="zhang", role=Role.OFFICE, organisation=place)
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(name: str = "zhang", password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/sign-in/", {"username": name, "password": password})
    return client


def code_of(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def with_factor(user) -> tuple[str, list[str]]:
    secret = factors.new_secret()
    return secret, factors.set_up(user, secret, "")


def actions() -> list[str]:
    return list(AuditEntry.objects.values_list("action", flat=True))


# passwords


@pytest.mark.parametrize("password", ["lowercase-words", "Aa1aaaaa", "密码Aa1234", "x" * 128])
def test_long_or_varied_passwords_are_taken(password):
    LongOrVaried().validate(password)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaa1", "Aa1aaaa", "aaaaaaaaaaa", "x" * 129])
def test_short_plain_and_overlong_passwords_are_refused(password):
    with pytest.raises(Exception, match="字符"):
        LongOrVaried().validate(password)


def test_a_new_password_ends_the_other_sessions(clerk):
    here, other = signed_in(), signed_in()
    words = {
        "old_password": PASSWORD,
        "new_password1": "another-long-one",
        "new_password2": "another-long-one",
    }

    assert here.post("/account/password/", words).status_code == 303

    assert here.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert SignedIn.objects.filter(user=clerk).count() == 1
    assert "accounts.password_changed" in actions()


@pytest.mark.parametrize(
    "words",
    [
        ("wrong", "another-long-one", "another-long-one"),
        (PASSWORD, "another-long-one", "differs-from-it"),
        (PASSWORD, "password1234", "password1234"),
        (PASSWORD, "short", "short"),
    ],
)
def test_a_password_that_does_not_fit_is_refused(clerk, words):
    names = ("old_password", "new_password1", "new_password2")

    answer = signed_in().post("/account/password/", dict(zip(names, words, strict=True)))

    clerk.refresh_from_db()
    assert (answer.status_code, clerk.check_password(PASSWORD)) == (422, True)


# second factor


def test_a_factor_is_set_up_with_password_and_code(clerk):
    client = signed_in()
    page = client.get("/account/factor/").content.decode()
    secret = client.session["factor-secret"]

    wrong = client.post("/account/factor/", {"code": "000000x", "password": PASSWORD})
    right = client.post("/account/factor/", {"code": code_of(secret), "password": PASSWORD})

    assert secret in page
    assert (wrong.status_code, right.status_code) == (422, 200)
    kept = Authenticator.objects.get(user=clerk, type="totp")
    assert secret not in str(kept.data)
    assert "accounts.factor_set_up" in actions()
    assert len(right.context["codes"]) == 10


def test_after_the_password_the_code_is_asked(clerk):
    secret, _codes = with_factor(clerk)
    client = Client()

    first = client.post(
        "/sign-in/?next=/account/", {"username": "zhang", "password": PASSWORD, "next": "/account/"}
    )
    before = client.get("/account/").status_code
    wrong = client.post("/sign-in/code/", {"code": "123"})
    right = client.post("/sign-in/code/", {"code": code_of(secret)})

    assert (first["Location"], before, wrong.status_code) == ("/sign-in/code/", 302, 422)
    assert (right.status_code, right["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    entry = AuditEntry.objects.filter(action="accounts.signed_in").get()
    assert entry.detail == {"factor": "totp"}


def test_a_code_signs_in_once(clerk):
    secret, codes = with_factor(clerk)
    for code in (code_of(secret), codes[0]):
        first, second = signed_in(), signed_in()

        assert first.post("/sign-in/code/", {"code": code}).status_code == 302
        assert second.post("/sign-in/code/", {"code": code}).status_code == 422


def test_five_wrong_codes_ask_for_the_password_again(clerk):
    secret, _codes = with_factor(clerk)
    client = signed_in()
    for _try in range(5):
        client.post("/sign-in/code/", {"code": "000"})

    answer = client.post("/sign-in/code/", {"code": code_of(secret)})

    assert answer["Location"] == "/sign-in/"
    assert actions().count("accounts.factor_refused") == 5


def test_codes_are_not_guessed_from_many_browsers(clerk):
    secret, _codes = with_factor(clerk)
    for _browser in range(5):
        client = signed_in()
        for _try in range(4):
            client.post("/sign-in/code/", {"code": "000"})

    assert signed_in().post("/sign-in/code/", {"code": code_of(secret)})["Location"] == "/sign-in/"


def test_a_password_changed_in_between_ends_the_waiting(clerk):
    secret, _codes = with_factor(clerk)
    client = signed_in()
    clerk.set_password("another-long-one")
    clerk.save()

    assert client.post("/sign-in/code/", {"code": code_of(secret)})["Location"] == "/sign-in/"


def test_a_role_that_needs_a_factor_is_led_to_it(clerk, settings):
    settings.JUXIAN_SECOND_FACTOR = frozenset({"office"})
    client = signed_in()

    answer = client.get("/desk/")
    client.get("/account/factor/")
    client.post("/account/factor/", {"code": code_of(client.session["factor-secret"]), "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (303, "/account/factor/")
    assert client.get("/desk/").status_code == 200


def test_a_factor_is_taken_away_with_the_password(clerk):
    with_factor(clerk)
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post("/account/factor/remove/", {"password": "wrong"}).status_code == 422
    assert client.post("/account/factor/remove/", {"password": PASSWORD}).status_code == 303
    assert not Authenticator.objects.exists()


# sessions


def test_own_sessions_are_seen_and_ended(clerk, place):
    here, other = signed_in(), signed_in()
    stranger = UserFactory(role=Role.OFFICE, organisation=place)
    Client().force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    foreign = stranger.signed_in.get()
    page = here.get("/account/")
    of_other = SignedIn.objects.get(session_key=other.session.session_key)

    assert {session.user for session in page.context["sessions"]} == {clerk}
    assert here.post(f"/account/sessions/{foreign.pk}/end/").status_code == 404
    assert here.post(f"/account/sessions/{of_other.pk}/end/").status_code == 303
    assert other.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_all_other_sessions_are_ended(clerk):
    here, others = signed_in(), [signed_in(), signed_in()]

    here.post("/account/sessions/end/")

    assert [client.get("/account/").status_code for client in (here, *others)] == [200, 302, 302]


@pytest.mark.parametrize(
    ("key", "seconds", "status"), [(SEEN, 29 * 60, 200), (SEEN, 31 * 60, 302), (BEGAN, 13 * 3600, 302)]
)
def test_an_idle_or_old_session_ends(clerk, key, seconds, status):
    client = signed_in()
    session = client.session
    session[key] -= seconds
    session.save()

    assert client.get("/account/").status_code == status
    assert client.get("/account/").status_code == status


def test_signing_out_and_wrong_passwords_are_recorded_without_the_name(clerk):
    client = signed_in()
    client.post("/sign-out/")
    signed_in(password="wrong")
    signed_in("nobody-here")

    assert actions() == [
        "accounts.signed_in",
        "accounts.signed_out",
        "accounts.sign_in_refused",
        "accounts.sign_in_refused",
    ]
    assert "nobody" not in str(list(AuditEntry.objects.values_list("detail", "reason")))


# locks


def test_each_lock_of_a_day_is_twice_as_long():
    assert [lock_minutes(earlier) for earlier in range(9)] == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


@pytest.mark.parametrize("name", ["zhang", "nobody-here"])
def test_a_second_lock_lasts_longer(clerk, settings, name):
    settings.AXES_ENABLED = True

    def knock(word: str) -> int:
        return Client().post("/sign-in/", {"username": name, "password": word}).status_code

    def later(minutes: int) -> None:
        from axes.models import AccessAttempt

        for attempt in AccessAttempt.objects.all():
            AccessAttempt.objects.filter(pk=attempt.pk).update(
                attempt_time=attempt.attempt_time - timedelta(minutes=minutes)
            )
        for lock in LockOut.objects.all():
            LockOut.objects.filter(pk=lock.pk).update(at=lock.at - timedelta(minutes=minutes))

    assert [knock("wrong") for _try in range(5)][-1] == 429
    later(16)
    assert knock("wrong") == 422
    assert [knock("wrong") for _try in range(4)][-1] == 429
    later(16)
    assert knock("wrong") == 429
    later(16)
    assert knock("wrong") == 422
    assert LockOut.objects.count() == 2


def test_a_lock_is_counted_once_while_it_lasts(place):
    assert [note_lock_out(name=name, address="") for name in ("zhang", " ZHANG ", "li")] == [
        True,
        False,
        True,
    ]
    assert current.AXES_FAILURE_LIMIT == 5


def test_what_is_over_is_forgotten(clerk):
    here, other = signed_in(), signed_in()
    other.session.flush()
    note_lock_out(name="zhang", address="")
    LockOut.objects.update(at=LockOut.objects.get().at - timedelta(days=31))

    assert forget_ended() == 2
    assert forget_ended() == 0
    assert here.get("/account/").status_code == 200
    assert (SignedIn.objects.count(), LockOut.objects.count()) == (1, 0)
