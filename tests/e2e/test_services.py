"""Every service of the base pack is applied for in a browser by the people of the demonstration, where it is offered to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from juxian.core.packs import load_all
from juxian.core.services import Service
from tests.e2e.test_journeys import sign_in
from tests.e2e.test_portal import fill_in, paper
from tests.web.portal.test_base_services import NOT_OFFERED, SERVICES, as_typed, handing_in

__all__ = ["paper"]

FIRST = "jiayuguan"
ELSEWHERE = {  # who signs in at the first place may not ask for it, or it is not offered there
    "health-check": "loudi",
    "hukou": "tinghu",
    "living-claim": "tinghu",
    "purchase-claim": "loudi",
    "rent-claim": "tinghu",
    "title-review": "health-system",
}
OTHERWISE = {
    "job-seeking": {"pay": "12万元"},
    "living-claim": {"review": "合格"},
    "policy-question": {"mobile": "13800138000"},
}


def offered() -> dict[str, list[str]]:
    """Place → the services that are applied for there."""
    found: dict[str, list[str]] = {}
    for name in SERVICES:
        if name not in NOT_OFFERED:
            found.setdefault(ELSEWHERE.get(name, FIRST), []).append(name)
    return found


def answers_of(service: Service, place: str) -> dict[str, str]:
    """Of its cases file, as they are typed."""
    _walk, step = handing_in(service, place)
    typed = {
        field: as_typed(raw, service.fields[field], service)
        for field, raw in step.action.answers.items()
        if raw not in (None, "")
    }
    return {field: value for field, value in typed.items() if isinstance(value, str)} | OTHERWISE.get(
        service.id, {}
    )


@pytest.mark.parametrize("place", sorted(offered()))
def test_a_person_applies_for_every_service(page: Page, paper: Path, place: str) -> None:
    sign_in(page, f"person.{place}")
    refused = {}
    for name in offered()[place]:
        page.goto(f"/apply/{name}/")
        fill_in(page, paper, **answers_of(load_all()[place].services[name], place))
        page.get_by_role("button", name="下一步：核对").click()
        if page.get_by_role("button", name="提交申请").count():
            page.get_by_role("button", name="提交申请").click()
        if "/my-cases/" not in page.url:
            refused[name] = page.get_by_role("alert").all_inner_texts()

    assert refused == {}
