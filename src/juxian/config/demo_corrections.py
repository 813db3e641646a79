"""A proposed correction, statements in dispute, a saved search, needs and a past day in the demonstration (演示更正、冲突与盘点)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.corrections.actions import Proposal, propose_correction
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, Source
from juxian.apps.searches.actions import save_search
from juxian.apps.stocktake.actions import AT_ONCE, NeedDraft, ask_for_take, make_take, state_needs
from juxian.apps.stocktake.enums import Knowledge
from juxian.apps.stocktake.queries import SERVING
from juxian.core.dates import add_years
from juxian.core.packs.schema import Pack

IN_DISPUTE = 3  # persons


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
    seed_disputes(root, clerk)
    seed_stocktake(root, clerk)


def seed_disputes(root: Organisation, clerk: User) -> None:
    """A roster says another date of birth of the newest persons; the two statements wait side by side (冲突待定夺)."""
    source = Source.objects.create(
        kind=SourceKind.ROSTER, title="单位名册（演示）", organisation=root, day=today()
    )
    born = Fact.objects.standing().filter(person__home=root, kind="identity", value__birth_date__isnull=False)
    for fact in list(born.select_related("person__home").order_by("-person_id")[:IN_DISPUTE]):
        day = date.fromisoformat(fact.value["birth_date"]) + timedelta(days=1)
        other = FactDraft("identity", fact.value | {"birth_date": day.isoformat()}, fact.since)
        record_facts(
            person=fact.person, facts=[other], source=source, by=clerk, reason="名册与档案不一致（演示）"
        )


def seed_stocktake(root: Organisation, clerk: User) -> None:
    """What the largest employer needs, and the register of a year before, counted where it is small (需求与盘点)."""
    rows = Organisation.objects.under(root.path).employers()
    people = root.persons.filter(profile__status=SERVING).values_list("profile__employer", flat=True)
    staff = Counter(people)
    unit = max((row.code for row in rows), key=lambda code: (staff[code], code), default="")
    if unit:
        needs = [
            NeedDraft(unit, "degree", "doctor", staff[unit] // 10 + 1, "三定方案（演示）"),
            NeedDraft(unit, "title_level", "senior", staff[unit] // 8 + 1, "三定方案（演示）"),
        ]
        state_needs(home=root, needs=needs, day=today(), by=clerk, reason="年度核定（演示）")
    if root.persons.count() <= AT_ONCE:
        make_take(take=ask_for_take(home=root, day=add_years(today(), -1), knowledge=Knowledge.NOW, by=clerk))
