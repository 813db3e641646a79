"""Signing in and out, sample accounts, appearance, place."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post
from juxian.apps.audit.models import AuditEntry
from juxian.apps.packs.models import InstalledPack
from tests.factories import DAY, OrganisationFactory, UserFactory

PASSWORD = "correct-horse-battery"


@pytest.fixture
def clerk(place):
    user = UserFactory(username="zhang", role=Role.OFFICE, organisation=place)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def elsewhere(place):
    root = OrganisationFactory(code="tinghu", name="亭湖区", pack="tinghu")
    InstalledPack.objects.create(code="tinghu", title="亭湖区", directory="-", digest="-", root=root)
    return root


def test_the_right_password_opens_the_first_page_of_the_role(clerk):
    answer = Client().post("/sign-in/", {"username": " ZHANG ", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/start/")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("/cases/JY-2022-000001/", "登录后打开：办件 JY-2022-000001"),
        ("/my-cases/JY-2022-000001/", "登录后打开：办件 JY-2022-000001"),
        ("/desk/persons/", "登录后打开：人才库"),
        ("/me/payments/statement/", "登录后打开：您要看的页面"),
        ("/cases/请致电0937-1234567/", "登录后打开：您要看的页面"),
    ],
)
def test_who_was_led_to_sign_in_is_told_what_comes_after(place, asked, words):
    client = Client()
    page = client.get(client.get(asked)["Location"]).content.decode()

    assert words in page
    assert "0937" not in shown_in(page)


@pytest.mark.parametrize("asked", ["/start/", "/no/such/page", "//elsewhere.example", "/[", ""])
def test_who_came_to_sign_in_is_told_nothing_more(place, asked):
    page = Client().get("/sign-in/", {"next": asked}).content.decode()

    assert "登录后打开" not in page


def test_a_case_is_followed_without_an_account_at_its_place(elsewhere):
    page = Client().get("/sign-in/", {"next": "/cases/TH-2022-000001/"}).content.decode()

    assert 'href="/p/tinghu/progress/?number=TH-2022-000001"' in page
    assert "没有账号？凭编号查询进度" in page


def shown_in(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def test_a_wrong_password_is_refused_with_words_and_422(clerk):
    answer = Client().post("/sign-in/", {"username": "zhang", "password": "wrong"})

    assert answer.status_code == 422
    assert 'id="errors"' in answer.content.decode()


def test_an_unknown_account_gets_the_same_answer_as_a_wrong_password(clerk):
    known = Client().post("/sign-in/", {"username": "zhang", "password": "wrong"}).content.decode()
    unknown = Client().post("/sign-in/", {"username": "nobody", "password": "wrong"}).content.decode()

    assert errors_in(known) == errors_in(unknown)


def test_a_password_of_129_characters_is_refused_before_hashing(clerk, monkeypatch):
    monkeypatch.setattr(
        "django.contrib.auth.forms.authenticate", lambda *args, **kwargs: pytest.fail("was hashed")
    )

    assert Client().post("/sign-in/", {"username": "zhang", "password": "x" * 129}).status_code == 422


def test_signing_in_changes_the_session_key(clerk):
    client = Client()
    client.get("/sign-in/")
    client.session.save()
    before = client.session.session_key

    client.post("/sign-in/", {"username": "zhang", "password": PASSWORD})

    assert client.session.session_key != before


def test_signing_out_takes_a_post(sign_in):
    client = sign_in(Role.OFFICE)

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "next_page",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "javascript:alert(1)",
        "9999-99-99",
        "sign-in",
        "a\u202eb",
        "",
    ],
)
def test_no_form_of_the_frame_leads_to_another_site(place, next_page):
    answer = Client().post("/theme/", {"theme": "dark", "next": next_page})

    assert answer["Location"] == "/start/"


def test_the_theme_is_kept_and_drawn_on_the_server(place):
    client = Client()

    client.post("/theme/", {"theme": "dark", "next": "/sign-in/"})

    assert '<html lang="zh-CN" data-theme="dark">' in client.get("/sign-in/").content.decode()


def test_an_unknown_theme_falls_back_to_the_system(place):
    client = Client()
    client.cookies["theme"] = '"><script>'

    assert '<html lang="zh-CN">' in client.get("/sign-in/").content.decode()


def test_the_language_is_kept(place):
    client = Client()

    client.post("/language/", {"language": "en", "next": "/sign-in/"})

    assert '<html lang="en">' in client.get("/sign-in/").content.decode()


def test_a_visitor_looks_at_another_place(elsewhere):
    client = Client()

    client.post("/place/", {"place": "tinghu"})

    assert "亭湖" in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    ("page", "there"),
    [
        ("/p/jiayuguan/policies/", "/p/tinghu/policies/"),
        ("/p/jiayuguan/screener/?x=1", "/p/tinghu/screener/"),
        ("/p/jiayuguan/policies/settlement/", "/p/tinghu/policies/"),
        ("/", "/"),
        ("/no/such/page", "/no/such/page"),
    ],
)
def test_another_place_opens_on_the_page_where_one_stands(elsewhere, page, there):
    answer = Client().post("/place/", {"place": "tinghu", "next": page})

    assert (answer.status_code, answer["Location"]) == (303, there)


def test_the_place_in_the_address_is_the_place_of_the_page_and_of_the_next_ones(elsewhere):
    client = Client()

    page = client.get("/p/tinghu/policies/").content.decode()

    assert "亭湖区人才工作平台" in page
    assert "嘉峪关市人才工作平台" not in page
    assert client.get("/screener/").url == "/p/tinghu/screener/"


def test_a_place_that_is_not_installed_is_not_kept(elsewhere):
    client = Client()

    client.get("/p/nowhere/policies/")

    assert "place" not in client.cookies


def test_an_unknown_place_is_not_kept(place):
    client = Client()

    client.post("/place/", {"place": "nowhere"})

    assert "place" not in client.cookies


def test_a_user_acts_in_another_post_of_their_own(sign_in, place):
    client = sign_in(Role.OFFICE)
    leading = Post.objects.create(user=client.user, role=Role.LEADER, organisation=place, since=DAY)

    answer = client.post("/post/", {"post": leading.pk})

    assert answer["Location"] == "/board/"


def test_a_post_of_somebody_else_is_not_found(sign_in):
    client, other = sign_in(Role.OFFICE), sign_in(Role.LEADER)

    assert client.post("/post/", {"post": other.user.posts.get().pk}).status_code == 404


@pytest.mark.parametrize("address", ["/demo/sign-in/leader/", "/demo/switch/"])
def test_sample_accounts_exist_in_a_demonstration_only(place, settings, address):
    settings.JUXIAN_DEMO = False
    UserFactory(username="leader", role=Role.LEADER, organisation=place, is_demo=True)

    assert Client().post(address, {"place": "jiayuguan"}).status_code == 404


def test_a_sample_account_signs_in_with_one_click(place, settings):
    settings.JUXIAN_DEMO = True
    user = UserFactory(username="leader", role=Role.LEADER, organisation=place, is_demo=True)
    client = Client()

    assert "/demo/sign-in/leader/" in client.get("/sign-in/").content.decode()
    client.post("/demo/sign-in/leader/")

    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_sample_account_acts_in_the_post_that_was_pressed_and_goes_on(place, settings):
    settings.JUXIAN_DEMO = True
    user = UserFactory(username="clerk", role=Role.DEPARTMENT, organisation=place, is_demo=True)
    finance = OrganisationFactory(code="jyg-finance", name="财政局", parent=place, pack="jiayuguan")
    paying = Post.objects.create(user=user, role=Role.DEPARTMENT, organisation=finance, since=DAY)
    client = Client()
    page = client.get("/sign-in/", {"next": "/desk/funds/"}).content.decode()
    assert f'<input type="hidden" name="post" value="{paying.pk}">' in page

    answer = client.post("/demo/sign-in/clerk/", {"post": paying.pk, "next": "/desk/funds/"})

    assert (answer["Location"], client.session["post"]) == ("/desk/funds/", paying.pk)


def test_a_sample_account_has_no_post_of_others(place, settings):
    settings.JUXIAN_DEMO = True
    UserFactory(username="clerk", role=Role.DEPARTMENT, organisation=place, is_demo=True)
    other = UserFactory(username="leader", role=Role.LEADER, organisation=place, is_demo=True)
    client = Client()

    client.post("/demo/sign-in/clerk/", {"post": other.posts.get().pk, "next": "https://elsewhere.example"})

    assert "post" not in client.session


def test_a_real_account_is_never_opened_by_a_click(place, settings):
    settings.JUXIAN_DEMO = True
    UserFactory(username="real", role=Role.LEADER, organisation=place)

    assert Client().post("/demo/sign-in/real/").status_code == 404


def test_the_same_role_elsewhere(sign_in, elsewhere, settings):
    settings.JUXIAN_DEMO = True
    other = UserFactory(role=Role.LEADER, organisation=elsewhere, is_demo=True)
    client = sign_in(Role.LEADER, is_demo=True)

    client.post("/demo/switch/", {"place": "tinghu"})

    assert client.session["_auth_user_id"] == str(other.pk)


def test_signing_in_is_recorded_for_the_auditors_of_the_place(place):
    user = UserFactory(
        username="clerk", role=Role.OFFICE, organisation=place, password=make_password("a long secret 1")
    )

    Client().post("/sign-in/", {"username": "clerk", "password": "a long secret 1"})

    entry = AuditEntry.objects.get(action="accounts.signed_in")
    assert (entry.actor, entry.organisation_path, entry.address) == (user, place.path, "127.0.0.1")


def test_health_is_told_without_signing_in(db):
    assert Client().get("/healthz").json() == {"status": "ok"}


def errors_in(page: str) -> str:
    return page.split('id="errors"')[1].split("</ul>")[0]


FIRST, OTHER, NONE = "嘉峪关市人才工作平台", "亭湖", "聚贤人才工作平台"


@pytest.mark.parametrize(
    ("onward", "shown"),
    [
        ("", NONE),
        ("/desk/", NONE),
        ("/p/tinghu/policies/", OTHER),
        ("/?place=tinghu", OTHER),
        ("/p/jiayuguan/", FIRST),
        ("/p/nowhere/policies/", NONE),
        ("//[", NONE),
        ("https://example.com/p/tinghu/policies/", NONE),
    ],
)
def test_the_page_to_sign_in_names_the_place_that_comes_next(place, elsewhere, onward, shown):
    page = Client().get("/sign-in/", {"next": onward}).content.decode()

    assert [words in page for words in (FIRST, OTHER, NONE)] == [
        words == shown for words in (FIRST, OTHER, NONE)
    ]


def test_with_one_place_the_page_to_sign_in_names_it(place):
    assert FIRST in Client().get("/sign-in/").content.decode()


def test_a_place_named_by_the_page_that_comes_next_leads_nowhere_else(clerk, elsewhere):
    """Baseline 2.7: what is shown follows ``next``, where one goes afterwards only if it is of this site."""
    onward = "https://example.com/p/tinghu/policies/"

    answer = Client().post("/sign-in/", {"username": "zhang", "password": PASSWORD, "next": onward})

    assert answer["Location"] == "/start/"


def test_the_address_of_a_place_leads_to_its_home(place, elsewhere):
    client = Client()

    answer = client.get("/p/tinghu/", follow=True)

    assert answer.redirect_chain == [("/?place=tinghu", 302)]
    assert OTHER in answer.content.decode()
    assert client.get("/p/nowhere/").status_code == 404
