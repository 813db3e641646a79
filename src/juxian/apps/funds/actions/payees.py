"""Bank details: handed in by one, confirmed by another (收款账户的提交与确认)."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.funds.enums import AccountState
from juxian.apps.funds.models import PayeeAccount
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.models import Person
from juxian.core.secrecy import digest, seal

_NUMBER = re.compile(r"[0-9]{8,32}")
SHOWN = 4


def mask_account(number: str) -> str:
    """``6222020200112345678`` → ``6222***********5678``."""
    return f"{number[:SHOWN]}{'*' * (len(number) - 2 * SHOWN)}{number[-SHOWN:]}"


@transaction.atomic
def propose_account(
    *, person: Person, number: str, bank: str, holder: str, by: User | None, evidence: str = ""
) -> PayeeAccount:
    """Hand in bank details; they count once another has confirmed them. Raises ``NotPossible``."""
    plain = re.sub(r"[\s-]", "", number)
    if not _NUMBER.fullmatch(plain):
        raise NotPossible(_("账号应为 8 至 32 位数字。"))
    if holder.strip() != person.name:
        raise NotPossible(_("户名须与本人姓名一致（%(name)s）。") % {"name": person.name})
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    PayeeAccount.objects.filter(person=person, state=AccountState.PROPOSED).update(state=AccountState.REFUSED)
    account = PayeeAccount.objects.create(
        person=person,
        holder=holder.strip(),
        bank=bank.strip(),
        sealed=seal(plain, settings.JUXIAN_KEYS),
        digest=digest(plain, settings.JUXIAN_KEYS),
        masked=mask_account(plain),
        proposed_by=by,
        evidence=evidence,
    )
    _record("funds.account_proposed", account, by)
    return account


@transaction.atomic
def confirm_account(*, account: PayeeAccount, by: User | None, evidence: str = "") -> None:
    """Confirm details that another has handed in; the earlier account is replaced.

    ``by`` is the person, or a second clerk with the person's signed paper as ``evidence``. When the person handed them in,
    a clerk's check is enough. Raises ``NotPossible``.
    """
    if by is not None and same_hands(by, account.proposed_by_id):
        raise NotPossible(_("提交人不能确认自己提交的账户，须由另一人确认。"))
    of_person = {by.person_id if by else None, account.proposed_by.person_id if account.proposed_by else None}
    if by is not None and account.person_id not in of_person and not (evidence or account.evidence):
        raise NotPossible(_("本人没有参与提交或确认时，须写明本人签字的凭证。"))
    changed = PayeeAccount.objects.filter(pk=account.pk, state=AccountState.PROPOSED)
    earlier = PayeeAccount.objects.filter(person=account.person_id, state=AccountState.CONFIRMED)
    earlier.update(state=AccountState.REPLACED)
    if not changed.update(
        state=AccountState.CONFIRMED,
        confirmed_by=by,
        confirmed_at=now(),
        evidence=evidence or account.evidence,
    ):
        raise NotPossible(_("这个账户已经确认或否认过。"))
    _record("funds.account_confirmed", account, by)


@transaction.atomic
def refuse_account(*, account: PayeeAccount, by: User, reason: str) -> None:
    """Say that proposed details are wrong (否认)."""
    if not PayeeAccount.objects.filter(pk=account.pk, state=AccountState.PROPOSED).update(
        state=AccountState.REFUSED
    ):
        raise NotPossible(_("这个账户已经确认或否认过。"))
    _record("funds.account_refused", account, by, reason)


def _record(action: str, account: PayeeAccount, by: User | None, reason: str = "") -> None:
    record(
        action,
        actor=by,
        subject=account,
        organisation_path=account.person.home.path,
        detail={"person": account.person.number, "masked": account.masked},
        reason=reason,
    )
