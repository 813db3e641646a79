"""Cards over the API: state by number, uses once for each key; nothing of the holder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.cards.actions import issue_card, make_key, revoke_card
from juxian.apps.cards.models import Card, CardUse
from tests.apps.cards.scene import DAY, KIND, classed
from tests.web.api.conftest import Ask, secret_of
from tests.web.places import Place


@pytest.fixture
def card(place: Place, settings: Any, tmp_path: Path) -> Card:
    settings.JUXIAN_HOME = tmp_path
    make_key(day=DAY)
    return issue_card(person=classed(place), kind=KIND, day=DAY)


def test_the_state_holds_nothing_of_the_holder(ask: Ask, card: Card) -> None:
    told = ask("GET", f"cards/{card.number.lower()}").json()

    assert (told["standing"], told["level"], told["last_day"]) == ("valid", "high", "2027-05-31")
    assert [(one["benefit"], one["left"]) for one in told["benefits"]] == [
        ("medical-channel", None), ("check-up", 1), ("scenic-spots", None), ("films", 12),
    ]  # fmt: skip
    assert "测试甲" not in str(told)
    assert card.person.number not in str(told)


def test_a_use_is_recorded_once_for_each_key(ask: Ask, card: Card, place: Place) -> None:
    body = {"benefit": "check-up", "key": "till-1", "partner": place.employer.code}

    first, second = (ask("POST", f"cards/{card.number}/uses", body) for _twice in range(2))

    assert first.json() == second.json()
    assert CardUse.objects.get().partner == place.employer
    refused = ask("POST", f"cards/{card.number}/uses", body | {"key": "till-2"})
    assert (refused.status_code, "次数" in refused.json()["error"]["message"]) == (409, True)
    assert AuditEntry.objects.get(action="cards.used").acting_as == "API · 测试系统"


def test_what_cannot_be_is_refused_with_a_reason(ask: Ask, card: Card, place: Place) -> None:
    def status(address: str, body: Any) -> int:
        return ask("POST", address, body).status_code

    assert ask("GET", "cards/JYG-0000-0000").status_code == 404
    assert status(f"cards/{card.number}/uses", {"benefit": "films", "key": "a", "partner": "nobody"}) == 422
    assert status(f"cards/{card.number}/uses", {"benefit": "no-such", "key": "a"}) == 409
    revoke_card(card=card, day=DAY, reason="离岗")
    assert ask("GET", f"cards/{card.number}").json()["standing"] == "revoked"
    assert status(f"cards/{card.number}/uses", {"benefit": "films", "key": "a"}) == 409
    reader = secret_of(place, ["cards.read"])
    assert (
        ask("POST", f"cards/{card.number}/uses", {"benefit": "films", "key": "a"}, reader).status_code == 403
    )
