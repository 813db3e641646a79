"""Every service of the base pack is applied for through its form, with the answers of its own cases file: by a person, by an
employer for its people, by a visitor, as far as it is offered to them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.files.actions import checking, store_file
from juxian.apps.services.actions.visiting import PUBLIC
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
from tests.attachments import checked_here, pdf
from tests.factories import OrganisationFactory, UserFactory
from tests.web.places import Place, make_place
from tests.web.portal.test_applying import photo, signed_in

BASE = find_packs_dir() / "base" / "services"
SERVICES = sorted(path.stem for path in BASE.glob("*.yaml") if not path.stem.endswith(".cases"))
PLACES = ("jiayuguan", "tinghu", "loudi", "zigui", "xinxiang-medical", "health-system")
NOT_OFFERED = ["common"]  # laid under the others
FOR_OWN_PEOPLE = [
    "apartment-application",
    "exam-registration",
    "foreign-work-permit",
    "individual-package",
    "living-claim",
    "purchase-claim",
    "rent-claim",
    "settlement-claim",
    "talent-card-revocation",
    "talent-classification",
    "title-review",
]
WITHOUT_ACCOUNT = ["complaint", "job-seeking", "objection", "policy-question"]


def place_of(service: str) -> str:
    """The first place that offers it."""
    packs = load_all()
    return next((code for code in PLACES if _is_offered(packs[code].services.get(service))), "")


def _is_offered(service: Service | None) -> bool:
    return service is not None and bool(service.audience)


def test_every_base_service_is_offered_somewhere():
    assert [service for service in SERVICES if not place_of(service)] == NOT_OFFERED


def test_the_lists_of_audiences_are_those_of_the_definitions():
    services = [load_all()[place_of(name)].services[name] for name in SERVICES if name not in NOT_OFFERED]

    assert [service.id for service in services if for_own_people(service)] == FOR_OWN_PEOPLE
    assert [service.id for service in services if PUBLIC in service.audience] == WITHOUT_ACCOUNT


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


def for_own_people(service: Service) -> bool:
    parties = {(party.role, party.relation) for post in service.first.posts for party in post.who}
    return (Capacity.EMPLOYER, Relation.EMPLOYER) in parties


def on_stage(name: str, settings: Any, tmp_path: Path) -> tuple[Service, Place, Walk, dict[str, Any]]:
    """The place that offers a service on the day of its case, and the answers of the case as a browser sends them."""
    settings.STATIC_ROOT = tmp_path
    code = place_of(name)
    service = load_all()[code].services[name]
    walk, step = handing_in(service, code)
    settings.JUXIAN_TODAY = walk.opened.date()
    place = make_place(code)
    OrganisationFactory(code="talent-desk", name="人才办", parent=place.root, kind="office", pack=code)
    answers = {
        f"f-{field}": as_typed(raw, service.fields[field], service)
        for field, raw in step.action.answers.items()
        if raw not in (None, "")
    }
    return service, place, walk, answers


def apply_with(client: Any, address: str, answers: dict[str, Any], place: Place) -> Any:
    """Fill in, attach, check, hand in; the last answer."""
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
    return handed_in


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in NOT_OFFERED])
def test_a_service_is_applied_for_with_the_answers_of_its_case(db, settings, tmp_path, name):
    service, place, walk, answers = on_stage(name, settings, tmp_path)
    client, address = applying(service, place, walk)
    assert set(answers) <= {f"f-{field}" for field in service.fields}

    handed_in = apply_with(client, address, answers, place)

    case = Case.objects.get()
    assert (case.service, case.number) == (name, handed_in.url.rstrip("/").rsplit("/", 1)[-1])
    assert case.state != service.first.id


@pytest.mark.parametrize("name", FOR_OWN_PEOPLE)
def test_an_employer_applies_for_one_of_its_people(db, settings, tmp_path, name):
    service, place, walk, answers = on_stage(name, settings, tmp_path)
    person = place.person(number="")
    person.profile.employer = place.employer.code  # some walks lie before the posts of people in tests
    person.profile.values = {**walk.profile, "employer": place.employer.code}
    person.profile.save()
    client = place.client(Role.EMPLOYER)
    address = f"{reverse('portal:apply', args=[name])}?for={person.number}"

    apply_with(client, address, answers, place)

    case = Case.objects.get()
    assert (case.service, case.person, case.employer) == (name, person, place.employer)
    assert case.state != service.first.id


@pytest.mark.parametrize("name", WITHOUT_ACCOUNT)
def test_a_visitor_asks_for_it_without_an_account(db, settings, tmp_path, monkeypatch, name):
    monkeypatch.setattr(checking, "check_confined", checked_here)
    settings.JUXIAN_FILES = tmp_path / "files"
    service, place, walk, answers = on_stage(name, settings, tmp_path)
    known = {
        field.name: walk.profile.get(field.prefill) for field in service.fields.values() if field.prefill
    }
    answers = {
        f"f-{field}": value for field, value in known.items() if value
    } | answers  # nobody knows a visitor
    client, address = place.client(), reverse("portal:ask", args=[place.pack.code, name])
    files = {
        f"m-{key}": SimpleUploadedFile(f"{key}.pdf", pdf())
        if "pdf" in material.formats
        else photo(f"{key}.png")
        for key, material in service.materials.items()
    }

    answer = client.post(address, {**answers, **files, FIELD: new_key()})

    assert answer.status_code == 303, answer.context["form"].errors or answer.context["problem"]
    case = Case.objects.get()
    assert (case.service, case.person, case.opened_by) == (name, None, None)
    assert case.state != service.first.id
