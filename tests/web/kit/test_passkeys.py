"""Passkeys: registered after password and code, signing in alone or after the password, and refused when anything is wrong."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator as Kept
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry
from juxian.web.kit import factors, passkeys
from juxian.web.kit.sessions import FACTOR
from tests.authenticator import Authenticator
from tests.factories import UserFactory

PASSWORD = "correct-horse-battery"
NEW = "/account/passkeys/new/"
ALONE = "/sign-in/passkey/"


@pytest.fixture(autouse=True)
def named_site(settings):
    settings.JUXIAN_PUBLIC_ADDRESS = "http://localhost:8000"


@pytest.fixture
def clerk(place) -> User:
    user = UserFactory(username="zhang", role=Role.OFFICE, organisation=place)
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in() -> Client:
    client = Client()
    client.post("/sign-in/", {"username": "zhang", "password": PASSWORD})
    return client


def asked_to_make(client: Client, name: str = "办公室电脑", **more: str) -> dict:
    page = client.post(NEW, {"name": name, "password": PASSWORD, **more})
    assert page.status_code == 200, page.context["form"].errors
    return json.loads(page.context["options"])


def registered(name: str = "办公室电脑") -> Authenticator:
    device, client = Authenticator(), signed_in()
    answer = client.post(NEW, {"credential": device.make(asked_to_make(client, name))})
    assert answer.status_code in (200, 303)
    return device


def question(client: Client) -> dict:
    return client.post(ALONE).json()["options"]


def actions() -> list[str]:
    return list(AuditEntry.objects.values_list("action", flat=True))


def test_a_passkey_is_made_and_signs_in_without_a_password(clerk):
    device, client = registered(), Client()

    answer = client.post(ALONE, {"credential": device.sign(question(client)), "next": "/account/"})

    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    assert "办公室电脑" in client.get("/account/").content.decode()
    assert client.session[FACTOR] == "passkey"
    assert AuditEntry.objects.filter(action="accounts.signed_in").latest("pk").detail == {"factor": "passkey"}
    assert actions() == ["accounts.signed_in", "accounts.passkey_added", "accounts.signed_in"]


def test_the_first_one_comes_with_recovery_codes_and_ends_other_sessions(clerk):
    here, other, device = signed_in(), signed_in(), Authenticator()

    answer = here.post(NEW, {"credential": device.make(asked_to_make(here))})

    assert len(answer.context["codes"]) == 10
    assert [client.get("/account/").status_code for client in (here, other)] == [200, 302]


def test_after_the_password_it_is_the_second_factor(clerk):
    device, client = registered(), Client()
    first = client.post("/sign-in/", {"username": "zhang", "password": PASSWORD, "next": "/account/"})
    options = json.loads(client.get("/sign-in/code/").context["options"])

    answer = client.post("/sign-in/code/", {"credential": device.sign(options)})

    assert first["Location"] == "/sign-in/code/"
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client.session[FACTOR] == "passkey"


def test_a_role_that_needs_a_factor_is_content_with_a_passkey(clerk, settings):
    settings.JUXIAN_SECOND_FACTOR = frozenset({"office"})
    device, client = Authenticator(), signed_in()

    client.post(NEW, {"credential": device.make(asked_to_make(client))})

    assert client.get("/desk/").status_code == 200


def test_with_an_app_the_code_is_asked_before_one_is_added_or_removed(clerk):
    client = signed_in()
    secret = factors.new_secret()
    codes = factors.set_up(clerk, secret, "")
    without = client.post(NEW, {"name": "手机", "password": PASSWORD})
    wrong = client.post(NEW, {"name": "手机", "password": PASSWORD, "code": "000000"})
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    device = Authenticator()
    made = client.post(NEW, {"credential": device.make(asked_to_make(client, code=code))})
    own = Kept.objects.get(type="webauthn")
    removal = f"/account/passkeys/{own.pk}/remove/"

    assert (without.status_code, wrong.status_code, made.status_code) == (422, 422, 303)
    assert client.post(removal, {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert client.post(removal, {"password": "wrong", "code": codes[0]}).status_code == 422
    assert client.post(removal, {"password": PASSWORD, "code": codes[0]}).status_code == 303
    assert not Kept.objects.filter(type="webauthn").exists()
    assert factors.has_app(clerk)
    assert actions().count("accounts.factor_refused") == 2


def test_the_last_factor_takes_its_recovery_codes_along(clerk):
    client, device = signed_in(), Authenticator()
    codes = client.post(NEW, {"credential": device.make(asked_to_make(client))}).context["codes"]

    answer = client.post(
        f"/account/passkeys/{Kept.objects.get(type='webauthn').pk}/remove/",
        {"password": PASSWORD, "code": codes[0]},
    )

    assert answer.status_code == 303
    assert not Kept.objects.exists()
    assert signed_in().get("/account/").status_code == 200


def test_taking_the_app_away_leaves_passkeys_and_codes(clerk):
    device = registered()
    factors.set_up(clerk, factors.new_secret(), "")
    factors.remove_app(clerk, "")

    assert set(Kept.objects.values_list("type", flat=True)) == {"webauthn", "recovery_codes"}
    client = Client()
    assert client.post(ALONE, {"credential": device.sign(question(client))}).status_code == 303


def test_it_is_named_anew(clerk):
    registered()
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    own = Kept.objects.get(type="webauthn")

    assert client.post(f"/account/passkeys/{own.pk}/name/", {"name": "x" * 41}).status_code == 422
    assert client.post(f"/account/passkeys/{own.pk}/name/", {"name": "我的手机"}).status_code == 303
    assert "我的手机" in client.get("/account/").content.decode()


def test_passkeys_of_others_do_not_exist(clerk, place):
    registered()
    stranger = UserFactory(role=Role.OFFICE, organisation=place)
    client = Client()
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    pk = Kept.objects.get(type="webauthn").pk

    assert [client.get(f"/account/passkeys/{pk}/{what}/").status_code for what in ("name", "remove")] == [
        404,
        404,
    ]


WRONG = {
    "another origin": lambda device: replace(device, origin="https://localhost.evil.example"),
    "another port": lambda device: replace(device, origin="http://localhost:8001"),
    "another site": lambda device: replace(device, site="evil.example"),
    "nobody verified": lambda device: replace(device, verifies=False),
    "another key": lambda device: replace(device, key=Authenticator().key),
    "another credential": lambda device: replace(device, credential=b"x" * 32),
    "another user": lambda device: replace(device, handle=passkeys.websafe_encode(b"juxian:999999")),
    "no user": lambda device: replace(device, handle=""),
    "a copied key": lambda device: replace(device, counter=-1 + device.counter - 1),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_signs_nobody_in(clerk, wrong):
    device, client = registered(), Client()
    for _use in range(3):
        assert Client().post(ALONE).status_code == 200
        another = Client()
        assert another.post(ALONE, {"credential": device.sign(question(another))}).status_code == 303

    answer = client.post(ALONE, {"credential": WRONG[wrong](device).sign(question(client))})

    assert (answer.status_code, answer["Location"]) == (303, "/sign-in/")
    assert client.get("/account/").status_code == 302
    assert "accounts.sign_in_refused" in actions()


@pytest.mark.parametrize("sent", ["", "x", "[]", "{}", "null", '{"response": 3}', "[" * 5000, "x" * 30_000])
def test_what_is_no_answer_is_refused(clerk, sent):
    registered()
    client = Client()
    question(client)

    assert client.post(ALONE, {"credential": sent})["Location"] == "/sign-in/"
    assert signed_in().post("/sign-in/code/", {"credential": sent}).status_code == 422


def test_an_answer_counts_once_and_for_its_own_question(clerk):
    device, client, other = registered(), Client(), Client()
    answer = device.sign(question(client))
    question(other)

    assert other.post(ALONE, {"credential": answer})["Location"] == "/sign-in/"
    assert client.post(ALONE, {"credential": answer})["Location"] == "/start/"
    client.post("/sign-out/")
    assert client.post(ALONE, {"credential": answer})["Location"] == "/sign-in/"


def test_a_registration_is_no_sign_in(clerk):
    device, client = registered(), Client()

    answer = client.post(ALONE, {"credential": device.sign(question(client), "webauthn.create")})

    assert answer["Location"] == "/sign-in/"


def test_a_late_answer_is_refused(clerk, monkeypatch):
    device, client = registered(), Client()
    answer = device.sign(question(client))
    session = client.session
    session[passkeys.STATE] = session[passkeys.STATE] | {"since": session[passkeys.STATE]["since"] - 301}
    session.save()

    assert client.post(ALONE, {"credential": answer})["Location"] == "/sign-in/"


def test_a_closed_account_has_no_way_in(clerk):
    device, client = registered(), Client()
    User.objects.filter(pk=clerk.pk).update(is_active=False)

    assert client.post(ALONE, {"credential": device.sign(question(client))})["Location"] == "/sign-in/"


def test_a_passkey_of_another_does_not_answer_for_the_password(clerk, place):
    device = registered()
    other = UserFactory(username="li", role=Role.OFFICE, organisation=place)
    other.set_password(PASSWORD)
    other.save()
    factors.set_up(other, factors.new_secret(), "")
    client = Client()
    client.post("/sign-in/", {"username": "li", "password": PASSWORD})

    assert client.get("/sign-in/code/").context["options"] == ""
    assert client.post("/sign-in/code/", {"credential": device.sign(question(client))}).status_code == 422


def test_wrong_passkeys_after_the_password_are_counted(clerk):
    device = registered()
    client = Client()
    client.post("/sign-in/", {"username": "zhang", "password": PASSWORD})
    for _try in range(5):
        options = json.loads(client.get("/sign-in/code/").context["options"])
        client.post("/sign-in/code/", {"credential": replace(device, site="evil.example").sign(options)})

    assert client.get("/sign-in/code/").status_code == 302


def test_a_site_with_a_number_for_an_address_offers_none(clerk, settings):
    settings.JUXIAN_PUBLIC_ADDRESS = "http://127.0.0.1:8000"
    client = signed_in()

    assert (client.get(NEW).status_code, client.post(ALONE).status_code) == (404, 404)
    assert "data-passkey" not in Client().get("/sign-in/").content.decode()


def test_an_account_has_only_so_many(clerk, monkeypatch):
    monkeypatch.setattr(passkeys, "MOST", 1)
    device, client = Authenticator(), signed_in()
    codes = client.post(NEW, {"credential": device.make(asked_to_make(client))}).context["codes"]

    answer = client.post(NEW, {"name": "手机", "password": PASSWORD, "code": codes[0]})

    assert answer.status_code == 422
    assert NEW not in client.get("/account/").content.decode()
