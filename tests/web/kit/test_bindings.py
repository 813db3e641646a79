"""The pages of addresses outside the site: a code sent there binds, nothing is shown whole, a table says what became of each line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.messaging.models import ChatAddress
from juxian.core.tables.reader import read_workbook
from juxian.web.desk import addresses as desk_addresses
from tests.web.places import Place, make_place


@pytest.fixture
def place(db: None, settings: Any, tmp_path: Path) -> Place:
    settings.STATIC_ROOT = tmp_path
    settings.JUXIAN_HOME = tmp_path
    settings.JUXIAN_WEBHOOKS = {"wecom": "folder:chat"}
    return make_place()


def signed_in(place: Place, role: Role) -> Any:
    client = place.client()
    client.user = place.user(role)
    client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def the_code(home: Path) -> str:
    (file,) = (home / "outbox" / "chat").glob("*.json")
    found = re.search(r"\d{6}", json.loads(file.read_text())["body"])
    assert found is not None
    return found[0]


def test_an_address_is_bound_shown_masked_and_unbound(place: Place, tmp_path: Path) -> None:
    client, address = signed_in(place, Role.OFFICE), reverse("addresses")
    asked = client.post(address, {"step": "ask", "channel": "wecom", "address": "zhangsan"})
    assert asked.status_code == 303
    assert "zhangsan" not in client.get(address).content.decode()
    wrong = client.post(address, {"step": "confirm", "channel": "wecom", "code": "x"})
    assert (wrong.status_code, "验证码不对" in wrong.content.decode()) == (422, True)

    client.post(address, {"step": "confirm", "channel": "wecom", "code": the_code(tmp_path)})

    page = client.get(address).content.decode()
    assert ("z******n" in page, "zhangsan" in page) == (True, False)
    client.post(reverse("address-remove"), {"channel": "wecom"})
    assert ChatAddress.objects.exclude(address="").count() == 0


def test_a_site_without_these_ways_says_so(place: Place, settings: Any) -> None:
    settings.JUXIAN_WEBHOOKS = {}

    assert (
        "本站没有开通企业微信或钉钉"
        in signed_in(place, Role.PERSON).get(reverse("addresses")).content.decode()
    )


def test_a_table_of_the_staff_is_taken_over_line_by_line(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr(desk_addresses, "read_confined", read_workbook)
    clerk, client = place.user(Role.DEPARTMENT), signed_in(place, Role.SYSTEM_ADMIN)
    table = f"账号,方式,地址\n{clerk.username},企业微信,wang.wu\nnobody,企业微信,x\n".encode("gb18030")

    page = client.post(reverse("desk:addresses"), {"file": SimpleUploadedFile("a.csv", table)})

    text = page.content.decode()
    assert page.status_code == 200
    assert ("w*****u" in text, "wang.wu" in text) == (True, False)
    assert [(item.line, item.reason) for item in page.context["refused"]] == [(3, "没有本地这个工作人员账号")]
    row = ChatAddress.objects.get()
    assert (row.user, row.given_by) == (clerk, client.user)
    client.post(reverse("desk:address-drop", args=[row.pk]))
    assert not ChatAddress.objects.exists()


def test_an_empty_table_is_told_at_its_field(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr(desk_addresses, "read_confined", read_workbook)
    client = signed_in(place, Role.SYSTEM_ADMIN)

    answer = client.post(
        reverse("desk:addresses"), {"file": SimpleUploadedFile("a.csv", "账号,方式,地址\n".encode())}
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])


def test_the_page_of_addresses_takes_the_same_number_of_queries_for_one_and_three(
    place: Place, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(place, Role.SYSTEM_ADMIN)
    counts = []
    for number in (1, 2):
        for _more in range(number):
            ChatAddress.objects.create(user=place.user(Role.OFFICE), channel="wecom", address="a")
        client.get(reverse("desk:addresses"))
        with django_assert_max_num_queries(60) as found:
            client.get(reverse("desk:addresses"))
        counts.append(len(found))
    assert counts[0] == counts[1]
