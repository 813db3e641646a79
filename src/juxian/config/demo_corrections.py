"""A proposed correction and a saved search in the demonstration (演示更正和常用查询)."""

from __future__ import annotations

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.corrections.actions import Proposal, propose_correction
from juxian.apps.organisations.models import Organisation
from juxian.apps.searches.actions import save_search
from juxian.core.packs.schema import Pack


def seed_corrections(pack: Pack, root: Organisation, clerk: User) -> None:
    """The sample person says what the school was; the clerk keeps a search for the unit."""
    owner = (
        User.objects.filter(person__home=root, username=f"person.{pack.code}")
        .select_related("person__home")
        .first()
    )
    if owner and owner.person:
        proposal = Proposal("training", {"programme": "青年骨干研修"}, since=today())
        propose_correction(person=owner.person, proposal=proposal, by=owner, reason="漏登的培训（演示）")
    save_search(
        organisation=root,
        by=clerk,
        name="硕士以上",
        query={"condition": "学历 >= 硕士"},
        columns=["employer", "degree", "title_level"],
        shared=True,
        alert=True,
    )
