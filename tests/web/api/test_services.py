"""Services over the API: every definition of a place is told whole, in both languages."""

from __future__ import annotations

import json

from tests.web.api.conftest import Ask, secret_of
from tests.web.places import Place


def test_every_service_is_told_with_form_materials_steps_and_deadlines(place: Place, ask: Ask) -> None:
    listed = ask("GET", "services").json()["services"]

    assert [item["service"] for item in listed] == list(place.pack.services)
    for item in listed:
        told = ask("GET", f"services/{item['service']}").json()
        service = place.pack.services[item["service"]]
        assert told["digest"] == service.digest
        assert [field["field"] for part in told["form"] for field in part["fields"]] == list(service.fields)
        assert [one["material"] for one in told["materials"]] == list(service.materials)
        assert [step["state"] for step in told["steps"]] == list(service.steps)
        assert {post["task"] for step in told["steps"] for post in step["posts"]} == set(service.posts)
        assert all(step["title"]["zh"] and step["title"]["en"] for step in told["steps"])


def test_a_deadline_is_told_as_it_is_counted(place: Place, ask: Ask) -> None:
    service = next(
        service
        for service in (place.pack.services[name] for name in place.pack.services)
        if any(post.limit for post in service.posts.values())
    )
    post = next(post for post in service.posts.values() if post.limit)
    assert post.limit is not None

    told = ask("GET", f"services/{service.id}").json()

    found = next(one for step in told["steps"] for one in step["posts"] if one["task"] == post.key)
    assert found["deadline"] == {
        "days": post.limit.period.days,
        "unit": post.limit.period.unit.value,
        "counts_first_day": post.limit.period.counts_first_day,
        "rolls": post.limit.period.rolls,
        "late": post.limit.late,
    }


def test_what_is_not_offered_is_not_found_and_needs_its_permission(place: Place, ask: Ask) -> None:
    assert ask("GET", "services/no-such-service").status_code == 404
    assert ask("GET", "services", secret=secret_of(place, ["policies.read"])).status_code == 403
    assert json.loads(ask("GET", "services/no-such-service").content)["error"]["code"] == "not_found"
