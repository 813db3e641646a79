"""Fill what seats repeat from the turns and cases that stand, and index work by it; open ones alone, queues read no others."""

from typing import Any

from django.db import migrations, models, transaction

from juxian.apps.at_work import AddIndexAtWork, RemoveIndexAtWork

FILL = """
UPDATE services_seat SET
    waiting = (SELECT turn.waiting FROM services_turn turn WHERE turn.id = services_seat.turn_id),
    officer_id = (
        SELECT COALESCE(turn.officer_id, held.officer_id)
        FROM services_turn turn JOIN services_case held ON held.id = turn.case_id
        WHERE turn.id = services_seat.turn_id
    )
WHERE open AND id > %s AND id <= %s
"""
AT_ONCE = 5000


def fill(apps: Any, schema_editor: Any) -> None:
    """Batch by batch; done again, it says the same."""
    open_seats = apps.get_model("services", "Seat").objects.filter(open=True).order_by("pk")
    after = 0
    while keys := list(open_seats.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            cursor.execute(FILL, [after, keys[-1]])
        after = keys[-1]


class Migration(migrations.Migration):
    atomic = False  # batches of their own, and indexes that are built beside those who write
    dependencies = [("services", "0008_seat_work")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        RemoveIndexAtWork(
            model_name="seat",
            name="seat_queue",
        ),
        AddIndexAtWork(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("open", True)),
                fields=["organisation", "role", "waiting", "due_on", "id", "service"],
                name="seat_work",
            ),
        ),
        AddIndexAtWork(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("officer__isnull", False), ("open", True)),
                fields=["officer", "organisation", "role", "waiting", "due_on", "id", "service"],
                name="seat_own",
            ),
        ),
    ]
