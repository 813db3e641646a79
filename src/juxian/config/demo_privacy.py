"""Consent and a request to delete in the demonstration (演示个人信息权益)."""

from __future__ import annotations

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.privacy.actions import ask_to_erase, retain, say_on_purpose
from juxian.core.packs.schema import Pack


def seed_privacy(pack: Pack, root: Organisation) -> None:
    """The sample person agrees to be reached and asks for something; the nightly job has run once."""
    owner = (
        User.objects.filter(person__home=root, username=f"person.{pack.code}")
        .select_related("person")
        .first()
    )
    if owner and owner.person and "reach" in pack.purposes:
        say_on_purpose(person=owner.person, purpose=pack.purposes["reach"], given=True, by=owner)
        ask_to_erase(person=owner.person, words="希望删除不再需要的信息（演示）", by=owner)
    retain(home=root, day=today())
