"""Every service of the base pack is applied for through its form, with the answers of its own cases file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.files.actions import store_file
from juxian.apps.services.models import Case, Draft
from juxian.apps.services.queries.materials import PURPOSE
from juxian.core.facts.schema import Kind
from juxian.core.facts.values import parse_value
from juxian.core.packs import find_packs_dir, load_all
from juxian.core.positioned import read_yaml
from juxian.core.services import Relation, Service
from juxian.core.services import Role as Capacity
from juxian.core.services.definition import FormField
from juxian.core.services.walking import Walk, WalkStep, read_walks
from juxian.core.source import Source
from juxian.web.kit.once import FIELD, new_key
from tests.factories import OrganisationFactory, UserFactory
from tests.web.places import Place, make_place
from tests.web.portal.test_applying import photo, signed_in

BASE = find_packs_dir() / "base" / "services"
SERVICES = sorted(path.stem for path in BASE.glob("*.yaml") if not path.stem.endswith(".cases"))
PLACES = ("jiayuguan", "tinghu", "loudi", "zigui", "xinxiang-medical", "health-system")
NOT_OFFERED = ["common"]  # laid under the others


def place_of(service: str) -> str:
    """The first place that offers it."""
    packs = load_all()
    return next((code for code in PLACES if _is_offered(packs[code].services.get(service))), "")


def _is_offered(service: Service | None) -> bool:
    return service is not None and bool(service.audience)


def test_every_base_service_is_offered_somewhere():
    assert [service for service in SERVICES if not place_of(service)] == NOT_OFFERED


def handing_in(service: Service, place: str) -> tuple[Walk, WalkStep]:
    """The first handing in that is taken, and the walk it belongs to; of the place where it has cases of its own."""
    paths = [Path(find_packs_dir()) / place / "services" / f"{service.id}.cases.yaml"]
    paths.append(BASE / paths[0].name)
    read = [
        read_walks(read_yaml(Source(path.name, path.read_text("utf-8"))), service)
        for path in paths
        if path.exists()
    ]
    return next(
        (walk, step)
        for walks, _problems in read
        for walk in walks
        for step in walk.steps
        if step.action.name == "submit" and not step.refused
    )


def as_typed(raw: Any, field: FormField, service: Service) -> Any:
    """An answer of a cases file as a browser sends it."""
    value = parse_value(raw, field.type, service.schema)
    match field.type.kind:
        case Kind.BOOLEAN:
            return str(value).lower()
        case Kind.MONEY:
            return f"{value // 100}元"
        case Kind.LEVELS:
            return list(value)
    return str(value)


def applying(service: Service, place: Place, walk: Walk) -> tuple[Any, str]:
    """A browser of whoever may apply, and the address at which they do."""
    parties = {(party.role, party.relation) for post in service.first.posts for party in post.who}
    address = reverse("portal:apply", args=[service.id])
    if (Capacity.PERSON, Relation.APPLICANT) in parties:
        person = place.person(number="")
        person.profile.values = dict(walk.profile)
        person.profile.save()
        return signed_in(UserFactory(role=Role.PERSON, organisation=place.root, person=person)), address
    assert (Capacity.EMPLOYER, Relation.APPLICANT) in parties
    return place.client(Role.EMPLOYER), address


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in NOT_OFFERED])
def test_a_service_is_applied_for_with_the_answers_of_its_case(db, settings, tmp_path, name):
    settings.STATIC_ROOT = tmp_path
    code = place_of(name)
    service = load_all()[code].services[name]
    walk, step = handing_in(service, code)
    settings.JUXIAN_TODAY = walk.opened.date()
    place = make_place(code)
    OrganisationFactory(code="talent-desk", name="人才办", parent=place.root, kind="office", pack=code)
    client, address = applying(service, place, walk)
    answers = {
        f"f-{field}": as_typed(raw, service.fields[field], service)
        for field, raw in step.action.answers.items()
        if raw not in (None, "")
    }
    form = client.get(address).context["form"]
    assert set(answers) <= {f"f-{field}" for field in service.fields}
    client.post(address, {**answers, "save": "1"})  # what depends on an answer is shown then
    form = client.get(address).context["form"]
    materials = [field.removeprefix("m-") for field in form.fields if field.startswith("m-")]
    draft = Draft.objects.get()
    if materials:  # one file for all of them: each upload is checked in a process of its own
        file = store_file(upload=photo("材料.png"), home=place.root, by=draft.user, purpose=PURPOSE)
        draft.materials = {material: [str(file.uuid)] for material in materials}
        draft.save()

    filled_in = client.post(address, {**answers, "next": "1"})

    assert filled_in.status_code == 303, filled_in.context["form"].errors
    handed_in = client.post(filled_in.url, {FIELD: new_key()})
    assert handed_in.status_code == 303, handed_in.context["problem"]
    case = Case.objects.get()
    assert (case.service, case.number) == (name, handed_in.url.rstrip("/").rsplit("/", 1)[-1])
    assert case.state != service.first.id
