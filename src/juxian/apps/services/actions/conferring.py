"""The joint conference: cases come before it, resolutions go back to them (联席会议)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions.acting import Wanted, act_on_case
from juxian.apps.services.actions.noting import note
from juxian.apps.services.enums import ConferenceState
from juxian.apps.services.models import AgendaItem, Case, Conference


class NotOnAgenda(Exception):
    """The conference is over, the case stands on its agenda already, or the item was resolved."""

    def __str__(self) -> str:
        return _("会议已召开、议题已存在或已有决议。")


@transaction.atomic
def convene(*, home: Organisation, title: str, day: date, by: User) -> Conference:
    """Set a meeting up (召集会议)."""
    made = Conference.objects.create(home=home, title=title, day=day, created_by=by)
    record(
        "services.convened",
        actor=by,
        subject=made,
        organisation_path=home.path,
        detail={"day": day.isoformat()},
    )
    return made


@transaction.atomic
def escalate(*, case: Case, conference: Conference, question: str, by: User) -> AgendaItem:
    """Bring a case before a conference of its place (提请审议). Raises ``NotOnAgenda``, ``Overtaken``."""
    conference = Conference.objects.select_for_update().get(pk=conference.pk)
    open_ = conference.state == ConferenceState.PLANNED and conference.home_id == case.home_id
    if not open_ or AgendaItem.objects.filter(conference=conference, case=case).exists():
        raise NotOnAgenda
    item = AgendaItem.objects.create(conference=conference, case=case, question=question)
    note(case, "agenda", by, question, detail={"conference": conference.pk})
    record(
        "services.escalated",
        actor=by,
        subject=case,
        organisation_path=case.home.path,
        detail={"conference": conference.pk},
        reason=question[:500],
    )
    return item


@transaction.atomic
def resolve(*, item: AgendaItem, resolution: str, by: User, wanted: Wanted | None = None) -> Case:
    """Write down what was resolved; it returns to the case, and may act on it at once. Raises ``NotOnAgenda``."""
    taken = AgendaItem.objects.filter(pk=item.pk, resolution="").update(
        resolution=resolution, resolved_at=now(), resolved_by=by
    )
    if not taken:
        raise NotOnAgenda
    case = Case.objects.select_related("home").get(pk=item.case_id)
    note(case, "resolution", by, resolution, detail={"conference": item.conference_id})
    record(
        "services.resolved",
        actor=by,
        subject=case,
        organisation_path=case.home.path,
        detail={"conference": item.conference_id},
        reason=resolution[:500],
    )
    return act_on_case(case=case, wanted=wanted, by=by) if wanted else case


@transaction.atomic
def close_conference(*, conference: Conference, by: User) -> None:
    """The meeting was held; nothing more comes on its agenda."""
    if Conference.objects.filter(pk=conference.pk, state=ConferenceState.PLANNED).update(
        state=ConferenceState.HELD
    ):
        record(
            "services.conference_held", actor=by, subject=conference, organisation_path=conference.home.path
        )
