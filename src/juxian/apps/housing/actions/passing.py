"""The tenant leaves and the spouse stays (承租人迁出，配偶留住): the lease passes on, where the scheme says so."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.housing.actions.households import hold_persons
from juxian.apps.housing.enums import LeaseState
from juxian.apps.housing.models import Lease
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.waiting import ban_on
from juxian.apps.housing.rules import NotPossible, worded
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of, schema_for
from juxian.core.facts.schema import Field, ProfileField
from juxian.core.housing.snapshot import eligibility, snapshot_of
from juxian.core.housing.words import APPLICATION_FIELDS, HOUSEHOLD_MEMBERS


@transaction.atomic
def pass_lease(*, lease: Lease, day: date, by: User, reason: str) -> Lease:
    """The spouse becomes the tenant of the same lease; whoever leaves owes nothing of it any more and is not banned.

    Deposit, open bills and the rent of the running term stay with the lease, so the one who stays takes them over; from the
    next term on the rent goes by the facts of that person alone. Raises ``NotPossible``: not running, nobody stays, the
    scheme ends the tenancy, or who stays is banned or may not rent, or a fact is missing that says so.
    """
    locked = (
        Lease.objects.select_for_update(of=("self",))
        .select_related("estate__home", "person", "spouse")
        .get(pk=lease.pk)
    )
    leaver, heir = locked.person, locked.spouse
    if locked.state != LeaseState.RUNNING or heir is None:
        raise NotPossible(_("租约不在租期内，或没有共同承租人。"))
    scheme = scheme_of(locked.estate)
    if not scheme.passes_to_spouse:
        raise NotPossible(
            _("按《%(scheme)s》，承租人迁出后租约不转给配偶，请通知腾退。") % {"scheme": worded(scheme.title)}
        )
    hold_persons(leaver, heir)
    _require_entitled(locked, heir, day)
    members = locked.asked.get(HOUSEHOLD_MEMBERS)
    locked.asked = locked.asked | ({} if members is None else {HOUSEHOLD_MEMBERS: max(1, members - 1)})
    locked.person, locked.spouse, locked.grounds = heir, None, []
    locked.employer = str(profile_as_of(heir, day, schema_for(locked.estate.home)).get("employer") or "")
    try:
        with transaction.atomic():
            locked.save(update_fields=["person", "spouse", "grounds", "employer", "asked"])
    except IntegrityError:
        raise NotPossible(_("这套房或这个人已有租约。")) from None
    owed = locked.bills.aggregate(fen=Sum(F("amount_fen") - F("paid_fen"), default=0))["fen"]
    record(
        "housing.lease_passed",
        actor=by,
        subject=locked,
        organisation_path=locked.estate.home.path,
        detail={
            "lease": locked.number,
            "from": leaver.number,
            "to": heir.number,
            "day": day.isoformat(),
            "open_fen": owed,
        },
        reason=reason,
    )
    return locked


def _require_entitled(lease: Lease, heir: Person, day: date) -> None:
    """Whoever stays might rent by the facts of today; raises ``NotPossible``."""
    if ban := ban_on(heir, day):
        raise NotPossible(
            _("因“%(cause)s”，配偶在 %(until)s 前不能申请。")
            % {"cause": ban.get_cause_display(), "until": ban.until}
        )
    scheme, schema = scheme_of(lease.estate), schema_for(lease.estate.home)
    snapshot = snapshot_of(scheme, day, profile_as_of(heir, day, schema), lease.asked, schema, None)
    answer = eligibility(scheme, snapshot, schema)
    if answer.holds is False:
        raise NotPossible(
            _("按《%(scheme)s》%(article)s，留住的配偶目前不符合条件，租约不能转由其承租，请通知腾退。")
            % {"scheme": worded(scheme.title), "article": scheme.article}
        )
    if answer.holds is None:
        fields: dict[str, Field | ProfileField] = {**schema.profile, **APPLICATION_FIELDS}
        names = [worded(fields[name].title) if name in fields else name for name in answer.missing]
        raise NotPossible(
            _("还不能判断留住的配偶是否符合条件，缺：%(missing)s") % {"missing": _("、").join(names)}
        )
