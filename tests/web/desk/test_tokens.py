"""The page of tokens: a secret is shown once and kept nowhere."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.tokens.actions import token_of
from juxian.apps.tokens.models import ApiToken

FORM = {
    "name": "政务服务网",
    "scopes": ["policies.read", "policies.evaluate"],
    "expires_on": "2023-01-01",
    "requests_per_minute": "60",
    "persons_per_day": "1000",
}
SECRET = re.compile(r"jx_[\w-]{43}")


def test_a_secret_is_shown_once_and_opens_the_api(place):
    client = place.client("system_admin")

    page = client.post(reverse("desk:tokens"), FORM).content.decode()
    again = client.get(reverse("desk:tokens")).content.decode()

    secret = SECRET.search(page).group()
    token = token_of(secret)
    assert (token.name, token.organisation, token.scopes) == (
        "政务服务网",
        place.root,
        ["policies.evaluate", "policies.read"],
    )
    assert secret not in again
    assert secret not in str(list(ApiToken.objects.values())) + str(list(AuditEntry.objects.values()))


def test_a_token_does_not_outlive_two_years(place):
    answer = place.client("system_admin").post(reverse("desk:tokens"), FORM | {"expires_on": "2024-06-03"})

    assert (answer.status_code, ApiToken.objects.count()) == (422, 0)


def test_a_revoked_token_stays_in_the_list(place):
    client = place.client("system_admin")
    client.post(reverse("desk:tokens"), FORM)
    token = ApiToken.objects.get()

    answers = [client.post(reverse("desk:token-revoke", args=[token.pk])) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "已吊销" in client.get(reverse("desk:tokens")).content.decode()
    assert AuditEntry.objects.filter(action="tokens.revoked").count() == 1


def test_the_list_asks_as_often_for_three_tokens_as_for_one(place, django_assert_num_queries):
    client = place.client("system_admin")
    client.post(reverse("desk:tokens"), FORM)
    client.get(reverse("desk:tokens"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("desk:tokens"))
        count = len(one)
    for name in ("乙", "丙"):
        client.post(reverse("desk:tokens"), FORM | {"name": name})

    with django_assert_num_queries(count):
        client.get(reverse("desk:tokens"))
