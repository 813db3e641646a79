"""Ledger first; what refers to it stands in modules of its own."""

from juxian.apps.funds.models.budgets import BudgetChange, BudgetLine
from juxian.apps.funds.models.grants import Couple, Grant, Instalment
from juxian.apps.funds.models.ledger import Account, Entry, Posting
from juxian.apps.funds.models.payees import PayeeAccount
from juxian.apps.funds.models.recoveries import Obligation, Receipt, Recovery, RecoveryPart, Relief
from juxian.apps.funds.models.runs import BankStatement, PaymentLine, PaymentRun, StatementLine
from juxian.apps.funds.models.seats import Seat

__all__ = [
    "Account",
    "BankStatement",
    "BudgetChange",
    "BudgetLine",
    "Couple",
    "Entry",
    "Grant",
    "Instalment",
    "Obligation",
    "PayeeAccount",
    "PaymentLine",
    "PaymentRun",
    "Posting",
    "Receipt",
    "Recovery",
    "RecoveryPart",
    "Relief",
    "Seat",
    "StatementLine",
]
