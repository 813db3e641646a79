"""Fills a database with a demonstration, lets the version before work on it, takes each app back by one migration and forth
again, and compares.

Run as a program of its own (``python -m tests.config.back_and_forth``): it changes the database that the settings name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddField, CreateModel

from juxian.config.cli import setup_django
from tests.config.earlier_version import troubles

PLACE = "jiayuguan"


def fill() -> None:
    """A place with people, cases, money, flats, cards and notices."""
    from juxian.config.demo import demo_packs, install_with_people, sizes
    from juxian.config.invariants.nightly import check_and_keep

    packs = [pack for pack in demo_packs() if pack.code == PLACE]
    install_with_people(packs[0], *sizes(packs, 0))
    check_and_keep()
    send_something()


def send_something() -> None:
    """A message that left, and where its recipient is reached: a demonstration has no way out of the site."""
    from juxian.apps.clock import now
    from juxian.apps.messaging.enums import Channel, DeliveryState, MessageState
    from juxian.apps.messaging.models import ChatAddress, Delivery, Message

    user = django.apps.apps.get_model("accounts", "User").objects.order_by("pk")[0]
    words = dict.fromkeys(("subject_zh", "subject_en", "body_zh", "body_en"), "a")
    message = Message.objects.create(
        key="a", recipient=user, template="a", state=MessageState.RELEASED, queued_at=now(), **words
    )
    Delivery.objects.create(
        message=message, channel=Channel.MAIL, address="a@example.org", state=DeliveryState.FAILED, due_at=now(),
        failure="no a@example.org here",
    )  # fmt: skip
    ChatAddress.objects.create(user=user, channel=Channel.WECOM, address="zhangsan", pending="lisi")


def counts() -> dict[str, int]:
    """Rows of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def latest() -> Iterator[tuple[str, str, str | None]]:
    """(app, last migration, the one before it or None) of each app of ours."""
    graph = MigrationExecutor(connection).loader.graph
    for app, name in sorted(graph.leaf_nodes()):
        config = django.apps.apps.get_app_config(app)
        if config.name.startswith("juxian."):
            before = [parent for parent in graph.node_map[app, name].parents if parent.key[0] == app]
            yield app, name, before[0].key[1] if before else None


def emptied(plan: list[tuple[object, bool]]) -> set[str]:
    """Tables that the migrations of a plan make, which going back must empty."""
    return {
        f"{migration.app_label}_{operation.name.lower()}"  # type: ignore[attr-defined]
        for migration, _back in plan
        for operation in migration.operations  # type: ignore[attr-defined]
        if isinstance(operation, CreateModel)
    }


def main() -> int:
    setup_django()
    fill()
    told: dict[str, object] = {}
    earlier = {f"{app}.{before}": troubles(app, before) for app, _name, before in latest() if before}
    for app, name, before in list(latest()):
        if before is None:
            continue
        standing = counts()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan([(app, before)])
        gone = emptied(plan)
        added = [op for migration, _back in plan for op in migration.operations if isinstance(op, AddField)]
        executor.migrate([(app, before)])
        everything = MigrationExecutor(connection)
        everything.migrate(everything.loader.graph.leaf_nodes())
        connection.check_constraints()
        now = counts()
        different = {
            table: [standing[table], now.get(table)]
            for table in standing
            if table not in gone and table != "django_migrations" and standing[table] != now.get(table)
        }
        told[f"{app}.{name}"] = {
            "back": [f"{migration.app_label}.{migration.name}" for migration, _back in plan],
            "columns_emptied": len(added),
            "tables_emptied": sorted(gone),
            "different": different,
        }
    from juxian.apps.audit.queries import verify

    sys.stdout.write(
        json.dumps(
            {"rows": sum(counts().values()), "audit": verify().holds, "apps": told, "earlier": earlier}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
