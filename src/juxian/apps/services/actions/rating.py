"""Ratings and the office's replies; days on which nothing is taken in (好差评、停办期)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, FreezePeriod, Rating


class AlreadyRated(Exception):
    def __str__(self) -> str:
        return _("这件事已经评价过了。")


@transaction.atomic
def rate(*, case: Case, stars: int, words: str, by: User) -> Rating:
    """The applicant's opinion, once. Raises ``AlreadyRated``, ``ValueError`` for stars other than 1 to 5."""
    if not 1 <= stars <= 5:
        raise ValueError(f"{stars} stars")
    try:
        with transaction.atomic():
            made = Rating.objects.create(case=case, stars=stars, words=words, at=now(), by=by)
    except IntegrityError:
        raise AlreadyRated from None
    record(
        "services.rated", actor=by, subject=case, organisation_path=case.home.path, detail={"stars": stars}
    )
    return made


@transaction.atomic
def reply_to_rating(*, rating: Rating, words: str, by: User) -> None:
    """The office answers; a later reply replaces the earlier one."""
    Rating.objects.filter(pk=rating.pk).update(reply=words, replied_at=now(), replied_by=by)
    record("services.rating_replied", actor=by, subject=rating.case, organisation_path=rating.case.home.path)


@transaction.atomic
def freeze(
    *, home: Organisation, service: str, since: date, until: date, reason: str, by: User
) -> FreezePeriod:
    """Take in nothing for a time (停办); ``service`` empty: of any service; ``until`` exclusive."""
    made = FreezePeriod.objects.create(home=home, service=service, since=since, until=until, reason=reason)
    record(
        "services.frozen",
        actor=by,
        subject=made,
        organisation_path=home.path,
        detail={"service": service, "since": since.isoformat(), "until": until.isoformat()},
        reason=reason,
    )
    return made


@transaction.atomic
def end_freeze(*, period: FreezePeriod, by: User) -> None:
    """Take in applications again from today on; a period that has not begun is taken back (恢复受理)."""
    day = today()
    if period.until <= day:
        return
    if period.since < day:
        FreezePeriod.objects.filter(pk=period.pk).update(until=day)
    else:
        FreezePeriod.objects.filter(pk=period.pk).delete()
    record(
        "services.freeze_ended",
        actor=by,
        subject=period,
        organisation_path=period.home.path,
        detail={
            "service": period.service,
            "since": period.since.isoformat(),
            "until": period.until.isoformat(),
            "on": day.isoformat(),
        },
    )
