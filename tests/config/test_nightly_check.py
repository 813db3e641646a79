"""The worker searches the data every night; auditor and monitoring see what was found."""

from __future__ import annotations

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import KEPT_CHECKS, keep_check
from juxian.apps.audit.models import AuditEntry, IntegrityCheck
from juxian.apps.schedules import registry
from juxian.apps.schedules.tasks import enqueue_due
from juxian.config.invariants import CHECKS
from juxian.config.invariants.nightly import NAME, every_night
from tests.factories import FactFactory
from tests.web.conftest import place, sign_in  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_jobs", {})
    every_night()


def test_the_schedule_runs_it_and_keeps_the_counts(nightly: None) -> None:
    FactFactory()  # of a record without a profile, which must not be

    assert enqueue_due() == [NAME]

    kept = IntegrityCheck.objects.get()
    assert set(kept.findings) == set(CHECKS)
    assert kept.violations == sum(kept.findings.values()) >= 1
    assert AuditEntry.objects.get(action="audit.checked").detail["violations"] == kept.violations
    assert enqueue_due() == []


def test_the_auditor_sees_when_and_what(sign_in) -> None:  # noqa: F811
    auditor = sign_in(Role.AUDITOR)
    assert "还没有做过每夜的数据核查" in auditor.get("/desk/audit/").content.decode()
    keep_check(checked=1000, findings={"numbers": 0}, seconds=1.0)
    assert "没有不符" in auditor.get("/desk/audit/").content.decode()

    keep_check(checked=1000, findings={"numbers": 2, "ledger": 1}, seconds=1.0)

    page = auditor.get("/desk/audit/").content.decode()
    assert "3 处不符" in page
    assert "<code hx-disable>numbers</code> 2" in page


def test_only_a_year_is_kept() -> None:
    for _night in range(3):
        keep_check(checked=1, findings={}, seconds=0.1)
    IntegrityCheck.objects.bulk_create(
        IntegrityCheck(at=kept.at, checked=1, violations=0, seconds=0.1)
        for kept in [IntegrityCheck.objects.latest("id")] * KEPT_CHECKS
    )

    keep_check(checked=1, findings={}, seconds=0.1)

    assert IntegrityCheck.objects.count() == KEPT_CHECKS
