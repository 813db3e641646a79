"""Databases of their own on the PostgreSQL server of the tests, dropped afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

SERVER = os.environ.get("JUXIAN_TEST_SERVER", "postgresql://root@127.0.0.1:5432")


def administered(statement: str, *names: str, server: str = SERVER) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="module")
def new_database() -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and gives its address."""
    names: list[str] = []

    def make() -> str:
        names.append(f"juxian_test_{secrets.token_hex(6)}")
        administered("CREATE DATABASE {}", names[-1])
        return f"{SERVER}/{names[-1]}"

    try:
        psycopg.connect(f"{SERVER}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL server at 127.0.0.1:5432")
    yield make
    for name in names:
        administered("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
