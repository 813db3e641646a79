"""Signing in through another system (OIDC), against a provider that runs here, and every way in which it may lie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from juxian.apps.accounts.actions import AlreadyBound, bind_outside
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import OutsideIdentity, User
from juxian.apps.audit.models import AuditEntry
from juxian.config.cli import main
from juxian.web.kit import factors, oidc
from tests.factories import UserFactory
from tests.issuer import CLIENT, SECRET, Issuer, new_key, serving

PASSWORD = "correct-horse-battery"
OUT, BACK, OWN = "/sign-in/outside/", "/sign-in/outside/back/", "/account/outside/"


@pytest.fixture
def issuer(settings) -> Iterator[Issuer]:
    with serving() as found:
        settings.JUXIAN_OIDC_ISSUER = found.address
        settings.JUXIAN_OIDC_CLIENT, settings.JUXIAN_OIDC_SECRET = CLIENT, SECRET
        settings.JUXIAN_PUBLIC_ADDRESS = "http://testserver"
        oidc.forget()
        yield found
        oidc.forget()


@pytest.fixture
def clerk(place) -> User:
    user = UserFactory(username="zhang", role=Role.OFFICE, organisation=place, email="zhang@example.gov.cn")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def bound(clerk, issuer) -> User:
    bind_outside(user=clerk, issuer=issuer.address, subject=issuer.subject, by=clerk)
    return clerk


def sent_back(address: str) -> str:
    """The provider's answer to a browser, as a local address of the site."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}" == "http://testserver"
    return f"{parts.path}?{parts.query}"


def through(client: Client, onward: str = "/account/"):
    out = client.get(OUT, {"next": onward})
    assert out.status_code == 302
    return client.get(sent_back(out["Location"]))


def refused(client: Client, answer) -> None:
    assert (answer.status_code, answer["Location"]) == (303, "/sign-in/")
    assert client.get("/account/").status_code == 302
    assert AuditEntry.objects.filter(action="accounts.sign_in_refused").exists()


def test_whoever_was_bound_signs_in(bound, issuer):
    client = Client()

    answer = through(client)

    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    assert AuditEntry.objects.filter(action="accounts.signed_in").get().detail == {"factor": "oidc"}
    assert issuer.refusals == []


def test_the_way_out_carries_state_nonce_and_a_challenge(clerk, issuer):
    one, two = (parse_qs(urlsplit(Client().get(OUT)["Location"]).query) for _visitor in range(2))

    assert one["code_challenge_method"] == ["S256"]
    assert one["scope"] == ["openid"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name][0]) >= 43
        assert one[name] != two[name]


def test_an_email_or_a_name_of_an_account_opens_nothing(clerk, issuer):
    client = Client()

    refused(client, through(client))
    assert not OutsideIdentity.objects.exists()


def test_another_subject_opens_nothing(bound, issuer):
    issuer.subject = "another"
    client = Client()

    refused(client, through(client))


def test_a_closed_account_is_not_entered(bound, issuer):
    User.objects.update(is_active=False)
    client = Client()

    refused(client, through(client))


def test_the_second_step_stays(bound, issuer):
    factors.set_up(bound, factors.new_secret(), "")
    client = Client()

    assert through(client)["Location"] == "/sign-in/code/"
    assert client.get("/account/").status_code == 302


def test_the_way_on_leads_to_no_other_host(bound, issuer):
    assert through(Client(), "https://evil.example/")["Location"] == "/start/"


