"""A draft on its way, and persons who became entitled overnight, for the demonstration (政策草稿与新符合的人)."""

from __future__ import annotations

from datetime import timedelta

from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.actions import begin_draft, find_entitled, save_draft, submit_draft
from juxian.apps.policies.models import Examined, Found
from juxian.core.packs.schema import Pack

NEWLY = 12  # rows that the demonstration shows as found overnight
OWN = 3  # of which belong to the account of the person
NOTE = "# 演示草稿：尚未改动内容，请在此修改后检查。\n"


def seed_policies(pack: Pack, root: Organisation, maker: User, checker: User) -> None:
    """One draft that is being written, one that waits for a second person, and a night's search."""
    first, *others = pack.policies.values()
    draft = begin_draft(pack=pack, policy=first, root=root, by=maker)
    save_draft(
        draft=draft, text=draft.text + NOTE, cases=draft.cases, revision=draft.revision, root=root, by=maker
    )
    waiting = begin_draft(pack=pack, policy=others[0] if others else first, root=root, by=checker)
    submit_draft(
        draft=waiting, effective_on=pack.as_of + timedelta(days=30), pack=pack, root=root, by=checker
    )
    _search(pack, root)


def _search(pack: Pack, root: Organisation) -> None:
    """A first search the day before, and one that finds a few persons as if they had been recorded since."""
    find_entitled(pack=pack, as_of=pack.as_of - timedelta(days=1))
    benefits = {
        (policy.id, benefit.id): benefit
        for policy in pack.policies.values()
        for benefit in policy.benefits.values()
    }
    kinds: dict[tuple[str, str], int] = {}
    own = Found.objects.filter(person__user__username=f"person.{pack.code}").order_by("pk")
    newly = list(own.values_list("pk", flat=True)[:OWN])
    for row in (
        Found.objects.filter(home=root).order_by("-person").values_list("pk", "policy", "benefit", "person")
    ):
        key = row[1], row[2]
        if kinds.get(key, 0) < 3 and len(newly) < NEWLY and key in benefits:
            kinds[key] = kinds.get(key, 0) + 1
            newly.append(row[0])
    people = set(Found.objects.filter(pk__in=newly).values_list("person", flat=True))
    Found.objects.filter(pk__in=newly).delete()
    Examined.objects.filter(person__in=people).update(changed=1)
    find_entitled(pack=pack, as_of=pack.as_of)
