"""Applying for a flat, bringing an application up to date, taking it back (申请)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.queries.grants import spouse_of
from juxian.apps.gate import writing
from juxian.apps.housing.actions.households import record_household, require_free, require_spouse_free
from juxian.apps.housing.enums import LIVE_OFFERS, ApplicationState
from juxian.apps.housing.models import Application, Estate
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.rules import NotPossible, worded
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of, schema_for
from juxian.core.housing.points import Entry, points_of
from juxian.core.housing.snapshot import Snapshot, eligibility, snapshot_of
from juxian.core.housing.words import HOUSEHOLD_MEMBERS

COUPLE = 2


def apply_for_flat(
    *,
    estate: Estate,
    person: Person,
    asked: Mapping[str, Any],
    day: date,
    by: User | None,
    spouse: Person | None = None,
    wish: str = "",
) -> Application:
    """Put an application into the queue; what is not known makes it wait for papers, it never refuses.

    asked: values of ``APPLICATION_FIELDS``. spouse: the one on record when left out; a couple is one household with one
    application. Raises ``NotPossible`` (rules not met, banned, another application or flat of the household).
    """
    spouse = spouse or spouse_of(person)
    with writing():
        require_free(estate, person, spouse, day)
        require_room_for_both(asked, spouse)
        taken = look(estate, person, spouse, asked, day)
        try:
            with transaction.atomic():
                made = Application.objects.create(
                    estate=estate,
                    person=person,
                    spouse=spouse,
                    applied_on=day,
                    asked=dict(asked),
                    wish=wish,
                    snapshot=dict(taken.snapshot.values),
                    snapshot_on=day,
                    missing=list(taken.missing),
                    state=taken.state,
                    by=by,
                )
                _record("housing.applied", made, by)
        except IntegrityError:
            raise NotPossible(_("您已有一份公寓申请，不能重复提交。")) from None
    return made


def require_room_for_both(asked: Mapping[str, Any], spouse: Person | None) -> None:
    """Two who apply together are at least two; raises ``NotPossible``."""
    members = asked.get(HOUSEHOLD_MEMBERS)
    if spouse is not None and members is not None and members < COUPLE:
        raise NotPossible(_("夫妻同住的，家庭人数至少为 2。"))


@transaction.atomic
def renew_snapshot(*, application: Application, day: date, by: User | None) -> Application:
    """Look at the facts again (更新申请信息); the application keeps its day. Raises ``NotPossible`` when rules fail now."""
    locked = Application.objects.live().select_for_update().filter(pk=application.pk).first()
    if locked is None or locked.offers.filter(state__in=LIVE_OFFERS).exists():
        raise NotPossible(_("这份申请现在不能更新。"))
    taken = look(locked.estate, locked.person, locked.spouse, locked.asked, day)
    locked.snapshot, locked.snapshot_on = dict(taken.snapshot.values), day
    locked.missing, locked.state = list(taken.missing), taken.state
    locked.save(update_fields=["snapshot", "snapshot_on", "missing", "state"])
    _record("housing.application_renewed", locked, by)
    return locked


@transaction.atomic
def name_spouse(
    *, application: Application, spouse: Person, evidence: str, day: date, by: User
) -> Application:
    """The office records whose spouse an applicant is (登记配偶): from now on one household, looked at again.

    Raises ``NotPossible``: no longer waiting, another spouse stands there, the spouse is banned, has a flat or has applied.
    """
    locked = Application.objects.live().select_for_update(of=("self",)).filter(pk=application.pk)
    found = locked.select_related("estate__home", "person").first()
    if found is None or found.offers.filter(state__in=LIVE_OFFERS).exists():
        raise NotPossible(_("这份申请现在不能更新。"))
    if found.spouse_id or spouse.pk == found.person_id:
        raise NotPossible(_("已登记配偶，或配偶就是本人。"))
    require_spouse_free(found.estate, spouse, day)
    record_household(person=found.person, spouse=spouse, evidence=evidence, by=by)
    found.asked = {**found.asked, HOUSEHOLD_MEMBERS: max(COUPLE, found.asked.get(HOUSEHOLD_MEMBERS) or 0)}
    taken = look(found.estate, found.person, spouse, found.asked, day)
    found.spouse, found.snapshot, found.snapshot_on = spouse, dict(taken.snapshot.values), day
    found.missing, found.state = list(taken.missing), taken.state
    found.save(update_fields=["spouse", "asked", "snapshot", "snapshot_on", "missing", "state"])
    _record("housing.spouse_named", found, by, evidence)
    return found


@transaction.atomic
def withdraw_application(*, application: Application, by: User, reason: str = "") -> None:
    """Leave the queue (撤回); raises ``NotPossible`` when it no longer waits, or while an offer is open."""
    if application.offers.filter(state__in=LIVE_OFFERS).exists():
        raise NotPossible(_("有待答复或待签约的配租，请先答复。"))
    changed = Application.objects.live().filter(pk=application.pk)
    if not changed.update(state=ApplicationState.WITHDRAWN, closed_because=reason):
        raise NotPossible(_("这份申请已经结束。"))
    _record("housing.application_withdrawn", application, by, reason)


class Look:
    """What the facts of a day say of an application."""

    def __init__(self, snapshot: Snapshot, missing: tuple[str, ...]) -> None:
        self.snapshot, self.missing = snapshot, missing
        self.state = ApplicationState.INCOMPLETE if missing else ApplicationState.WAITING


def look(estate: Estate, person: Person, spouse: Person | None, asked: Mapping[str, Any], day: date) -> Look:
    """Whether the rules let the household apply, as the facts of ``day`` say; raises ``NotPossible`` when they do not."""
    scheme, schema = scheme_of(estate), schema_for(estate.home)
    other = profile_as_of(spouse, day, schema) if spouse else None
    snapshot = snapshot_of(scheme, day, profile_as_of(person, day, schema), asked, schema, other)
    answer = eligibility(scheme, snapshot, schema)
    if answer.holds is False:
        raise NotPossible(
            _("按《%(scheme)s》%(article)s，目前不符合申请条件。")
            % {"scheme": worded(scheme.title), "article": scheme.article}
        )
    points = points_of(scheme, Entry("", day, snapshot), schema, day)
    return Look(snapshot, tuple(dict.fromkeys((*answer.missing, *points.missing))))


def _record(action: str, application: Application, by: User | None, reason: str = "") -> None:
    record(
        action,
        actor=by,
        subject=application,
        organisation_path=application.estate.home.path,
        detail={"state": application.state, "missing": application.missing},
        reason=reason,
    )
