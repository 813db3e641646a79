"""Talent cards of the demonstration: a few of each state, one of the demonstration person, some uses (服务卡演示数据)."""

from __future__ import annotations

from itertools import chain

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.cards.actions import issue_card, make_key, record_use, reissue_card, revoke_card, signing_key
from juxian.apps.cards.actions.keys import NoKey
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.dates import add_months
from juxian.core.packs.schema import Pack

HOLDERS = 4
USED = ("films", "scenic-spots", "films")


def seed_cards(pack: Pack, root: Organisation, office: User) -> None:
    """One card of each state in a place; nothing where it has no card."""
    kind = next(iter(pack.cards.values()), None)
    if kind is None:
        return
    try:
        signing_key()
    except NoKey:
        make_key()
    day = today()
    own = Person.objects.filter(home=root, user__is_demo=True, merged_into=None)
    others = Person.objects.filter(home=root, user=None, merged_into=None).order_by("number")
    with transaction.atomic():
        people = list(chain(own[:1], others[:HOLDERS]))
        since = [add_months(day, -months) for months in (5, 30, 12, 70, 3)]
        cards = [
            issue_card(person=person, kind=kind.id, day=begun, by=office)
            for person, begun in zip(people, since, strict=False)
        ]
        for number, benefit in enumerate(USED):
            record_use(
                card=cards[0],
                benefit=benefit,
                partner=root,
                key=f"demo:{pack.code}:{number}",
                day=day,
                by=office,
            )
        reissue_card(card=cards[1], day=day, by=office, reason="卡片遗失")
        revoke_card(card=cards[2], day=day, by=office, reason="离开本地")
