"""Carrying out all checks on one moment of the database (执行核查)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection
from django.db.models import Q

from juxian.apps.accounts.enums import SEPARATED
from juxian.apps.accounts.models import Post
from juxian.apps.audit.queries import verify
from juxian.apps.clock import today
from juxian.config.invariants import batches, cases, housing, money, register, storage
from juxian.config.invariants.result import Result, Scope
from juxian.core.text import Text

Check = Callable[[Scope], Result]
_BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


def references(scope: Scope) -> Result:
    """Every reference leads to a row (SQLite can be written to without that; PostgreSQL holds it itself)."""
    tables = connection.introspection.table_names()
    try:
        connection.check_constraints()
    except IntegrityError as error:
        return Result(len(tables), [Text(f"引用无效：{error}", f"a reference leads nowhere: {error}")])
    return Result(len(tables), [])


def audit(scope: Scope) -> Result:
    """The chain of the audit log is whole, and as its signed heads say."""
    found = verify()
    wrong = []
    if found.broken is not None:
        wrong.append(Text(f"第 {found.broken} 条审计记录不符", f"audit entry {found.broken} does not fit"))
    if found.forged is not None:
        wrong.append(
            Text(
                f"链头文件第 {found.forged} 行不是原样",
                f"line {found.forged} of the signed heads was changed",
            )
        )
    return Result(found.entries, wrong)


def separation(scope: Scope) -> Result:
    """The three administrators are three people, and none of them holds another post (三权分立)."""
    standing = Post.objects.filter(stands_for=None).filter(Q(until=None) | Q(until__gt=today()))
    held: dict[str, set[str]] = {}
    for username, role in standing.values_list("user__username", "role").order_by("user__username"):
        held.setdefault(username, set()).add(role)
    wrong = [name for name, roles in held.items() if len(roles) > 1 and roles & set(SEPARATED)]
    return Result(
        len(held),
        [
            Text(
                f"账号 {name} 兼任管理员与其他岗位", f"account {name} is an administrator and something else"
            )
            for name in wrong
        ],
    )


CHECKS: dict[str, Check] = {
    "references": references,
    "batch_sums": batches.sums,
    "batch_states": batches.states,
    "numbers": register.numbers,
    "documents": register.documents,
    "profiles_present": register.profiles_present,
    "profiles_derived": register.profiles_derived,
    "files": storage.files,
    "sealed": storage.sealed,
    "seats": cases.seats,
    "ledger": money.ledger,
    "grants": money.grants,
    "tenancies": housing.tenancies,
    "separation": separation,
    "audit": audit,
}


def search(scope: Scope) -> Iterator[tuple[str, Result]]:
    """Run every check; all see the same moment, and nobody who writes is held up."""
    with one_moment():
        for name, check in CHECKS.items():
            yield name, check(scope)


@contextmanager
def one_moment() -> Iterator[None]:
    """A reading transaction; ``transaction.atomic`` would take the lock of the one writer of SQLite."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
