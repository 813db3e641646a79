"""Runs and statements of a user; what the bank says and nobody has explained (批次、对账)."""

from __future__ import annotations

from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.enums import StatementOutcome
from juxian.apps.funds.models import BankStatement, PaymentLine, PaymentRun, StatementLine
from juxian.apps.funds.queries.grants import READERS
from juxian.apps.funds.rules import may_read_funds
from juxian.apps.organisations.models import Organisation
from juxian.apps.worded import Worded


def runs_visible_to(user: User) -> QuerySet[PaymentRun]:
    places = Organisation.objects.under(*user.paths_for(READERS, on=today()))
    return PaymentRun.objects.filter(home__in=places)


_READ = (
    *("state", "position", "reference", "attempt", "amount_fen", "told", "told_on", "told_by", "run__state"),
    *(
        "run__home__path",
        "run__home__pack",
        "run__made_by",
        "instalment__number",
        "instalment__grant__policy",
    ),
    *("instalment__grant__benefit", "instalment__grant__home__pack", "instalment__grant__person__name"),
    *("instalment__grant__person__merged_into", "instalment__grant__person__home__pack"),
)


def payments_read() -> QuerySet[PaymentLine]:
    """Payments with what settling one of them asks for."""
    return PaymentLine.objects.select_related(
        "run__home", "instalment__grant__home", "instalment__grant__person__home"
    ).only(*_READ)


PAYMENT = Worded(lambda number: payments_read().filter(pk=number))  # one of them


def payment_visible_to(user: User, number: int) -> PaymentLine | None:
    """A payment with what settling it asks for; None where there is none of that number for the user."""
    found = PAYMENT(number)
    return found[0] if found and may_read_funds(user, found[0].run.home) else None


def statements_visible_to(user: User) -> QuerySet[BankStatement]:
    places = Organisation.objects.under(*user.paths_for(READERS, on=today()))
    return BankStatement.objects.filter(home__in=places)


def unexplained(home: Organisation) -> int:
    """Lines of statements that match nothing and that nobody has explained; a gap between two statements is one."""
    return StatementLine.objects.filter(statement__home=home, outcome=StatementOutcome.UNKNOWN).count()
