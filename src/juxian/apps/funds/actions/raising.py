"""More of a benefit from the day on which somebody rises to a higher class (升层次补差)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Min, Sum
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.funds.actions.grants import end_grant, grant_benefit
from juxian.apps.funds.enums import InstalmentState
from juxian.apps.funds.models import Grant
from juxian.apps.funds.queries.grants import living
from juxian.apps.funds.rules import NotPossible
from juxian.apps.policies.queries import pack_in_force
from juxian.core.packs.schema import Pack
from juxian.core.policy.document import StackingRule


def may_be_raised(pack: Pack, grant: Grant) -> bool:
    """Whether the benefit is given anew less what was received, so that a rise pays the difference."""
    policy = pack.policies.get(grant.policy)
    benefit = policy.benefits.get(grant.benefit) if policy else None
    return benefit is not None and any(s.rule is StackingRule.DEDUCT_EARLIER for s in benefit.stacking)


@transaction.atomic
def raise_grant(*, grant: Grant, day: date, reason: str, by: User) -> Grant:
    """End a grant and promise the benefit anew on the facts of ``day``: less what was paid, over the payments that are left.

    Raises ``NotPossible`` when nothing is left, the benefit does not take off what was paid, or it would not be more.
    """
    if not may_be_raised(pack_in_force(grant.home.pack, day), grant):
        raise NotPossible(_("这项待遇没有“扣除已享受”的规定，不能补差。"))
    planned = grant.instalments.filter(state=InstalmentState.PLANNED)
    left = planned.aggregate(fen=Sum("amount_fen"), due=Min("due"))
    if not left["fen"]:
        raise NotPossible(_("没有未发的款项，不能补差。"))
    end_grant(grant=grant, day=day, reason=reason, by=by)
    made = grant_benefit(
        person=living(grant.person),
        policy=grant.policy,
        benefit=grant.benefit,
        source_key=f"raise:{grant.pk}",
        by=by,
        day=day,
        first_due=max(day, left["due"]),
        instead_of=grant,
    )
    if made.total_fen <= left["fen"]:
        raise NotPossible(_("按 %(day)s 的信息，应发的没有增加，不需要补差。") % {"day": day})
    return made