MOMENT = int(time.time())
LIES = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "somebody-else"},
    "several audiences": {"aud": [CLIENT, "somebody-else"]},
    "made for another": {"aud": [CLIENT, "other"], "azp": "other"},
    "expired": {"exp": MOMENT - 3600},
    "not yet": {"nbf": MOMENT + 3600},
    "of tomorrow": {"iat": MOMENT + 90_000, "exp": MOMENT + 99_000},
    "old": {"iat": MOMENT - 3600},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a number for a subject": {"sub": 4},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "no issuer": {"iss": None},
    "no audience": {"aud": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_else_is_refused(bound, issuer, lie):
    issuer.lies = LIES[lie]
    client = Client()

    refused(client, through(client))


def test_an_unsigned_token_is_refused(bound, issuer):
    issuer.algorithm, issuer.signing = "none", ""
    client = Client()

    refused(client, through(client))


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(bound, issuer):
    issuer.algorithm, issuer.signing = "HS256", "k" * 64
    client = Client()

    refused(client, through(client))


def test_a_token_of_another_key_is_refused(bound, issuer):
    issuer.signing = new_key()
    client = Client()

    refused(client, through(client))


def test_an_unknown_key_is_asked_for_once_more(bound, issuer):
    through(Client())
    issuer.key, issuer.kid = new_key(), "second"

    assert through(Client())["Location"] == "/account/"


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "http://evil.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_an_issuer_that_tells_something_odd_is_left_alone(bound, issuer, told):
    issuer.discovery = told
    client = Client()

    refused(client, client.get(OUT))


def test_a_state_that_was_not_given_out_is_refused(bound, issuer):
    client, other = Client(), Client()
    own = sent_back(client.get(OUT)["Location"])
    foreign = sent_back(other.get(OUT)["Location"])

    refused(client, client.get(foreign))
    refused(client, client.get(own))  # each way out counts for one way back
    refused(Client(), Client().get(BACK, {"code": "x", "state": "y"}))


def test_a_code_of_another_browser_is_refused(bound, issuer):
    """Its challenge belongs to the verifier of the other browser."""
    client, thief = Client(), Client()
    stolen = parse_qs(urlsplit(sent_back(client.get(OUT)["Location"])).query)["code"][0]
    state = parse_qs(urlsplit(thief.get(OUT)["Location"]).query)["state"][0]

    refused(thief, thief.get(BACK, {"code": stolen, "state": state}))
    assert issuer.refusals == ["code"]


def test_another_issuer_in_the_address_is_refused(bound, issuer):
    client = Client()
    answer = client.get(sent_back(client.get(OUT)["Location"]) + "&iss=https://evil.example")

    refused(client, answer)


def test_a_late_way_back_is_refused(bound, issuer):
    client = Client()
    back = sent_back(client.get(OUT)["Location"])
    session = client.session
    session[oidc.STATE] = session[oidc.STATE] | {"since": session[oidc.STATE]["since"] - 601}
    session.save()

    refused(client, client.get(back))


def test_an_issuer_that_is_not_there_is_told(bound, settings):
    settings.JUXIAN_OIDC_ISSUER = "http://127.0.0.1:9"
    oidc.forget()
    client = Client()

    refused(client, client.get(OUT))


def test_the_own_account_is_bound_after_the_password_and_unbound(clerk, issuer):
    client = Client()
    client.post("/sign-in/", {"username": "zhang", "password": PASSWORD})
    assert client.post(OWN, {"password": "wrong"}).status_code == 422
    page = client.post(OWN, {"password": PASSWORD})

    done = client.get(sent_back(page.context["address"]))

    assert (done.status_code, done["Location"]) == (303, "/account/")
    assert OutsideIdentity.objects.get().user == clerk
    assert through(Client())["Location"] == "/account/"
    assert client.post(OWN, {"password": PASSWORD}).status_code == 303
    assert not OutsideIdentity.objects.exists()
    assert {"accounts.outside_bound", "accounts.outside_unbound"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_a_binding_is_for_who_began_it(clerk, issuer, place):
    client = Client()
    client.post("/sign-in/", {"username": "zhang", "password": PASSWORD})
    page = client.post(OWN, {"password": PASSWORD})
    back = sent_back(page.context["address"])
    client.force_login(
        UserFactory(role=Role.OFFICE, organisation=place), backend="django.contrib.auth.backends.ModelBackend"
    )

    client.get(back)

    assert not OutsideIdentity.objects.exists()


def test_one_identity_one_account(bound, issuer, place):
    other = UserFactory(role=Role.OFFICE, organisation=place)

    with pytest.raises(AlreadyBound):
        bind_outside(user=other, issuer=issuer.address, subject=issuer.subject, by=other)
    with pytest.raises(AlreadyBound):
        bind_outside(user=bound, issuer=issuer.address, subject="another", by=bound)


def test_an_administrator_binds_at_the_machine(clerk, issuer):
    assert main(["admin", "bind", "zhang", issuer.subject]) == 0
    assert main(["admin", "bind", "zhang", issuer.subject]) == 1
    assert through(Client())["Location"] == "/account/"
    assert main(["admin", "bind", "zhang"]) == 0
    assert main(["admin", "bind", "zhang"]) == 1
    assert main(["admin", "bind", "nobody", "x"]) == 1


def test_nothing_of_it_is_there_unless_set(clerk):
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")

    assert [client.get(address).status_code for address in (OUT, BACK, OWN)] == [404, 404, 404]
    assert OUT not in Client().get("/sign-in/").content.decode()
    assert main(["admin", "bind", "zhang", "x"]) == 1
