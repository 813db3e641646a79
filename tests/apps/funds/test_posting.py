"""The stored ledger posts what the core decides, and the database itself keeps what was posted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from juxian.apps import gate
from juxian.apps.funds.actions import close_key, open_accounts, post, post_what_can_be, reverse
from juxian.apps.funds.models import Account, Entry, Posting
from juxian.apps.funds.queries.ledger import balance_of, balances_of, entries_called
from juxian.apps.funds.queries.proof import verify, wrong_balances
from juxian.apps.gate import writing
from juxian.config.cli import main
from juxian.config.invariants import Scope, search
from juxian.core.ledger.accounts import Kind, Unit, account
from juxian.core.ledger.flows import appropriate, grant_accounts, pay, reserve
from juxian.core.ledger.refusals import InvalidEntry, KeyRefused, KeyReused, NotReversible, OutOfBounds
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
GIVEN = appropriate("city", "b", 1_000, DAY, "文1")
PROMISED = reserve("b", "g", 600, DAY)


@pytest.fixture(autouse=True)
def accounts() -> None:
    open_accounts(
        [account(Kind.APPROPRIATION, "city"), account(Kind.BUDGET, "b"), *grant_accounts("g")],
        OrganisationFactory(),
    )


def stands(*names: str) -> list[int]:
    return [balance_of(name) for name in names]


def test_entries_move_balances_and_are_kept_with_who_posted_them() -> None:
    user = UserFactory()

    post(GIVEN, PROMISED, by=user)

    assert stands("appropriation:city", "budget:b", "reserved:g") == [-1_000, 400, 600]
    [entry] = Entry.objects.filter(key="reserve:g:1")
    assert (entry.day, entry.posted_by, entry.body_hash) == (DAY, user, PROMISED.body_hash)
    legs = Posting.objects.filter(entry=entry).values_list("account__name", "amount")
    assert dict(legs) == {"budget:b": -600, "reserved:g": 600}


def test_a_second_click_finds_the_first() -> None:
    post(GIVEN)

    again = post(GIVEN)

    assert ([entry.key for entry in again.known], again.new) == ([GIVEN.key], [])
    assert (Entry.objects.count(), balance_of("budget:b")) == (1, 1_000)


def test_the_same_key_with_other_content_is_loud() -> None:
    post(GIVEN)

    with pytest.raises(KeyReused, match="内容不同"):
        post_what_can_be(appropriate("city", "b", 1_001, DAY, "文1"))

    assert balance_of("budget:b") == 1_000


def test_all_entries_of_a_call_or_none() -> None:
    with pytest.raises(OutOfBounds):
        post(GIVEN, PROMISED, reserve("b", "g", 401, DAY, 2))

    assert (Entry.objects.count(), stands("budget:b", "reserved:g")) == (0, [0, 0])


def test_a_refused_key_stays_refused_when_the_money_has_come() -> None:
    refused = post_what_can_be(PROMISED)
    post(GIVEN)

    assert list(refused.refused) == [PROMISED.key]
    with pytest.raises(KeyRefused, match="曾被拒绝"):
        post(PROMISED)
    assert entries_called([PROMISED.key]).refused[PROMISED.key].startswith("budget:b")
    assert balance_of("reserved:g") == 0
    post(reserve("b", "g", 600, DAY, 2))
    assert balance_of("reserved:g") == 600


def test_a_key_is_closed_once_and_never_after_it_was_posted() -> None:
    close_key("pay:p:g:1:1", "账号有误", DAY)
    close_key("pay:p:g:1:1", "账号有误", DAY)
    post(GIVEN)

    with pytest.raises(KeyRefused):
        post(pay("pay:p:g:1:1", "g", 1, DAY))
    with pytest.raises(InvalidEntry, match="can only be reversed"):
        close_key(GIVEN.key, "x", DAY)


def test_an_entry_is_taken_back_once() -> None:
    post(GIVEN, PROMISED)

    reverse(PROMISED.key, DAY, "录错")

    assert stands("budget:b", "reserved:g") == [1_000, 0]
    assert Entry.objects.get(key=PROMISED.key).reversed_by.memo == "录错"
    with pytest.raises(KeyReused):
        reverse(PROMISED.key, DAY, "再次")
    with pytest.raises(NotReversible):
        reverse(f"reverse:{PROMISED.key}", DAY, "x")
    with pytest.raises(InvalidEntry):
        reverse("nothing", DAY, "x")


def test_many_entries_are_a_handful_of_statements(django_assert_max_num_queries: Any) -> None:
    open_accounts(
        [one for number in range(400) for one in grant_accounts(f"h{number}")], OrganisationFactory()
    )
    post(appropriate("city", "b", 40_000, DAY, "文2"))

    with django_assert_max_num_queries(8):
        post(*(reserve("b", f"h{number}", 100, DAY) for number in range(400)))

    assert (balance_of("budget:b"), balances_of(["reserved:h0", "reserved:h399", "reserved:x"])) == (
        0,
        {"reserved:h0": 100, "reserved:h399": 100, "reserved:x": 0},
    )


def test_an_account_opened_twice_is_the_same_and_other_bounds_are_refused() -> None:
    home = OrganisationFactory()
    open_accounts([account(Kind.BUDGET, "b")], home)

    with pytest.raises(InvalidEntry, match="budget:b"):
        open_accounts([account(Kind.BUDGET, "b", Unit.POST)], home)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funds_entry SET memo = 'x'",
        "DELETE FROM funds_entry",
        "UPDATE funds_posting SET amount = 1",
        "DELETE FROM funds_posting",
        "UPDATE funds_account SET name = 'other' WHERE name = 'budget:b'",
        "UPDATE funds_account SET unit = 'post' WHERE name = 'budget:b'",
    ],
)
def test_the_database_refuses_to_change_what_was_posted(statement: str) -> None:
    post(GIVEN)

    refused = pytest.raises(DatabaseError, match=r"append-only|keeps its name")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("balance", [-1, 1_001])
def test_the_database_refuses_a_balance_out_of_bounds(balance: int) -> None:
    Account.objects.filter(name="budget:b").update(ceiling=1_000)

    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(name="budget:b").update(balance=balance)


def test_a_sound_ledger_is_proven(capsys: pytest.CaptureFixture[str]) -> None:
    post(GIVEN, PROMISED)
    post_what_can_be(reserve("b", "g", 401, DAY, 2))
    reverse(PROMISED.key, DAY, "录错")

    found = verify()

    assert (found.entries, found.accounts, found.difference, wrong_balances()) == (3, 7, None, [])
    assert main(["ledger", "verify"]) == 0
    assert capsys.readouterr().out == "3 条分录、7 个账户，全部相符。\n"


def without_triggers(*statements: str) -> None:
    """What somebody with the database in hand could do."""
    drop = (
        ["DROP TRIGGER funds_entry_no_update", "DROP TRIGGER funds_posting_no_update"]
        if connection.vendor == "sqlite"
        else ["SET LOCAL session_replication_role = replica"]
    )
    with connection.cursor() as cursor:
        for statement in (*drop, *statements):
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "place", "words"),
    [
        ("UPDATE funds_account SET balance = 401 WHERE name = 'budget:b'", "budget:b", "the entries 400"),
        (
            "UPDATE funds_entry SET memo = 'x' WHERE key = 'reserve:g:1'",
            "reserve:g:1",
            "not that of its hash",
        ),
        ("UPDATE funds_entry SET day = '2026-03-03'", GIVEN.key, "not that of its hash"),
        ("UPDATE funds_posting SET amount = 601 WHERE amount = 600", "reserve:g:1", "not that of its hash"),
    ],
)
def test_the_first_difference_is_named(
    statement: str, place: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    post(GIVEN, PROMISED)
    without_triggers(statement)

    status = main(["--lang", "en", "ledger", "verify"])

    told = capsys.readouterr().out
    assert status == 1
    assert told.startswith(f"{place}: ")
    assert words in told


def test_invariants_tell_a_wrong_balance() -> None:
    post(GIVEN)
    Account.objects.filter(name="budget:b").update(balance=999)

    told = dict(search(Scope()))["ledger"].violations

    assert [words.en for words in told] == ["budget:b: the balance says 999, the entries 1000"]


def test_the_gate_is_open_inside_a_transaction() -> None:
    with writing(), writing():
        post(GIVEN)

    assert balance_of("budget:b") == 1_000


def test_the_gate_is_a_file_beside_the_database(tmp_path: Path) -> None:
    with gate._turn(tmp_path / "juxian.sqlite3"):
        assert (tmp_path / "juxian.sqlite3.gate").exists()
