"""Fill what seats repeat from the turns and cases that stand; open ones alone, queues read no others."""

from django.db import migrations

FILL = """
UPDATE services_seat SET
    waiting = (SELECT turn.waiting FROM services_turn turn WHERE turn.id = services_seat.turn_id),
    officer_id = (
        SELECT COALESCE(turn.officer_id, held.officer_id)
        FROM services_turn turn JOIN services_case held ON held.id = turn.case_id
        WHERE turn.id = services_seat.turn_id
    )
WHERE open
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0008_seat_work")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
