"""Runs and statements of a user; what the bank says and nobody has explained (批次、对账)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.enums import StatementOutcome
from juxian.apps.funds.models import BankStatement, PaymentLine, PaymentRun, StatementLine
from juxian.apps.funds.queries.grants import READERS
from juxian.apps.funds.rules import funds_paid_anywhere, may_read_funds
from juxian.apps.organisations.models import Organisation
from juxian.apps.worded import Worded
from juxian.core.packs import pack_called


def runs_visible_to(user: User) -> QuerySet[PaymentRun]:
    """Runs of the jurisdictions that the user works for, and those of nothing but funds that their department pays."""
    seen = Q(home__in=Organisation.objects.under(*user.paths_for(READERS, on=today())))
    for pack, funds in funds_paid_anywhere(user).items():
        lines, own = PaymentLine.objects.filter(run=OuterRef("pk")), Q(instalment__grant__fund__in=funds)
        seen |= Q(Exists(lines.filter(own)), ~Exists(lines.exclude(own)), home__pack=pack)
    return PaymentRun.objects.filter(seen)


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
    if not found:
        return None
    reads = (
        may_read_funds(user, found[0].run.home) or runs_visible_to(user).filter(pk=found[0].run_id).exists()
    )
    return found[0] if reads else None


def statements_visible_to(user: User) -> QuerySet[BankStatement]:
    """Those of the jurisdictions that the user works for, and of places for all of whose funds their department pays."""
    seen = Q(home__in=Organisation.objects.under(*user.paths_for(READERS, on=today())))
    for pack, funds in funds_paid_anywhere(user).items():
        if funds == set(pack_called(pack).funds.funds):
            seen |= Q(home__pack=pack)
    return BankStatement.objects.filter(seen)


def unexplained(home: Organisation) -> int:
    """Lines of statements that match nothing and that nobody has explained; a gap between two statements is one."""
    return StatementLine.objects.filter(statement__home=home, outcome=StatementOutcome.UNKNOWN).count()
