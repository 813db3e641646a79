"""Who may do what with persons (人才库权限)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, hands_of, has_role, refuse
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, Person
from juxian.apps.persons.registry import sources_of
from juxian.core.packs import pack_called


def may_register(user: User, home: Organisation) -> Decision:
    """Open a new record in the jurisdiction ``home`` (建档)."""
    return has_role(user, [Role.OFFICE], home)


def may_record_facts(user: User, person: Person) -> Decision:
    """Add a fact (补充信息项)."""
    if person.merged_into_id:
        return refuse(_("该档案已并入其他档案，请在保留的档案上操作。"))
    return has_role(user, [Role.OFFICE], person.home)


def apart(home: Organisation) -> bool:
    """Whether in this place who recorded a fact may not verify it (谁登记谁不核验): its pack says so."""
    return pack_called(home.pack).separation.record_and_verify


def may_verify_oneself(home: Organisation) -> Decision:
    """Record a fact as verified at once, without a second person."""
    if apart(home):
        return refuse(_("谁登记谁不核验：登记后由另一位经办核验。"))
    return allow()


def checked_apart(user: User, facts: Sequence[Fact]) -> Decision:
    """Neither who recorded a fact, nor who handed in its roster, nor who stands in for one of them verifies it."""
    watched = [fact for fact in facts if apart(fact.person.home)]
    hands = hands_of(user)
    own = any(fact.recorded_by_id in hands for fact in watched)
    sources = {fact.source_id for fact in watched}
    if own or any(found.filter(source__in=sources).exists() for found in sources_of(hands) if sources):
        return refuse(_("这条信息由您（或互相代行的同事）登记、报送或入库，须由另一位经办核验。"))
    return allow()


def may_verify(user: User, fact: Fact) -> Decision:
    """Say that a fact has been checked (核验)."""
    duty = may_record_facts(user, fact.person)
    return checked_apart(user, [fact]) if duty else duty


def may_reveal(user: User, person: Person) -> Decision:
    """Read a masked value in full (查看完整号码); the person may always read their own."""
    if user.person_id == person.pk:
        return allow()
    return has_role(user, [Role.OFFICE], person.home)
