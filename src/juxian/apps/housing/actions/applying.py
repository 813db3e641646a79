"""Applying for a flat, bringing an application up to date, taking it back (申请)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.housing.enums import LIVE_OFFERS, ApplicationState
from juxian.apps.housing.models import Application, Estate, Lease
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.waiting import ban_on
from juxian.apps.housing.rules import NotPossible, worded
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of, schema_for
from juxian.core.housing.points import Entry, points_of
from juxian.core.housing.snapshot import Snapshot, eligibility, snapshot_of


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

    asked: values of ``APPLICATION_FIELDS``. Raises ``NotPossible`` (rules not met, banned, another application or flat).
    """
    _require_free(estate, person, spouse, day)
    taken = _look(estate, person, spouse, asked, day)
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


@transaction.atomic
def renew_snapshot(*, application: Application, day: date, by: User | None) -> Application:
    """Look at the facts again (更新申请信息); the application keeps its day. Raises ``NotPossible`` when rules fail now."""
    locked = Application.objects.live().select_for_update().filter(pk=application.pk).first()
    if locked is None or locked.offers.filter(state__in=LIVE_OFFERS).exists():
        raise NotPossible(_("这份申请现在不能更新。"))
    taken = _look(locked.estate, locked.person, locked.spouse, locked.asked, day)
    locked.snapshot, locked.snapshot_on = dict(taken.snapshot.values), day
    locked.missing, locked.state = list(taken.missing), taken.state
    locked.save(update_fields=["snapshot", "snapshot_on", "missing", "state"])
    _record("housing.application_renewed", locked, by)
    return locked


@transaction.atomic
def withdraw_application(*, application: Application, by: User, reason: str = "") -> None:
    """Leave the queue (撤回); raises ``NotPossible`` when it no longer waits, or while an offer is open."""
    if application.offers.filter(state__in=LIVE_OFFERS).exists():
        raise NotPossible(_("有待答复或待签约的配租，请先答复。"))
    changed = Application.objects.live().filter(pk=application.pk)
    if not changed.update(state=ApplicationState.WITHDRAWN, closed_because=reason):
        raise NotPossible(_("这份申请已经结束。"))
    _record("housing.application_withdrawn", application, by, reason)


class _Look:
    """What the facts of a day say of an application."""

    def __init__(self, snapshot: Snapshot, missing: tuple[str, ...]) -> None:
        self.snapshot, self.missing = snapshot, missing
        self.state = ApplicationState.INCOMPLETE if missing else ApplicationState.WAITING


def _look(
    estate: Estate, person: Person, spouse: Person | None, asked: Mapping[str, Any], day: date
) -> _Look:
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
    return _Look(snapshot, tuple(dict.fromkeys((*answer.missing, *points.missing))))


def _require_free(estate: Estate, person: Person, spouse: Person | None, day: date) -> None:
    """No ban, no flat, and of a household no more than the scheme allows; raises ``NotPossible``."""
    if ban := ban_on(person, day):
        raise NotPossible(
            _("因“%(cause)s”，%(until)s 前不能申请。")
            % {"cause": ban.get_cause_display(), "until": ban.until}
        )
    if Lease.objects.standing().filter(person=person).exists():
        raise NotPossible(_("您正在租住人才公寓。"))
    if spouse is None:
        return
    if spouse == person:
        raise NotPossible(_("配偶不能是本人。"))
    held = Lease.objects.standing().filter(person=spouse).count()
    held += Application.objects.live().filter(person=spouse).count()
    if held >= scheme_of(estate).flats_per_household:
        raise NotPossible(_("配偶已有人才公寓或申请，一户限租一套。"))


def _record(action: str, application: Application, by: User | None, reason: str = "") -> None:
    record(
        action,
        actor=by,
        subject=application,
        organisation_path=application.estate.home.path,
        detail={"state": application.state, "missing": application.missing},
        reason=reason,
    )
