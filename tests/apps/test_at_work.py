"""Indexes that are built beside those who write (不停机建索引)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, NotSupportedError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from juxian.apps.at_work import (
    AddIndexAtWork,
    RemoveIndexAtWork,
    SchemaEditorAtWork,
    WidenAtWork,
    check_references,
)
from juxian.apps.persons.models import Fact, Person, Source
from tests.factories import FactFactory, PersonFactory

INDEX = models.Index(fields=["name"], name="persons_by_name_tried")


def names() -> set[str]:
    with connection.cursor() as cursor:
        return {
            name
            for name, held in connection.introspection.get_constraints(cursor, "persons_person").items()
            if held["index"]
        }


@pytest.mark.django_db(transaction=True)
def test_an_index_is_there_and_goes_again() -> None:
    state = MigrationExecutor(connection).loader.project_state()
    after = state.clone()
    add, remove = AddIndexAtWork("person", INDEX), RemoveIndexAtWork("person", INDEX.name)
    add.state_forwards("persons", after)
    gone = after.clone()
    remove.state_forwards("persons", gone)

    with connection.schema_editor(atomic=False) as editor:
        add.database_forwards("persons", editor, state, after)
    assert INDEX.name in names()
    with connection.schema_editor(atomic=False) as editor:
        remove.database_forwards("persons", editor, after, gone)
    assert INDEX.name not in names()
    with connection.schema_editor(atomic=False) as editor:
        remove.database_backwards("persons", editor, gone, after)
    assert INDEX.name in names()
    with connection.schema_editor(atomic=False) as editor:
        add.database_backwards("persons", editor, after, state)
    assert INDEX.name not in names()


@pytest.mark.django_db(transaction=True)
def test_a_column_is_widened_without_a_copy_of_its_table(django_assert_max_num_queries: Any) -> None:
    state = MigrationExecutor(connection).loader.project_state()
    after = state.clone()
    widen = WidenAtWork("person", "name", models.CharField(max_length=90))
    widen.state_forwards("persons", after)

    with django_assert_max_num_queries(10) as asked, connection.schema_editor() as editor:
        widen.database_forwards("persons", editor, state, after)
    sql = " ".join(query["sql"] for query in asked)
    assert ("varchar(90)" in sql) == (connection.vendor == "postgresql")
    assert "CREATE TABLE" not in sql
    PersonFactory(name="长" * 80)
    Person.objects.all().delete()
    with connection.schema_editor() as editor:
        widen.database_backwards("persons", editor, after, state)


@pytest.mark.django_db
def test_no_transaction_may_hold_it() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL; the suite runs on it as well")
    state = MigrationExecutor(connection).loader.project_state()
    add = AddIndexAtWork("person", INDEX)

    with (
        transaction.atomic(),
        connection.schema_editor(atomic=False) as editor,
        pytest.raises(NotSupportedError),
    ):
        add.database_forwards("persons", editor, state, state)


@pytest.mark.django_db(transaction=True)
def test_an_index_at_work_replaces_what_an_interrupted_try_has_left() -> None:
    """On PostgreSQL a build that ends half way leaves an index that is not used; the next try makes it whole."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL; the suite runs on it as well")
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state()
    operation = AddIndexAtWork("person", INDEX)
    after = state.clone()
    operation.state_forwards("persons", after)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX persons_by_name_tried ON persons_person (name)")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'persons_by_name_tried'::regclass"
        )

        for _time in range(2):
            with connection.schema_editor(atomic=False) as editor:
                operation.database_forwards("persons", editor, state, after)
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = 'persons_by_name_tried'::regclass"
            )
            assert cursor.fetchone() == (True,)
        for _time in range(2):
            with connection.schema_editor(atomic=False) as editor:
                operation.database_backwards("persons", editor, after, state)
        cursor.execute("SELECT to_regclass('persons_by_name_tried')")
        assert cursor.fetchone() == (None,)


@pytest.mark.django_db(transaction=True)
def test_an_index_that_stands_already_is_left_and_one_that_is_gone_is_no_mistake() -> None:
    """What a migration that was killed between two indexes finds when it is begun again."""
    state = MigrationExecutor(connection).loader.project_state()
    operation = AddIndexAtWork("person", INDEX)
    after = state.clone()
    operation.state_forwards("persons", after)

    with connection.schema_editor(atomic=False) as editor:
        for _time in range(2):
            operation.database_forwards("persons", editor, state, after)
        assert INDEX.name in names()
        for _time in range(2):
            operation.database_backwards("persons", editor, after, state)
    assert INDEX.name not in names()


# on SQLite: which references are read through


@pytest.fixture
def fact(transactional_db: None) -> Fact:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite, which checks no reference while a migration runs")
    return FactFactory()


LOSE_ITS_PERSON = "UPDATE persons_fact SET person_id = 999999"


def make_facts_anew(then: Callable[[], object] = lambda: None) -> None:
    with SchemaEditorAtWork(connection) as editor:
        editor.execute(LOSE_ITS_PERSON)
        editor._remake_table(Fact)
        then()


def test_a_table_that_is_made_anew_is_checked_before_it_stays(fact: Fact) -> None:
    with pytest.raises(IntegrityError, match="persons_fact"):
        make_facts_anew()

    assert Fact.objects.get().person_id == fact.person_id
    assert not connection.in_atomic_block


def test_a_migration_that_fails_leaves_nothing_and_tells_its_own_mistake(fact: Fact) -> None:
    with pytest.raises(ZeroDivisionError):
        make_facts_anew(lambda: 1 / 0)

    assert Fact.objects.get().person_id == fact.person_id
    check_references(connection)


def test_the_other_tables_are_read_through_when_nobody_waits(fact: Fact) -> None:
    asked: list[str] = []

    def note(execute: Any, sql: str, *more: Any) -> Any:
        asked.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note), SchemaEditorAtWork(connection) as editor:
        editor.execute(LOSE_ITS_PERSON)
        editor._remake_table(Source)

    assert [sql for sql in asked if "foreign_key_check" in sql] == [
        'PRAGMA foreign_key_check("persons_source")'
    ]
    with pytest.raises(IntegrityError, match="persons_fact"):
        check_references(connection)
