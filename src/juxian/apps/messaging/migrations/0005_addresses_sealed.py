from typing import Any

from django.db import migrations

from juxian.apps.sealing import opened_text, sealing_texts
from juxian.core.identity.masking import without_address
from juxian.core.notices.numbers import masked_text

BATCH = 500


def mask_failures(apps: Any, _editor: Any) -> None:
    """Answers of servers repeat the address to which a message did not get."""
    rows = apps.get_model("messaging", "Delivery")._default_manager.exclude(failure="").order_by("pk")
    after = 0
    while some := list(rows.filter(pk__gt=after).values_list("pk", "address", "failure")[:BATCH]):
        for pk, address, failure in some:
            masked = masked_text(without_address(failure, opened_text(address)))[:200]
            if masked != failure:
                rows.filter(pk=pk, failure=failure).update(failure=masked)
        after = some[-1][0]


class Migration(migrations.Migration):
    """Where messages were sent is encrypted in the table."""

    atomic = False  # batch by batch, so that no lock is held for long; what is sealed already is left alone
    dependencies = [("messaging", "0004_room_for_sealed_addresses")]

    operations = [
        migrations.RunPython(mask_failures, migrations.RunPython.noop),
        migrations.RunPython(*sealing_texts("messaging", "Delivery", "address")),
        migrations.RunPython(*sealing_texts("messaging", "ChatAddress", "address")),
        migrations.RunPython(*sealing_texts("messaging", "ChatAddress", "pending")),
    ]
