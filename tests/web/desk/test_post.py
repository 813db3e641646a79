"""Posts without a desk of their own land on a page that says what they can do."""

import pytest
from django.urls import reverse

from juxian.apps.accounts.actions import ask_for_account
from juxian.apps.accounts.enums import Role
from juxian.web.desk.post import DUTIES

WITHOUT_A_DESK = ("reviewer", "system_admin", "security_admin", "auditor")


@pytest.mark.parametrize("role", WITHOUT_A_DESK)
def test_the_post_tells_its_duty_and_what_is_done_elsewhere(place, role):
    answer = place.client(role).get(reverse("desk:post"))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert str(DUTIES[role].task) in page
    assert all(str(item) in page for item in DUTIES[role].elsewhere)
    assert ("不在页面上办理的" in page) == bool(DUTIES[role].elsewhere)
    assert "以后开放" not in page


@pytest.mark.parametrize("role", [*WITHOUT_A_DESK, "department", "office", "leader", "employer", "person"])
def test_every_role_begins_on_a_page_it_may_open(place, role):
    answer = place.client(role).get("/start/", follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] != reverse("portal:home")


@pytest.mark.parametrize("role", WITHOUT_A_DESK)
def test_every_link_of_the_side_bar_opens(place, role):
    client = place.client(role)
    groups = client.get(reverse("desk:post")).context["kit"].groups

    answers = [client.get(link.href).status_code for _title, links in groups for link in links]

    assert set(answers) == {200}


@pytest.mark.parametrize("role", ["office", "employer", "person"])
def test_others_have_their_own_first_page(place, role):
    assert place.client(role).get(reverse("desk:post")).status_code == 403


@pytest.mark.parametrize(
    ("role", "words"), [("security_admin", "等您核准"), ("system_admin", "等安全管理员核准")]
)
def test_administrators_see_what_waits_for_a_decision(place, role, words):
    client = place.client(role)
    assert words not in client.get(reverse("desk:post")).content.decode()
    ask_for_account(
        username="li.si",
        name="李四",
        email="",
        role=Role.EMPLOYER,
        organisation=place.root,
        reason="新入驻",
        by=place.user("system_admin"),
    )

    answer = client.get(reverse("desk:post"))

    assert words in answer.content.decode()
    assert answer.context["waiting"] == [("账号申请", 1, reverse("desk:accounts-asked"))]
