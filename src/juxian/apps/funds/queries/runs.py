"""Runs and statements of a user; what the bank says and nobody has explained (批次、对账)."""

from __future__ import annotations

from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.enums import StatementOutcome
from juxian.apps.funds.models import BankStatement, PaymentRun, StatementLine
from juxian.apps.funds.queries.grants import READERS
from juxian.apps.organisations.models import Organisation


def runs_visible_to(user: User) -> QuerySet[PaymentRun]:
    places = Organisation.objects.under(*user.paths_for(READERS, on=today()))
    return PaymentRun.objects.filter(home__in=places)


def statements_visible_to(user: User) -> QuerySet[BankStatement]:
    places = Organisation.objects.under(*user.paths_for(READERS, on=today()))
    return BankStatement.objects.filter(home__in=places)


def unexplained(home: Organisation) -> int:
    """Lines of statements that match nothing and that nobody has explained; a gap between two statements is one."""
    return StatementLine.objects.filter(statement__home=home, outcome=StatementOutcome.UNKNOWN).count()
