"""Every migration is looked through for what keeps people waiting or breaks the version before (迁移规则)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from juxian.apps.at_work import AddIndexAtWork, RemoveIndexAtWork, WidenAtWork
from tests.config import locking
from tests.config.locking import (
    CONSTRAINT,
    CONTRACT,
    DATA,
    FOREIGN_INDEX,
    INDEX_AT_WORK,
    NO_TRANSACTION,
    NOT_AGAIN,
    NOT_NULL,
    REWRITE,
    UNKNOWN,
    findings,
)

# Migrations from before the first release, which no version but the present one ever ran on. None may be added for a table
# that people work on; one that is no longer needed fails the test.
BEFORE = "before the first release: nobody runs the version before it"
TRIGGERS = "makes triggers alone, and reads no row"
PAST: dict[str, tuple[set[str], str]] = {
    "accounts.0002_initial": ({CONSTRAINT, FOREIGN_INDEX, NOT_NULL}, "second half of the first migration: its tables are empty"),
    "accounts.0004_delegation": ({CONSTRAINT, FOREIGN_INDEX, NOT_NULL}, f"{BEFORE}; posts are hundreds"),
    "accounts.0007_accounts_at_the_page": ({DATA}, f"{BEFORE}; attempts to sign in are forgotten after a day"),
    "audit.0002_append_only": ({DATA}, TRIGGERS),
    "cards.0002_append_only": ({DATA}, TRIGGERS),
    "cards.0003_reversals": ({DATA}, TRIGGERS),
    "funds.0002_append_only": ({DATA}, TRIGGERS),
    "funds.0009_couples_with_dates": ({CONSTRAINT, REWRITE}, f"{BEFORE}; couples are thousands"),
    "privacy.0002_append_only": ({DATA}, TRIGGERS),
    "services.0006_history_append_only": ({DATA}, TRIGGERS),
    "housing.0002_wish": ({NOT_NULL}, BEFORE),
    "housing.0003_couples": ({CONSTRAINT, FOREIGN_INDEX}, f"{BEFORE}; flats are thousands"),
    "housing.0004_photos": ({CONSTRAINT, CONTRACT, FOREIGN_INDEX, NOT_NULL}, f"{BEFORE}; photos are thousands"),
    "housing.0005_repairs": ({NOT_NULL}, BEFORE),
    "housing.0006_grounds_and_answers": ({CONSTRAINT, NOT_NULL}, f"{BEFORE}; leases are thousands"),
    "imports.0004_rosters_of_teams": ({FOREIGN_INDEX}, BEFORE),
    "persons.0003_disputes": ({CONSTRAINT, NOT_NULL}, f"{BEFORE}; measured on a million profiles"),
    "persons.0004_completeness": ({CONSTRAINT}, f"{BEFORE}; four seconds on a million profiles"),
    "policies.0002_drafts_and_snapshots": ({FOREIGN_INDEX, NOT_NULL}, BEFORE),
    "policies.0004_draft_cases": ({NOT_NULL}, BEFORE),
    "policies.0005_answers_of_a_run": ({INDEX_AT_WORK, NOT_NULL}, BEFORE),
    "policies.0006_answers_of_old_runs": ({DATA}, BEFORE),
    "policies.0007_determination_by_answer": ({CONSTRAINT, CONTRACT, REWRITE}, BEFORE),
    "services.0004_officership": ({CONTRACT, DATA}, f"{BEFORE}; officers are hundreds"),
    "services.0008_seat_work": ({NOT_NULL}, BEFORE),
    "services.0012_turn_rests": ({NOT_NULL}, BEFORE),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, list[str]]]:
    """migration → rule → operations that break it."""
    executor = MigrationExecutor(None)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings([migration for migration, _back in plan]):
        told[finding.migration][finding.rule].append(finding.what)
    return told


def test_no_new_migration_locks_a_table_or_breaks_the_version_before(
    found: dict[str, dict[str, list[str]]],
) -> None:
    new = {
        (name, rule): what
        for name, rules in found.items()
        for rule, what in rules.items()
        if rule not in PAST.get(name, (set(), ""))[0]
    }

    assert new == {}


def test_what_is_allowed_is_still_needed(found: dict[str, dict[str, list[str]]]) -> None:
    assert {name: set(found.get(name, {})) for name in PAST} == {
        name: rules for name, (rules, _why) in PAST.items()
    }


def broken(*operations: Any, atomic: bool = True) -> set[str]:
    """Rules that a migration of an app of ours breaks; the table ``person`` has a name, a note and an owner."""
    first = migrations.Migration("0001", "persons")
    first.operations = [
        migrations.CreateModel(
            "person",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=60)),
                ("note", models.TextField(null=True)),
            ],
        )
    ]
    second = migrations.Migration("0002", "persons")
    second.operations = list(operations)
    second.atomic = atomic
    return {finding.rule for finding in findings([first, second])}


INDEX = models.Index(fields=["name"], name="by_name")


@pytest.mark.parametrize(
    ("operation", "atomic", "rules"),
    [
        (migrations.AddIndex("person", INDEX), True, {INDEX_AT_WORK}),
        (migrations.RemoveIndex("person", "by_name"), True, {INDEX_AT_WORK}),
        (AddIndexAtWork("person", INDEX), True, {NO_TRANSACTION}),
        (AddIndexAtWork("person", INDEX), False, set()),
        (migrations.RunPython(migrations.RunPython.noop), True, {DATA}),
        (migrations.RunPython(migrations.RunPython.noop), False, set()),
        (migrations.RunSQL("UPDATE persons_person SET name = ''"), True, {DATA}),
        (migrations.RunSQL("UPDATE persons_person SET name = ''"), False, {NOT_AGAIN}),
        (migrations.AddField("person", "x", models.IntegerField(default=0)), True, {NOT_NULL}),
        (migrations.AddField("person", "x", models.IntegerField(null=True)), True, set()),
        (migrations.AddField("person", "x", models.IntegerField(db_default=0)), True, set()),
        (migrations.AddField("person", "x", models.DateTimeField(db_default=Now())), True, set()),
        (migrations.AddField("person", "x", models.IntegerField(null=True)), False, {NOT_AGAIN}),
        (migrations.AddField("person", "x", models.IntegerField(null=True, unique=True)), True, {CONSTRAINT}),
        (migrations.AddField("person", "x", models.PositiveIntegerField(null=True)), True, {CONSTRAINT}),
        (migrations.AddField("person", "x", models.ForeignKey(User, models.CASCADE, null=True)), True, {FOREIGN_INDEX}),
        (migrations.AddField("person", "x", models.ForeignKey(User, models.CASCADE, null=True, db_index=False)), True, set()),
        (migrations.AlterField("person", "name", models.CharField("姓名", max_length=60)), True, set()),
        (migrations.AlterField("person", "name", models.CharField(max_length=90)), True, set()),
        (WidenAtWork("person", "name", models.CharField(max_length=90)), True, set()),
        (WidenAtWork("person", "name", models.CharField(max_length=30)), True, {REWRITE}),
        (migrations.AlterField("person", "name", models.CharField(max_length=30)), True, {REWRITE}),
        (migrations.AlterField("person", "name", models.CharField(max_length=60, null=True)), True, set()),
        (migrations.AlterField("person", "note", models.TextField()), True, {REWRITE}),
        (migrations.AlterField("person", "name", models.TextField()), True, {REWRITE}),
        (migrations.AddConstraint("person", models.CheckConstraint(condition=models.Q(id__gt=0), name="c")), True, {CONSTRAINT}),
        (migrations.RemoveConstraint("person", "c"), True, None),
        (migrations.RemoveField("person", "note"), True, {CONTRACT}),
        (migrations.RenameField("person", "note", "remark"), True, {CONTRACT}),
        (migrations.DeleteModel("person"), True, {CONTRACT}),
        (migrations.AlterOrderWithRespectTo("person", None), True, {UNKNOWN}),
    ],
    ids=lambda value: value.describe() if hasattr(value, "describe") else "",
)  # fmt: skip
def test_each_rule_is_known_by_what_breaks_it(operation: Any, atomic: bool, rules: set[str] | None) -> None:
    if rules is None:
        added = migrations.AddConstraint(
            "person", models.CheckConstraint(condition=models.Q(id__gt=0), name="c")
        )
        assert broken(added, operation, atomic=atomic) == {CONSTRAINT}
    elif isinstance(operation, (migrations.RemoveIndex, RemoveIndexAtWork)):
        assert broken(migrations.AddIndex("person", INDEX), operation, atomic=atomic) == rules
    else:
        assert broken(operation, atomic=atomic) == rules


def test_a_table_of_the_same_migration_is_nobodys_yet() -> None:
    made = migrations.CreateModel("thing", [("id", models.BigAutoField(primary_key=True))])

    assert broken(made, migrations.AddField("thing", "x", models.IntegerField(default=0))) == set()


def test_every_rule_is_tried() -> None:
    rules = {value for name, value in vars(locking).items() if name.isupper() and isinstance(value, str)}
    assert rules == {CONSTRAINT, CONTRACT, DATA, FOREIGN_INDEX, INDEX_AT_WORK, NO_TRANSACTION, NOT_AGAIN, NOT_NULL, REWRITE, UNKNOWN}  # fmt: skip
