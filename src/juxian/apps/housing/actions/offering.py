"""Offers: made from a draw, answered by the applicant, lost by time (配租). The database keeps one live offer of a space."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.gate import writing
from juxian.apps.housing.actions.banning import ban
from juxian.apps.housing.enums import ApplicationState, DrawState, OfferState
from juxian.apps.housing.models import Application, Draw, Estate, Lease, Offer, Space
from juxian.apps.housing.queries.draws import allotments_of, transcript_of
from juxian.apps.housing.queries.stock import free_spaces, scheme_of
from juxian.apps.housing.queries.waiting import places_of
from juxian.apps.housing.rules import NotPossible
from juxian.core.housing.words import BanCause


def make_offer(
    *, application: Application, space: Space, day: date, by: User | None, draw: Draw | None = None
) -> Offer:
    """Offer a space to one who waits; raises ``NotPossible`` when either has a live offer, or the space a tenant."""
    estate = application.estate
    with writing():
        if space.unit.out_of_use:
            raise NotPossible(_("%(space)s 已停用。") % {"space": space})
        if Lease.objects.standing().filter(space=space).exists():
            raise NotPossible(_("%(space)s 正在出租。") % {"space": space})
        if not Application.objects.waiting().filter(pk=application.pk).exists():
            raise NotPossible(_("%(number)s 不在轮候中。") % {"number": application.number})
        try:
            with transaction.atomic():
                made = Offer.objects.create(
                    application=application,
                    space=space,
                    draw=draw,
                    offered_on=day,
                    answer_by=day + timedelta(days=scheme_of(estate).days_to_answer),
                )
        except IntegrityError:
            raise NotPossible(_("%(space)s 或申请人已有待答复的配租。") % {"space": space}) from None
        _record("housing.offered", made, by)
    return made


def offer_next(*, estate: Estate, space: Space, day: date, by: User) -> Offer:
    """Offer a free space to the first in the queue (按位次配租), e.g. a room that a sharer gave back.

    Equal points at the head are for a public draw; so is whoever stands in a draw that still gives out. Raises
    ``NotPossible``.
    """
    with writing():
        if not free_spaces(estate).filter(pk=space.pk).exists():
            raise NotPossible(_("%(space)s 现在不能配租。") % {"space": space})
        first = next(iter(places_of(estate, day)), None)
        if first is None:
            raise NotPossible(_("没有人在轮候。"))
        if first.last > first.first:
            raise NotPossible(_("前 %(number)s 位同分，请组织公开抽签。") % {"number": first.last})
        application = Application.objects.select_related("estate__home", "person").get(
            pk=int(first.standing.id)
        )
        if application.draw_entries.filter(draw__state=DrawState.FROZEN).exists():
            raise NotPossible(_("第 1 位在未结束的抽签名单中，请先完成抽签。"))
        return make_offer(application=application, space=space, day=day, by=by)


def offer_drawn(*, draw: Draw, day: date, by: User) -> list[Offer]:
    """Offer what a draw gave, in drawn order; members who left the queue meanwhile count as having declined.

    The draw closes when every space is given, or nobody is left. Raises ``NotPossible`` without a result, or when closed.
    """
    with writing():
        locked = Draw.objects.select_for_update().select_related("estate__home").get(pk=draw.pk)
        if locked.state != DrawState.DRAWN or locked.closed_on:
            raise NotPossible(_("这次抽签没有可配租的结果。"))
        made: list[Offer] = []
        while todo := allotments_of(locked):
            gone = [one for one in todo if one.entry.application.state != ApplicationState.WAITING]
            for one in gone:
                _decline_for(one.entry.application, one.space, locked, day)
            if gone:  # others move up, so look again before anything is offered
                _publish(locked)
                continue
            made += [
                make_offer(application=one.entry.application, space=one.space, day=day, by=by, draw=locked)
                for one in todo
            ]
        _close_when_given(locked, day)
    return made


def accept_offer(*, offer: Offer, day: date, by: User) -> Offer:
    """Take the flat (接受配租); raises ``NotPossible`` when it was answered, or its last day is past."""
    with writing():
        changed = Offer.objects.open_on(day).filter(pk=offer.pk)
        if not changed.update(state=OfferState.ACCEPTED, answered_at=now()):
            raise NotPossible(_("这次配租已经答复或已过期限。"))
        _record("housing.offer_accepted", offer, by)
    offer.refresh_from_db()
    return offer


def decline_offer(*, offer: Offer, day: date, by: User) -> None:
    """Leave the flat to the next (放弃配租); raises ``NotPossible`` when it was answered, or its last day is past."""
    with writing():
        if not Offer.objects.open_on(day).filter(pk=offer.pk).exists():
            raise NotPossible(_("这次配租已经答复或已过期限。"))
        _lose(offer, OfferState.DECLINED, BanCause.DECLINED, day, by)


def expire_offers(*, day: date, by: User | None = None) -> int:
    """Close offers whose last day is past (逾期); returns how many. Safe to run again."""
    late = Offer.objects.filter(state=OfferState.OPEN, answer_by__lt=day).order_by("pk")
    count = 0
    for offer in late.select_related(
        "application__estate__home", "application__person", "draw__estate__home"
    ):
        with writing():
            if Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN).exists():
                _lose(offer, OfferState.EXPIRED, BanCause.DECLINED, day, by)
                count += 1
    return count


def give_up_signing(*, offer: Offer, day: date, by: User) -> None:
    """Somebody accepted and did not sign (未签约); raises ``NotPossible`` unless it is accepted and unsigned."""
    with writing():
        if not Offer.objects.filter(pk=offer.pk, state=OfferState.ACCEPTED).exists():
            raise NotPossible(_("只有已接受、未签约的配租可以这样处理。"))
        _lose(offer, OfferState.UNSIGNED, BanCause.NOT_SIGNED, day, by)


def _lose(offer: Offer, state: OfferState, cause: BanCause, day: date, by: User | None) -> None:
    """The space goes to the next; too many lost offers close the list for a time."""
    Offer.objects.filter(pk=offer.pk).update(state=state, answered_at=now())
    application = offer.application
    kinds = (
        [OfferState.UNSIGNED] if cause is BanCause.NOT_SIGNED else [OfferState.DECLINED, OfferState.EXPIRED]
    )
    times = Offer.objects.filter(application__person=application.person, state__in=kinds).count()
    if ban(estate=application.estate, person=application.person, cause=cause, day=day, times=times, by=by):
        Application.objects.filter(pk=application.pk).update(
            state=ApplicationState.CLOSED, closed_because=str(_("限制申请"))
        )
    _record(f"housing.offer_{state}", offer, by)
    if offer.draw is not None:
        draw = Draw.objects.select_for_update().select_related("estate__home").get(pk=offer.draw.pk)
        draw.closed_on = None
        _publish(draw)
        _close_when_given(draw, day)


def _decline_for(application: Application, space: Space, draw: Draw, day: date) -> None:
    Offer.objects.create(
        application=application,
        space=space,
        draw=draw,
        offered_on=day,
        answer_by=day,
        state=OfferState.DECLINED,
        answered_at=now(),
    )


def _publish(draw: Draw) -> None:
    """Write the record of a draw with the declines so far."""
    found = transcript_of(draw)
    draw.transcript, draw.sha256 = found.data.decode(), found.sha256
    draw.save(update_fields=["transcript", "sha256"])


def _close_when_given(draw: Draw, day: date) -> None:
    """Close a draw when nothing is left to give and nobody can lose an offer any more.

    A draw whose offers are still open or unsigned stays open, so that the next in its order follows, not another draw.
    """
    live = draw.offers.filter(state__in=(OfferState.OPEN, OfferState.ACCEPTED)).exists()
    draw.closed_on = None if live or allotments_of(draw) else day
    draw.save(update_fields=["closed_on"])


def close_after_signing(draw: Draw, day: date) -> None:
    """Called when a lease is signed."""
    locked = Draw.objects.select_for_update().get(pk=draw.pk)
    _close_when_given(locked, day)


def _record(action: str, offer: Offer, by: User | None) -> None:
    record(
        action,
        actor=by,
        subject=offer,
        organisation_path=offer.application.estate.home.path,
        detail={"application": offer.application.number, "space": offer.space_id},
    )
