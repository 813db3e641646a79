"""Headers on every answer, cookies, ways on, CSRF, sign-in and lock-out (安全基线第二、三章)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.contrib.staticfiles import finders
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.browser import text_of
from tests.config.test_django import command
from tests.security.bodies import body_of
from tests.security.matrix import METHODS, addresses, read_matrix
from tests.security.world import World, undone

MATRIX = read_matrix()
PASSWORD = "correct-horse-battery"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
DIRECTIVES = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
OTHER_HOSTS = (
    "https://elsewhere.example/",
    "//elsewhere.example",
    "///elsewhere.example",
    "////elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "http:///elsewhere.example",
    "https:elsewhere.example",
    "http:\\\\elsewhere.example",
    "/\t/elsewhere.example",
    "\t//elsewhere.example",
    " //elsewhere.example",
    "\x01//elsewhere.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ftp://testserver/",
    "https://testserver@elsewhere.example/",
    "https://testserver.elsewhere.example/",
    "http://testserver:80@elsewhere.example/",
    "//[::1",
    "http://[",
)


@pytest.fixture
def clerk(world: World) -> str:
    """The name of the office's account, which signs in with a password alone."""
    user = world.users["office"]
    assert user is not None
    user.authenticator_set.all().delete()
    user.set_password(PASSWORD)
    user.save()
    return str(user.username)


CAMERA = {"portal:card-check"}  # reads the code of a card
WORKER = "portal:card-check-worker"  # a script alike for everybody, asked for again each time


def assert_guarded(answer: HttpResponseBase, name: str = "") -> None:
    """Every header of baseline 3.1 and the policy of 3.2."""
    assert {name: answer[name] for name in ALWAYS} == ALWAYS
    assert f"camera={'(self)' if name in CAMERA else '()'}," in answer["Permissions-Policy"]
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    if "sandbox" in policy:  # a file, which may do nothing at all
        assert policy["default-src"] == policy["object-src"] == policy["frame-ancestors"] == "'none'"
        assert "script-src" not in policy
    else:
        assert {name: policy[name] for name in DIRECTIVES} == DIRECTIVES
        assert re.fullmatch(r"'self' 'nonce-[\w-]{22,}'", policy["script-src"])
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "*" not in answer["Content-Security-Policy"]


# headers


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("actor", ["visitor", "office", "employer", "person"])
def test_every_address_answers_with_the_headers(world: World, actor: str, method: str) -> None:
    nonces = []
    for function in MATRIX.functions.values():
        address = reverse(function.name, kwargs=world.here.arguments(function.address))
        body = body_of(function.name, world.here) if method == "POST" else None

        with undone():
            answer = (
                world.client(actor).get(address) if body is None else world.client(actor).post(address, body)
            )

        assert_guarded(answer, function.name if answer.status_code < 400 else "")
        nonces += re.findall(r"'nonce-[\w-]+'", answer["Content-Security-Policy"])
        if actor != "visitor" and function.name != WORKER:
            assert "no-store" in answer.get("Cache-Control", ""), function.name

    assert len(set(nonces)) == len(nonces)


def broken(*_args: Any, **_values: Any) -> None:
    raise RuntimeError("broken on purpose")


ERRORS: dict[str, tuple[int, Callable[[Client], HttpResponseBase]]] = {
    "host": (400, lambda client: client.get("/", headers={"host": "elsewhere.example"})),
    "zero byte in an address": (400, lambda client: client.get("/board/persons/a%00b/")),
    "zero byte in a parameter": (400, lambda client: client.get("/board/persons/?employer=%00")),
    "zero byte in a cookie": (400, lambda client: client.get("/", HTTP_COOKIE='sessionid="\\000aaaaaaaa"')),
    "form": (
        400,
        lambda client: client.generic("POST", "/sign-in/", b"x", content_type="multipart/form-data"),
    ),
    "fields": (400, lambda client: client.post("/theme/", {f"f{k}": "" for k in range(2001)})),
    "duty": (403, lambda client: client.get("/me/")),
    "address": (404, lambda client: client.get("/no-such-page/")),
    "encoding": (404, lambda client: client.get("/desk/persons/%ff%fe/")),
    "method": (405, lambda client: client.get("/theme/")),
    "method of nobody": (405, lambda client: client.generic("PROPFIND", "/")),
    "size": (413, lambda client: client.post("/theme/", {"theme": "x" * 2_600_000})),
    "mistakes": (422, lambda client: client.post("/desk/documents/new/", {})),
    "ours": (500, lambda client: client.get("/desk/documents/")),
}


