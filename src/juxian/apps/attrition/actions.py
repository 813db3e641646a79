"""Looking for warnings anew, and noting what was done (更新预警、跟进)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.attrition.enums import State
from juxian.apps.attrition.models import AttritionWarning, FollowUp
from juxian.apps.attrition.queries import Sign, signs_of
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.packs import pack_called

CHUNK = 2000


@transaction.atomic
def look_for_warnings(*, home: Organisation, day: date, by: User | None = None) -> tuple[int, int]:
    """Raise what is new, clear what is no more; returns how many of each. What was noted stays.

    A warning whose day has moved (a contract that was renewed) is cleared, and a new one raised when it is due.
    """
    Organisation.objects.select_for_update().get(pk=home.pk)  # two runs take turns
    signals = pack_called(home.pack).attrition.signals
    raised = cleared = 0
    for signal in signals.values():
        found = signs_of(signal, home, day)
        standing = {
            item.person_id: item
            for item in AttritionWarning.objects.filter(home=home, signal=signal.id, cleared_on=None)
        }
        gone = [
            item.pk
            for person, item in standing.items()
            if person not in found or (found[person].day != item.day and signal.source != "condition")
        ]
        cleared += _clear(gone, day)
        kept = {item.person_id for item in standing.values() if item.pk not in set(gone)}
        new = [_warning(home, signal.id, sign, day) for person, sign in found.items() if person not in kept]
        raised += len(AttritionWarning.objects.bulk_create(new, batch_size=CHUNK))
    former = AttritionWarning.objects.filter(home=home, cleared_on=None).exclude(signal__in=signals)
    cleared += former.update(cleared_on=day)
    if raised or cleared or by is not None:
        record(
            "attrition.looked",
            actor=by,
            subject=home,
            organisation_path=home.path,
            detail={"day": day.isoformat(), "raised": raised, "cleared": cleared},
        )
    return raised, cleared


def look_everywhere() -> str:
    """Nightly: every place with people, each in its own transaction; returns what happened, for the log."""
    homes = Organisation.objects.filter(parent=None, pk__in=Person.objects.order_by().values("home"))
    changes = [look_for_warnings(home=home, day=today()) for home in homes]
    return f"{sum(new for new, _gone in changes)} raised, {sum(gone for _new, gone in changes)} cleared"


@transaction.atomic
def follow_up(*, warning: AttritionWarning, state: str, words: str, by: User) -> FollowUp:
    """Note what was done and how far it is (跟进)."""
    found = (
        AttritionWarning.objects.select_for_update(of=("self",))
        .select_related("home", "person")
        .get(pk=warning.pk)
    )
    AttritionWarning.objects.filter(pk=found.pk).update(state=State(state))
    made = FollowUp.objects.create(warning=found, state=State(state), words=words, at=now(), by=by)
    record(
        "attrition.followed_up",
        actor=by,
        subject=found.person,
        organisation_path=found.home.path,
        detail={"signal": found.signal, "state": state},
        reason=words[:200],
    )
    return made


def _warning(home: Organisation, signal: str, sign: Sign, day: date) -> AttritionWarning:
    return AttritionWarning(
        home=home,
        person_id=sign.person,
        signal=signal,
        day=sign.day,
        facts=list(sign.facts),
        reference=sign.reference,
        raised_on=day,
    )


def _clear(keys: list[int], day: date) -> int:
    count = 0
    for start in range(0, len(keys), CHUNK):
        rows = AttritionWarning.objects.filter(pk__in=keys[start : start + CHUNK])
        count += rows.update(cleared_on=day)
    return count
