"""The history of a case is only ever added to, in the database itself; merges, retention and new versions leave it alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from juxian.apps.linking.actions import merge_persons, unmerge
from juxian.apps.privacy.actions import retain
from juxian.apps.services.actions import assign_officer
from juxian.apps.services.models import Case, CaseEvent
from tests.apps.services.stage import OPENED, Stage


@pytest.fixture(autouse=True)
def on_the_day(stage: Stage, settings) -> None:
    settings.JUXIAN_TODAY = OPENED.date()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE services_caseevent SET reason = 'x'",
        "DELETE FROM services_caseevent",
        "UPDATE services_caseevent SET case_id = case_id",
    ],
)
def test_the_database_refuses_to_rewrite_a_history(stage: Stage, statement: str) -> None:
    stage.submitted()

    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_case_with_a_history_is_not_deleted(stage: Stage) -> None:
    case = stage.submitted()

    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).delete()

    assert Case.objects.filter(pk=case.pk).exists()


def test_what_happens_to_persons_leaves_the_history_as_it_was(stage: Stage) -> None:
    other = stage.place.person("测试乙")
    case = assign_officer(case=stage.submitted(), officer=stage.office, by=stage.second)
    before = list(CaseEvent.objects.values())

    merge = merge_persons(keep=other, drop=stage.person, by=stage.office)
    assert Case.objects.get(pk=case.pk).person == other
    unmerge(merge=merge, by=stage.office, reason="两人")
    retain(home=stage.root, day=date(2126, 1, 5))

    assert Case.objects.get(pk=case.pk).person == stage.person
    assert list(CaseEvent.objects.values()) == before
