"""What a form begins with, and what of it has to be answered (填报与核对)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from juxian.core.services import Service, suggested
from juxian.core.services.answers import fields_required
from tests.core.services.place import example


def with_suggestion(name: str, source: str) -> Service:
    """The claim, one field of which begins with a fact."""
    claim = example("settlement-claim")
    sections = tuple(
        replace(
            section,
            fields=tuple(
                replace(field, suggest=source) if field.name == name else field for field in section.fields
            ),
        )
        for section in claim.sections
    )
    return replace(claim, sections=sections)


@pytest.mark.parametrize(
    ("facts", "offered"),
    [
        ({}, {}),
        ({"contact": [{"phone": "13800001234"}]}, {"mobile": "13800001234"}),
        ({"contact": [{"email": "a@b.cn"}, {"phone": "138 0000 1234"}]}, {"mobile": "13800001234"}),
        ({"contact": [{"phone": "13900001234"}, {"phone": "13800001234"}]}, {"mobile": "13900001234"}),
        ({"contact": [{"phone": "二楼传达室转"}]}, {}),
    ],
)
def test_the_newest_fact_that_the_form_would_take_is_offered(
    facts: dict[str, list[dict[str, Any]]], offered: dict[str, Any]
) -> None:
    assert suggested(with_suggestion("mobile", "contact.phone"), facts) == offered


@pytest.mark.parametrize(
    ("answers", "spouse_name", "large_reason"),
    [
        ({}, None, None),
        ({"married": True, "claimed": 9_000_000}, True, True),
        ({"married": False, "claimed": 8_000_000}, "hidden", False),
    ],
)
def test_an_answer_may_make_others_necessary(
    answers: dict[str, Any], spouse_name: bool | str | None, large_reason: bool | None
) -> None:
    found = fields_required(example("settlement-claim"), answers, {}, date(2026, 1, 5))

    assert found.get("spouse_name", "hidden") == spouse_name
    assert found["large_reason"] == large_reason
    assert found["mobile"] is True
