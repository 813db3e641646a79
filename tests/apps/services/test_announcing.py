"""Cases tell other systems that they began, went on and ended; numbers and states alone."""

from __future__ import annotations

import json

from juxian.apps.messaging.actions import make_hook
from juxian.apps.messaging.enums import HookEvent
from juxian.apps.messaging.models import HookDelivery
from tests.apps.services.stage import Stage


def test_a_case_is_told_from_the_first_word_to_the_last(stage: Stage) -> None:
    make_hook(
        home=stage.root, name="测试", url="https://example.cn/", events=HookEvent.values, by=stage.office
    )

    case = stage.does(stage.submitted(), stage.employer, "decline", reason="材料不实")

    rows = list(HookDelivery.objects.order_by("pk"))
    assert [row.event for row in rows] == ["case.opened", "case.moved", "case.closed"]
    last = json.loads(rows[-1].body)
    assert last["data"] | {"due_on": None} == {
        "number": case.number, "service": case.service, "version": case.version, "before": "endorse",
        "state": "refused", "result": "refused", "waits_for_applicant": False, "due_on": None,
    }  # fmt: skip
    told = "".join(row.body for row in rows)
    assert all(word not in told for word in ("测试甲", "材料不实", stage.person.number, "6222020000000000"))
