"""The forms and query parameters that pages offer (页面上的表单与参数): what a browser could send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from django.urls import reverse

from juxian.web.kit.once import FIELD
from tests.browser import text_of
from tests.security.bodies import body_of
from tests.security.matrix import read_matrix
from tests.security.world import World

ROLES = ("visitor", "office", "department", "employer", "leader", "person", "auditor")
ANY_KEY = "0" * 32  # pages make a new one each time; the same request must come of the same seed
SUBMITTED = ("input", "select", "textarea", "button")


@dataclass
class Form:
    """A form of a page. fields: name → values that it offers, the one that stands in it first."""

    actor: str
    method: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def defaults(self) -> dict[str, str]:
        return {name: values[0] if values else "" for name, values in self.fields.items()}


@dataclass
class Harvest:
    """forms: one of each actor, method and address. parameters: name of a query parameter → values seen."""

    forms: list[Form]
    parameters: dict[str, set[str]]


class _Page(HTMLParser):
    def __init__(self, actor: str, path: str) -> None:
        super().__init__()
        self.actor, self.path = actor, path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.links += [values[name] for name in ("href", "hx-get") if name in values]
        if tag == "form":
            method = values.get("method", "get").upper()
            self._form = Form(self.actor, method, values.get("action") or self.path)
            self.forms.append(self._form)
        elif self._form and tag in SUBMITTED and values.get("name"):
            offered = self._form.fields.setdefault(values["name"], [])
            self._select = values["name"] if tag == "select" else ""
            if values["name"] == FIELD:
                offered.append(ANY_KEY)
            elif "value" in values:
                offered.append(values["value"])
        elif self._form and tag == "option" and self._select and "value" in values:
            offered = self._form.fields[self._select]
            offered.insert(0 if "selected" in values else len(offered), values["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def harvest(world: World) -> Harvest:
    """Every page that each role may open, once."""
    forms: dict[tuple[str, str, str], Form] = {}
    parameters: dict[str, set[str]] = {}
    for actor in ROLES:
        for function in read_matrix().functions.values():
            if function.outcome("GET", actor) != "allow":
                continue
            address = reverse(function.name, kwargs=world.here.arguments(function.address))
            page = _Page(actor, address)
            page.feed(text_of(world.client(actor).get(address)))
            for form in page.forms:
                form.fields.pop("csrfmiddlewaretoken", None)
                forms.setdefault((actor, form.method, form.action), form)
            for link in page.links:
                for name, value in parse_qsl(urlsplit(link).query):
                    parameters.setdefault(name, set()).add(value)
        _add_bodies(world, actor, forms)
    for form in forms.values():
        if form.method == "GET":
            for name, values in form.fields.items():
                parameters.setdefault(name, set()).update(values[:20])
    return Harvest(list(forms.values()), parameters)


def _add_bodies(world: World, actor: str, forms: dict[tuple[str, str, str], Form]) -> None:
    """Valid content for functions that write, whether or not a page of the moment shows their form."""
    for function in read_matrix().functions.values():
        if function.outcome("POST", actor) != "allow":
            continue
        address = reverse(function.name, kwargs=world.here.arguments(function.address))
        form = forms.setdefault((actor, "POST", address), Form(actor, "POST", address))
        body = body_of(function.name, world.here, world.users[actor])
        for name, value in body.items():
            if not hasattr(value, "read"):
                form.fields.setdefault(name, []).insert(0, str(value))
