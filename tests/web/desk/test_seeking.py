"""Names that are looked for stand in no address: forms post them, the session keeps them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from django.urls import reverse

from juxian.apps.searches.models import SavedSearch
from juxian.web.kit.seeking import MARK, MOST_KEPT, NUMBER
from tests.security.matrix import addresses
from tests.web.places import Place

pytestmark = pytest.mark.django_db
LIST = "/desk/persons/"
PHONE = "13800001234"
SRC = Path(__file__).resolve().parents[3] / "src" / "juxian" / "web"


class _Links(HTMLParser):
    """Every address of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            unquote_plus(value or "") for name, value in attrs if name in ("href", "hx-get", "action")
        ]


def stand_in(address: str, name: str = "q") -> str:
    return parse_qs(urlsplit(address).query).get(name, [""])[0]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_name_that_is_posted_finds_its_person_and_stands_in_no_address(
    place: Place, headers: dict[str, str]
) -> None:
    wanted = place.person("欧阳静")
    place.person("测试乙")
    client = place.client("office")

    led = client.post(
        reverse("seek"), {"to": LIST, "q": "欧阳静", "degree": "master", "sort": ""}, headers=headers
    )
    answer = client.get(led["Location"], headers=headers)

    assert led.status_code == 303
    assert stand_in(led["Location"]).startswith(MARK)
    assert "degree=master" in led["Location"]
    assert "sort" not in led["Location"]
    assert [row.number for row in answer.context["rows"]] == [wanted.number]
    page = answer.content.decode()
    assert "欧阳静" in page
    assert [link for link in (*_Links(page).found, answer["HX-Push-Url"]) if "欧阳静" in link] == []
    assert stand_in(answer["HX-Push-Url"]) == stand_in(led["Location"])


def test_a_name_put_into_an_address_is_taken_out_of_it(place: Place) -> None:
    place.person("欧阳静")

    answer = place.client("office").get(LIST, {"q": "欧阳静", "degree": "master"})

    assert answer.status_code == 303
    assert "degree=master" in answer["Location"]
    assert "欧阳静" not in unquote_plus(answer["Location"])


def test_a_stand_in_of_somebody_else_finds_nobody(place: Place) -> None:
    person = place.person("欧阳静")
    led = place.client("office").post(reverse("seek"), {"to": LIST, "q": "欧阳静"})

    answer = place.client("office").get(led["Location"])

    assert answer.status_code == 422
    assert person.number not in answer.content.decode()


@pytest.mark.parametrize("page", ["desk:grants", "desk:cards", "desk:cases"])
def test_an_unknown_stand_in_narrows_to_nobody(place: Place, page: str) -> None:
    answer = place.client("office").get(reverse(page), {"q": "~unknown"})

    assert answer.status_code == 200
    assert not answer.context["rows"]
    assert "请重新输入" in answer.content.decode()


@pytest.mark.parametrize("typed", [PHONE, f"王{PHONE}", "620201199001011232"])
def test_a_number_is_not_even_kept(place: Place, typed: str) -> None:
    client = place.client("office")

    led = client.post(reverse("seek"), {"to": LIST, "q": typed})

    assert stand_in(led["Location"]) == NUMBER
    assert typed not in str(dict(client.session))
    assert client.get(led["Location"]).status_code == 422


def test_the_same_words_have_one_stand_in_and_old_ones_are_forgotten(place: Place) -> None:
    client = place.client("office")

    def asked(words: str) -> str:
        return stand_in(client.post(reverse("seek"), {"to": LIST, "q": words})["Location"])

    first = asked("欧阳静")
    assert asked("欧阳静") == first
    assert asked(first) == first
    assert [asked(f"某人{at}") for at in range(MOST_KEPT)]
    assert len(client.session["sought"]) == MOST_KEPT
    assert first not in client.session["sought"]


@pytest.mark.parametrize(
    "to", ["", "/nowhere/", "//other.host/", "https://other.host/desk/persons/", "/desk/", "\0"]
)
def test_it_leads_to_pages_that_search_alone(place: Place, to: str) -> None:
    assert place.client("office").post(reverse("seek"), {"to": to, "q": "某人"}).status_code == 404


def test_a_saved_search_keeps_the_words_and_leads_with_a_stand_in(place: Place) -> None:
    wanted = place.person("欧阳静")
    client = place.client("office")
    led = client.post(reverse("seek"), {"to": LIST, "q": "欧阳静"})
    query = urlsplit(led["Location"]).query
    form = client.get(f"{reverse('desk:search-new')}?{query}")
    columns = form.context["form"]["columns"].initial

    kept = client.post(
        f"{reverse('desk:search-new')}?{query}",
        {"name": "找人", "columns": columns},
        follow=True,
    )

    saved = SavedSearch.objects.get()
    assert saved.query == {"q": "欧阳静"}
    page = kept.content.decode()
    assert wanted.number in page
    assert [link for link in _Links(page).found if "欧阳静" in link] == []
    export = client.get(kept.context["export_address"])
    assert export.context["total"].number == 1
    assert [link for link in _Links(export.content.decode()).found if "欧阳静" in link] == []


def test_an_export_of_forgotten_words_is_refused(place: Place) -> None:
    place.person("欧阳静")

    answer = place.client("office").get(reverse("desk:persons-export"), {"q": "~unknown"})

    assert answer.status_code == 422


def test_every_box_for_names_posts() -> None:
    """Templates: whatever asks for a name or an account is a form that posts; titles and topics may stay."""
    plain = {"organisations.html", "documents/list.html", "services.html"}
    boxes: list[tuple[str, Any]] = []
    for path in sorted(SRC.rglob("*.html")):
        text = path.read_text()
        for found in re.finditer(r'<c-search name="(q|actor)"', text):
            opened = max(text.rfind("<form", 0, found.start()), text.rfind("<c-filters", 0, found.start()))
            tag = text[opened : found.start()]
            boxes.append((str(path), 'sought="yes"' in tag or 'action="{% url "seek" %}"' in tag))

    wrong = [path for path, posts in boxes if not posts and not any(path.endswith(name) for name in plain)]
    assert wrong == []
    assert len(boxes) >= 12


def test_every_page_that_asks_for_names_says_so() -> None:
    """Views: ``sought`` is read only where ``seeks`` leads a plain name out of the address."""
    seeking = {item.name for item in addresses() if getattr(item.view, "seeks", False)}

    assert seeking >= {
        *("desk:persons", "desk:cases", "desk:cards", "desk:grants", "desk:audit", "desk:search-new"),
        *("desk:persons-export", "portal:unit", "portal:apply", "portal:together", "portal:bulk-new"),
    }