@pytest.mark.parametrize("error", ERRORS)
def test_errors_answer_with_the_headers(
    world: World, error: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr("juxian.web.desk.documents.texts_visible_to", broken)
    client = world.client("office", raise_request_exception=False)
    status, request = ERRORS[error]

    answer = request(client)

    assert answer.status_code == status
    assert_guarded(answer)
    assert b"Traceback" not in answer.content
    assert b"broken on purpose" not in answer.content


def test_static_files_answer_with_the_headers(world: World, settings: Settings) -> None:
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    assert finders.find("kit/juxian.css")

    for address in ("/static/kit/juxian.css", "/static/kit/mark.svg"):
        answer = Client().get(address)

        assert answer.status_code == 200
        assert_guarded(answer)
        for (
            close
        ) in answer._resource_closers:  # not answer.close(): that would end the connection to PostgreSQL
            close()


def test_the_way_to_https_has_the_headers(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    answer = Client().get("/sign-in/")

    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/sign-in/")
    assert_guarded(answer)


def test_no_page_names_another_host(world: World) -> None:
    """Nothing is fetched from elsewhere: it works in a closed network."""
    fetched = re.compile(
        r"<(?:script|link|img|iframe|source|use|form)\b[^>]*?\b(?:src|href|action)=\"([^\"]+)"
    )
    for function in MATRIX.functions.values():
        address = reverse(function.name, kwargs=world.here.arguments(function.address))

        page = text_of(world.client("office").get(address))

        assert [found for found in fetched.findall(page) if not found.startswith(("/", "#", "data:"))] == []


def test_every_inline_script_has_the_nonce_and_no_handler_is_inline(world: World) -> None:
    for function in MATRIX.functions.values():
        address = reverse(function.name, kwargs=world.here.arguments(function.address))

        answer = world.client("office").get(address)

        page = text_of(answer)
        nonce = re.search(r"'nonce-([\w-]+)'", answer["Content-Security-Policy"])
        scripts = [tag for tag in re.findall(r"<script\b[^>]*>", page) if "src=" not in tag]
        assert all(nonce and f'nonce="{nonce[1]}"' in tag for tag in scripts), function.name
        assert re.findall(r"<[^>]*\s(?:on\w+|style|hx-on[\w:-]*)=", page) == [], function.name
        assert "javascript:" not in page, function.name


def test_htmx_runs_no_code_and_asks_no_other_host(world: World) -> None:
    page = world.client("office").get("/desk/").content.decode()
    config = re.search(r"<meta name=\"htmx-config\" content='([^']+)'", page)
    assert config

    wanted = {"allowEval": False, "allowScriptTags": False, "selfRequestsOnly": True, "historyCacheSize": 0}
    found = json.loads(config[1])

    assert {name: found[name] for name in wanted} == wanted
    assert re.search(r"<body[^>]* hx-headers='\{\"X-CSRFToken\": \"\w+\"\}'", page)


# cookies


def test_cookies_are_closed_to_scripts_and_other_sites(world: World, clerk: str) -> None:
    client = Client()
    client.get("/sign-in/?place=jiayuguan")
    client.post("/sign-in/", {"username": clerk, "password": PASSWORD})
    for name, value in (("theme", "dark"), ("language", "en"), ("place", "zigui")):
        client.post(f"/{name}/", {name: value})

    assert set(client.cookies) == {"sessionid", "csrftoken", "theme", "django_language", "place"}
    for morsel in client.cookies.values():
        assert (morsel["httponly"], morsel["samesite"]) == (True, "Lax"), morsel.key
    assert client.session["_auth_user_id"] not in {morsel.value for morsel in client.cookies.values()}


@pytest.mark.parametrize("cookie", ["theme", "language", "place"])
def test_cookies_of_appearance_are_secure_where_the_session_is(
    world: World, settings: Settings, cookie: str
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()

    client.post(f"/{cookie}/", {cookie: {"theme": "dark", "language": "en", "place": "zigui"}[cookie]})

    assert [morsel["secure"] for morsel in client.cookies.values()] == [True]


def test_an_address_sets_no_long_cookie(world: World) -> None:
    answer = Client().get("/sign-in/", {"place": "a" * 4000})

    assert "place" not in answer.cookies


SHOWN_SETTINGS = (
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "CSRF_COOKIE_HTTPONLY",
    "SECURE_SSL_REDIRECT",
    "DEBUG",
    "JUXIAN_DEMO",
)


def test_production_has_secure_cookies_and_no_demonstration(tmp_path: Path) -> None:
    script = f"from django.conf import settings as s; import json; print(json.dumps([getattr(s, n) for n in {SHOWN_SETTINGS}]))"
    environment = {"JUXIAN_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}

    shown = subprocess.run(
        [sys.executable, "-c", script],
        env=environment | {"JUXIAN_PUBLIC_ADDRESS": "https://talent.example"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(shown.stdout) == [True, True, True, True, True, False, False]


def test_no_account_is_made_by_setting_up(tmp_path: Path) -> None:
    assert command(tmp_path, "migrate", "-v0").returncode == 0
    script = "from juxian.apps.accounts.models import User; print(User.objects.count())"

    counted = command(tmp_path, "shell", "-v0", "-c", script)

    assert counted.stdout.strip() == "0"


# ways on


@pytest.mark.parametrize("target", OTHER_HOSTS)
@pytest.mark.parametrize("address", ["/theme/", "/language/", "/place/"])
def test_the_frame_leads_to_no_other_host(world: World, address: str, target: str) -> None:
    assert Client().post(address, {"next": target})["Location"] == "/start/"


@pytest.mark.parametrize(
    "target", ["start", "no-such-name", "portal", "?", "#", "x" * 5000, "测试", "a\r\nX: y"]
)
@pytest.mark.parametrize("address", ["/theme/", "/language/", "/place/"])
def test_a_way_on_that_is_no_address_is_refused(world: World, address: str, target: str) -> None:
    answer = Client().post(address, {"next": target})

    assert (answer.status_code, answer["Location"]) == (303, "/start/")


@pytest.mark.parametrize("target", OTHER_HOSTS)
def test_signing_in_leads_to_no_other_host(world: World, clerk: str, target: str) -> None:
    answer = Client().post("/sign-in/", {"username": clerk, "password": PASSWORD, "next": target})

    assert answer["Location"] == "/start/"


@pytest.mark.parametrize("target", OTHER_HOSTS)
def test_a_fragment_sends_nobody_back_to_another_host(world: World, target: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": target.encode("ascii", "ignore").decode()}

    answer = Client().get("/desk/", headers=headers)

    assert answer["HX-Redirect"].startswith("/sign-in/?next=/")
    assert "elsewhere" not in answer["HX-Redirect"]


def test_no_header_names_the_host_of_a_way_on(world: World, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]

    answer = Client().get("/desk/", headers={"x-forwarded-host": "elsewhere.example"})

    assert answer["Location"] == "/sign-in/?next=/desk/"


# CSRF


def test_every_post_without_a_token_is_refused(world: World) -> None:
    posts = [item for item in MATRIX.functions.values() if "allow" in item.outcomes["POST"].values()]
    for function in posts:
        actor = next(actor for actor in MATRIX.actors if function.outcome("POST", actor) == "allow")
        address = reverse(function.name, kwargs=world.here.arguments(function.address))

        answer = world.client(actor, enforce_csrf_checks=True).post(
            address, body_of(function.name, world.here)
        )

        assert answer.status_code == 403, function.name
        assert "页面已过期" in answer.content.decode(), function.name
        assert_guarded(answer)


def test_a_token_of_another_browser_is_refused(world: World) -> None:
    form = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
    foreign = form.search(Client().get("/sign-in/").content.decode())
    own = world.client("office", enforce_csrf_checks=True)
    found = form.search(own.get("/desk/documents/new/").content.decode())
    assert foreign
    assert found

    refused = own.post("/theme/", {"theme": "dark", "csrfmiddlewaretoken": foreign[1]})
    taken = own.post("/theme/", {"theme": "dark", "csrfmiddlewaretoken": found[1]})

    assert (refused.status_code, taken.status_code) == (403, 303)


def test_no_view_is_exempt_from_csrf() -> None:
    exempt = [item.name for item in addresses() if getattr(item.view, "csrf_exempt", False)]

    assert [name for name in exempt if not name.startswith("api:")] == []


def test_a_session_opens_nothing_of_the_api(world: World) -> None:
    """Which is why its addresses need no protection against forged requests."""
    for item in addresses():
        function = MATRIX.functions[item.name]
        if getattr(item.view, "csrf_exempt", False):
            assert {value for line in function.outcomes.values() for value in line.values()} <= {401, 405}, (
                item.name
            )


# sign-in


def test_signing_in_changes_the_session_key_and_drops_what_was_in_it(world: World, clerk: str) -> None:
    client = Client()
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key

    client.post("/sign-in/", {"username": clerk, "password": PASSWORD})

    assert client.session.session_key != before
    assert not type(session)().exists(before)


def test_a_planted_session_key_is_not_taken(world: World, clerk: str) -> None:
    client = Client()
    client.cookies["sessionid"] = "planted0planted0planted0planted0"

    client.post("/sign-in/", {"username": clerk, "password": PASSWORD})

    assert client.session.session_key != "planted0planted0planted0planted0"


def test_acting_in_another_post_changes_the_session_key(world: World) -> None:
    client = world.client("office")
    user = world.users["office"]
    assert user
    before = client.session.session_key

    client.post("/post/", {"post": user.posts.get().pk})

    assert client.session.session_key != before


def test_signing_out_is_a_post_and_ends_the_session_on_the_server(world: World) -> None:
    client, copied = world.client("office"), world.client("office")

    assert client.get("/sign-out/").status_code == 405
    assert copied.get("/desk/").status_code == 200
    client.post("/sign-out/")

    assert copied.get("/desk/").status_code == 302


def test_a_changed_password_ends_every_session(world: World) -> None:
    client, user = world.client("office"), world.users["office"]
    assert user

    user.set_password("another-long-password")
    user.save()

    assert client.get("/desk/").status_code == 302


def test_an_account_that_was_closed_is_out_at_once(world: World) -> None:
    client, user = world.client("office"), world.users["office"]
    assert user

    type(user).objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/desk/").status_code == 302


def _timeless(answer: HttpResponseBase) -> dict[str, str]:
    """Headers but those that differ from second to second or with the length of a name."""
    changing = {"Content-Security-Policy", "Content-Length", "Expires"}
    return {name: value for name, value in answer.headers.items() if name not in changing}


def _same(page: str, name: str) -> str:
    """A page of the sign-in without what changes from answer to answer, and without the name that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken[^}]*}|nonce="[\w-]+"', "", page)
    return page.replace(name, "")


def test_an_unknown_account_gets_the_very_answer_of_a_wrong_password(
    world: World, clerk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    hasher = hashers.get_hasher()
    encode = type(hasher).encode
    monkeypatch.setattr(
        type(hasher),
        "encode",
        lambda self, *args, **values: hashed.append("x") or encode(self, *args, **values),
    )

    known = Client().post("/sign-in/", {"username": clerk, "password": "wrong"})
    of_known, hashed[:] = len(hashed), []
    unknown = Client().post("/sign-in/", {"username": "nobody-here", "password": "wrong"})

    assert (known.status_code, unknown.status_code) == (422, 422)
    assert _same(known.content.decode(), clerk) == _same(unknown.content.decode(), "nobody-here")
    assert of_known == len(hashed) == 1  # the same time is spent
    assert _timeless(known) == _timeless(unknown)


def test_an_account_that_was_closed_gets_the_answer_of_a_wrong_password(world: World, clerk: str) -> None:
    user = world.users["office"]
    assert user
    type(user).objects.filter(pk=user.pk).update(is_active=False)

    closed = Client().post("/sign-in/", {"username": clerk, "password": PASSWORD})
    wrong = Client().post("/sign-in/", {"username": clerk, "password": "wrong"})

    assert _same(closed.content.decode(), clerk) == _same(wrong.content.decode(), clerk)


def sign_in(name: str, password: str) -> HttpResponseBase:
    return Client().post("/sign-in/", {"username": name, "password": password})


@pytest.mark.parametrize("known", [True, False])
def test_five_wrong_passwords_lock_a_name(world: World, clerk: str, settings: Settings, known: bool) -> None:
    settings.AXES_ENABLED = True
    name = clerk if known else "nobody-here"

    answers = [sign_in(name, f"wrong-{k}").status_code for k in range(5)]

    assert answers == [422, 422, 422, 422, 429]
    locked = sign_in(name, PASSWORD)
    assert locked.status_code == 429
    assert "账号已暂时锁定" in locked.content.decode()
    assert_guarded(locked)


def test_another_account_of_the_same_address_goes_on(world: World, clerk: str, settings: Settings) -> None:
    settings.AXES_ENABLED = True
    other = world.users["leader"]
    assert other
    other.set_password(PASSWORD)
    other.save()

    for k in range(6):
        sign_in(clerk, f"wrong-{k}")

    assert sign_in(other.username, PASSWORD).status_code == 302


@pytest.mark.parametrize("written", ["{}", " {} ", "{:upper}", "{:wide}", "\u3000{}"])
def test_the_lock_is_of_the_name_however_it_is_written(
    world: World, clerk: str, settings: Settings, written: str
) -> None:
    settings.AXES_ENABLED = True
    wide = "".join(chr(ord(char) + 0xFEE0) for char in clerk)
    variants = {"{:upper}": clerk.upper(), "{:wide}": wide}

    for k in range(5):
        sign_in(variants.get(written) or written.replace("{}", clerk), f"wrong-{k}")

    assert sign_in(clerk, PASSWORD).status_code == 429


def test_a_claimed_address_does_not_open_the_lock(world: World, clerk: str, settings: Settings) -> None:
    settings.AXES_ENABLED = True
    for k in range(5):
        sign_in(clerk, f"wrong-{k}")

    answer = Client(headers={"x-forwarded-for": "203.0.113.9"}).post(
        "/sign-in/", {"username": clerk, "password": PASSWORD}
    )

    assert answer.status_code == 429


def test_locked_and_unknown_names_get_the_same_page(world: World, clerk: str, settings: Settings) -> None:
    settings.AXES_ENABLED = True
    for name in (clerk, "nobody-here"):
        for k in range(5):
            sign_in(name, f"wrong-{k}")

    known, unknown = (sign_in(name, PASSWORD).content.decode() for name in (clerk, "nobody-here"))

    assert _same(known, clerk) == _same(unknown, "nobody-here")
