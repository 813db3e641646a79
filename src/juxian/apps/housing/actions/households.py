"""Couples in one flat (夫妻同住): one household, one application, both on the lease."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.grants import record_couple
from juxian.apps.funds.rules import NotPossible as NotOfOneHousehold
from juxian.apps.housing.models import Application, Estate, Lease
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.waiting import ban_on
from juxian.apps.housing.rules import NotPossible
from juxian.apps.persons.models import Person


def require_free(estate: Estate, person: Person, spouse: Person | None, day: date) -> None:
    """No ban, no flat, and of the household no more than the scheme allows; raises ``NotPossible``.

    Inside a transaction: the persons are locked, so that both of a couple cannot apply, or move in, at the same moment.
    """
    if spouse == person:
        raise NotPossible(_("配偶不能是本人。"))
    hold_persons(person, spouse)
    if ban := ban_on(person, day):
        raise NotPossible(
            _("因“%(cause)s”，%(until)s 前不能申请。")
            % {"cause": ban.get_cause_display(), "until": ban.until}
        )
    if Lease.objects.standing().of(person).exists():
        raise NotPossible(_("您正在租住人才公寓。"))
    if Application.objects.live().filter(spouse=person).exists():
        raise NotPossible(_("配偶已提交申请，一户只需一份。"))
    if spouse is not None:
        require_spouse_free(estate, spouse, day)


def require_spouse_free(estate: Estate, spouse: Person, day: date) -> None:
    """The other of a couple is not banned and has no more flats and applications than a household may; or ``NotPossible``."""
    if ban := ban_on(spouse, day):
        raise NotPossible(
            _("因“%(cause)s”，配偶在 %(until)s 前不能申请。")
            % {"cause": ban.get_cause_display(), "until": ban.until}
        )
    held = Lease.objects.standing().of(spouse).count() + Application.objects.live().of(spouse).count()
    if held >= scheme_of(estate).flats_per_household:
        raise NotPossible(_("配偶已有人才公寓或申请，一户限租一套。"))


def require_no_lease(person: Person, spouse: Person | None) -> None:
    """Nobody of the household stands on a lease when one begins; raises ``NotPossible``."""
    hold_persons(person, spouse)
    if Lease.objects.standing().of(*_household(person, spouse)).exists():
        raise NotPossible(_("这套房或这个人已有租约。"))


@transaction.atomic
def move_in_together(*, lease: Lease, spouse: Person, evidence: str, day: date, by: User) -> Lease:
    """The spouse of a tenant comes onto the lease (共同承租); the two are recorded as a household.

    Raises ``NotPossible``: the lease is over, somebody stands there already, the spouse is banned, has a flat or has applied.
    """
    locked = Lease.objects.select_for_update().select_related("estate__home", "person").get(pk=lease.pk)
    if locked.keys_on or locked.spouse_id:
        raise NotPossible(_("租约已结束，或已有共同承租人。"))
    if spouse.pk == locked.person_id:
        raise NotPossible(_("配偶不能是本人。"))
    hold_persons(locked.person, spouse)
    require_spouse_free(locked.estate, spouse, day)
    _pair(locked.person, spouse, evidence, by)
    locked.spouse = spouse
    try:
        with transaction.atomic():
            locked.save(update_fields=["spouse"])
    except IntegrityError:
        raise NotPossible(_("这套房或这个人已有租约。")) from None
    _record("housing.spouse_moved_in", locked, spouse, by, evidence)
    return locked


@transaction.atomic
def move_out_of_two(*, lease: Lease, day: date, by: User, reason: str) -> Lease:
    """The spouse leaves, the tenant stays (一方迁出); rent and deposit stay as they are. Raises ``NotPossible``."""
    locked = (
        Lease.objects.select_for_update(of=("self",))
        .select_related("estate__home", "spouse")
        .get(pk=lease.pk)
    )
    spouse = locked.spouse
    if locked.keys_on or spouse is None:
        raise NotPossible(_("租约已结束，或没有共同承租人。"))
    locked.spouse = None
    locked.save(update_fields=["spouse"])
    _record("housing.spouse_moved_out", locked, spouse, by, reason, day)
    return locked


def record_household(*, person: Person, spouse: Person, evidence: str, by: User) -> None:
    """Two persons are a household (登记夫妻), so that one application counts for both; raises ``NotPossible``."""
    _pair(person, spouse, evidence, by)


def _pair(person: Person, spouse: Person, evidence: str, by: User) -> None:
    try:
        record_couple(first=person, second=spouse, by=by, evidence=evidence)
    except NotOfOneHousehold as refused:
        raise NotPossible(str(refused)) from refused


def _household(person: Person, spouse: Person | None) -> list[Person]:
    return [person] if spouse is None else [person, spouse]


def hold_persons(person: Person, spouse: Person | None) -> None:
    """Whoever changes the household waits here; always in the same order."""
    ids = sorted(one.pk for one in _household(person, spouse))
    list(Person.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _record(
    action: str, lease: Lease, spouse: Person, by: User, reason: str, day: date | None = None
) -> None:
    record(
        action,
        actor=by,
        subject=lease,
        organisation_path=lease.estate.home.path,
        detail={"lease": lease.number, "spouse": spouse.number} | ({"day": day.isoformat()} if day else {}),
        reason=reason,
    )
