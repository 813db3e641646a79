"""Fill when turns waited for the applicant from the history of their cases; let the queue find the cases of a name along an index."""

from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models, transaction

from juxian.apps.at_work import AddIndexAtWork

OFFICE = ZoneInfo("Asia/Shanghai")
AT_ONCE = 500


def fill(apps: Any, _schema_editor: Any) -> None:
    """A return begins to wait; the next supplement ends all waiting of its case, the end of the turn ends its own."""
    cases = apps.get_model("services", "Case").objects.filter(returns__gt=0)
    ids = list(cases.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            _fill_some(apps, ids[first : first + AT_ONCE])


def _fill_some(apps: Any, ids: list[int]) -> None:
    turns = defaultdict(list)
    for turn in apps.get_model("services", "Turn").objects.filter(case__in=ids).order_by("pk"):
        turn.rests = []  # as if for the first time, also when an earlier try was interrupted
        turns[turn.case_id].append(turn)
    events = apps.get_model("services", "CaseEvent").objects.filter(
        case__in=ids, action__in=("return", "supplement")
    )
    for event in events.order_by("case_id", "version", "position"):
        day = event.at.astimezone(OFFICE).date().isoformat()
        for turn in turns[event.case_id]:
            stood = turn.opened_at <= event.at and (turn.done_at is None or event.at <= turn.done_at)
            if event.action == "supplement":
                turn.rests = [[since, until or day] for since, until in turn.rests]
            elif stood and turn.key == event.task and not (turn.rests and turn.rests[-1][1] is None):
                turn.rests = [*turn.rests, [day, None]]
    for turn in (turn for own in turns.values() for turn in own if turn.rests):
        if turn.done_at is not None:
            day = turn.done_at.astimezone(OFFICE).date().isoformat()
            turn.rests = [[since, until or day] for since, until in turn.rests]
        turn.save(update_fields=["rests"])


class Migration(migrations.Migration):
    atomic = False  # batches of their own, and an index that is built beside those who write
    dependencies = [
        ("organisations", "0001_initial"),
        ("persons", "0007_indexes_in_order"),
        ("services", "0012_turn_rests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexAtWork(
            model_name="case",
            index=models.Index(
                condition=models.Q(("result", "")),
                fields=["applicant"],
                name="case_applicant",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
    ]
