"""A password that is asked again is guarded like one at sign-in (再次输入密码)."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import LockOut, User
from juxian.apps.audit.models import AuditEntry
from juxian.apps.funds.models import PayeeAccount
from juxian.apps.persons.models import Person
from juxian.web.kit.once import new_key
from tests.web.places import make_place

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "Right-password-1", "Wrong-password-1"
BANK = {"bank": "测试银行", "number": "6222020200112345678"}


@pytest.fixture
def own(client: Client, settings: Settings) -> tuple[Client, User, Person]:
    settings.AXES_ENABLED = True
    place = make_place("jiayuguan")
    person = place.person("张三", "")
    user = place.user(Role.PERSON, name="张三")
    user.set_password(RIGHT)
    user.person = person
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user, person


def hand_in(client: Client, password: str):
    return client.post(reverse("portal:account"), BANK | {"password": password, "once": new_key()})


def test_wrong_passwords_before_bank_details_lock_the_name_here_and_at_sign_in(own) -> None:
    client, user, person = own

    answers = [hand_in(client, WRONG).status_code for _time in range(5)]
    locked = hand_in(client, RIGHT)
    elsewhere = Client().post(reverse("sign-in"), {"username": user.username, "password": RIGHT})

    assert answers[:4] == [422] * 4
    assert (answers[4], locked.status_code, elsewhere.status_code) == (429, 429, 429)
    assert not PayeeAccount.objects.filter(person=person).exists()
    assert LockOut.objects.count() == 1
    assert AuditEntry.objects.filter(action="accounts.sign_in_refused").count() >= 5
    assert AuditEntry.objects.filter(action="accounts.locked_out").count() == 1


def test_the_right_password_is_taken(own) -> None:
    client, _user, person = own

    assert (hand_in(client, WRONG).status_code, hand_in(client, RIGHT).status_code) == (422, 303)
    assert PayeeAccount.objects.filter(person=person).count() == 1


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("portal:privacy-export", "password"),
        ("password", "old_password"),
        ("factor-remove", "password"),
    ],
)
def test_wrong_passwords_are_counted_wherever_one_is_asked(own, address: str, field: str) -> None:
    client, user, _person = own

    for _time in range(2):
        client.post(reverse(address), {field: WRONG, "new_password1": "x", "new_password2": "x"})

    assert [row.failures_since_start for row in AccessAttempt.objects.filter(username=user.username)] == [2]


def test_wrong_passwords_before_the_own_copy_lock_the_name(own) -> None:
    client, _user, _person = own
    address = reverse("portal:privacy-export")

    answers = [client.post(address, {"password": WRONG}).status_code for _time in range(5)]

    assert (answers, client.post(address, {"password": RIGHT}).status_code) == ([422] * 4 + [429], 429)


def test_a_name_that_is_locked_at_sign_in_is_locked_here(own) -> None:
    client, user, person = own
    stranger = Client()
    for _time in range(5):
        stranger.post(reverse("sign-in"), {"username": user.username, "password": WRONG})

    assert hand_in(client, RIGHT).status_code == 429
    assert not PayeeAccount.objects.filter(person=person).exists()
