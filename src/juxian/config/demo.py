"""The demonstration (演示): six packs, generated people, an account for each role.

Nothing here runs outside demo mode; names and numbers are generated and belong to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection, transaction

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.attrition.actions import look_for_warnings
from juxian.apps.audit.queries import HEADS
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.actions import install_pack
from juxian.apps.persons.actions import register_people_in_bulk
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Person, Profile, Source
from juxian.apps.policies.actions import sweep_pack
from juxian.apps.pools.actions import refresh_pool
from juxian.config.commands.upgrade import upgrade
from juxian.config.demo_cards import seed_cards
from juxian.config.demo_cases import seed_cases
from juxian.config.demo_collectives import seed_collectives
from juxian.config.demo_corrections import seed_corrections
from juxian.config.demo_doubles import add_doubles
from juxian.config.demo_funds import seed_funds
from juxian.config.demo_housing import house_people
from juxian.config.demo_notices import seed_notices
from juxian.config.demo_policies import seed_policies
from juxian.config.demo_privacy import seed_privacy
from juxian.core.money import split_by_share
from juxian.core.packs import load_all
from juxian.core.packs.schema import Pack
from juxian.core.population import cohort_persons, make_people

PASSWORD = "juxian-demo-2026"  # noqa: S105  # printed for everybody, of accounts that exist in demo mode only
MARK = "demo.json"
ROLES = (
    Role.OFFICE,
    Role.LEADER,
    Role.DEPARTMENT,
    Role.EMPLOYER,
    Role.PERSON,
    Role.REVIEWER,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDITOR,
)
CHECKER = "checker"  # a second clerk of the office: who prepares a run does not approve it
Tell = Callable[[str, str], None]


def demo_packs() -> list[Pack]:
    """The packs that have people to show, by code."""
    return [pack for _, pack in sorted(load_all().items()) if pack.population is not None]


def install_demo(size: int, tell: Tell) -> bool:
    """Set up database, packs, people and accounts; returns False when all of it stood already.

    A set-up that was interrupted is begun again from an empty database, so that it is never half there.
    """
    packs = demo_packs()
    wanted = {"done": True, "size": size, "packs": {pack.code: pack.digest for pack in packs}}
    mark = settings.JUXIAN_HOME / MARK
    if mark.exists() and json.loads(mark.read_text(encoding="utf-8")) == wanted:
        call_command("migrate", verbosity=0, interactive=False)
        return False
    if not mark.exists() and database_in_use():
        raise NotADemonstration(settings.JUXIAN_HOME)
    tell("建立数据库…", "Setting up the database…")
    settings.JUXIAN_HOME.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"done": False}), encoding="utf-8")
    empty_database()
    upgrade()
    for pack, count in zip(packs, sizes(packs, size), strict=True):
        tell(f"{pack.title.zh}：{count} 人…", f"{pack.title.en}: {count} persons…")
        install_with_people(pack, count)
    mark.write_text(json.dumps(wanted), encoding="utf-8")
    return True


class NotADemonstration(Exception):
    """The home directory holds data of somebody's; a demonstration must not be set up over it."""

    def __init__(self, home: Path) -> None:
        super().__init__(str(home))
        self.home = home


def database_in_use() -> bool:
    """There is a database with tables that no demonstration has made."""
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).exists():
        return False
    return bool(connection.introspection.table_names())


def empty_database() -> None:
    """Leave no row of an earlier demonstration (the audit log refuses deletion, so the file itself goes), and no head."""
    (settings.JUXIAN_AUDIT_HEADS / HEADS).unlink(missing_ok=True)
    if connection.vendor == "sqlite":
        connection.close()
        name = str(connection.settings_dict["NAME"])
        for part in ("", "-wal", "-shm"):
            Path(name + part).unlink(missing_ok=True)
    elif connection.introspection.table_names():
        call_command("flush", verbosity=0, interactive=False)


def sizes(packs: Iterable[Pack], total: int) -> list[int]:
    """How many persons each pack gets: its cohorts, and a share of the rest by the weight of its filler."""
    packs = list(packs)
    counts = {pack.code: cohort_persons(pack) for pack in packs}
    weights = {
        pack.code: pack.population.filler.weight
        for pack in packs
        if pack.population and pack.population.filler
    }
    rest = max(0, total - sum(counts.values()))
    for code, share in zip(weights, split_by_share(rest, list(weights.values())), strict=True):
        counts[code] += share
    return list(counts.values())


def install_with_people(pack: Pack, count: int) -> None:
    """One pack with its people, accounts and a first run of its policies."""
    root = install_pack(pack).root
    source = Source.objects.create(
        kind=SourceKind.DEMO, title=f"{pack.title.zh}演示数据", organisation=root, day=pack.as_of
    )
    register_people_in_bulk(home=root, drafts=make_people(pack, count), source=source)
    create_accounts(pack, root)
    add_doubles(root, pack.as_of)
    for pool in root.pools.all():
        refresh_pool(pool=pool, as_of=pack.as_of)
    sweep_pack(pack=pack, as_of=pack.as_of)
    clerks = User.objects.filter(username__in=[f"office.{pack.code}", f"{CHECKER}.{pack.code}"])
    checker, maker = clerks.order_by("username")
    seed_funds(pack, root, maker, checker)
    seed_cases(pack, root)
    house_people(pack, root)
    seed_cards(pack, root, maker)
    seed_notices(root, maker, checker)
    seed_policies(pack, root, maker, checker)
    seed_privacy(pack, root)
    seed_corrections(pack, root, maker)
    seed_collectives(pack, root, maker)
    look_for_warnings(home=root, day=today())


@cache
def _hashed() -> str:
    """The one password of all accounts, hashed once: hashing is slow on purpose."""
    return make_password(PASSWORD)


@transaction.atomic
def create_accounts(pack: Pack, root: Organisation) -> None:
    """One account for each role, a second one of the office to check payments; all share the demonstration password."""
    hashed = _hashed()
    places = {Role.EMPLOYER: _largest_employer(root), Role.DEPARTMENT: _first_department(root)}
    names = [(role, role.value.replace("_", "-"), role.label) for role in ROLES]
    for role, name, label in (*names, (Role.OFFICE, CHECKER, "人才办复核")):
        user = User.objects.create(
            username=f"{name}.{pack.code}",
            name=f"{pack.title.zh}{label}",
            password=hashed,
            is_demo=True,
            person=_typical_person(root) if role is Role.PERSON else None,
        )
        Post.objects.create(user=user, role=role, organisation=places.get(role) or root, since=pack.as_of)


def accounts() -> list[dict[str, str]]:
    """The demonstration accounts for printing: place, username, role, name, password."""
    posts = Post.objects.filter(user__is_demo=True).select_related("user", "organisation").order_by("pk")
    titles = {pack.code: pack.title.zh for pack in demo_packs()}
    rows: list[dict[str, Any]] = [
        {
            "place": titles[post.organisation.pack],
            "username": post.user.username,
            "role": post.get_role_display(),
            "name": post.organisation.name,
            "password": PASSWORD,
        }
        for post in posts
    ]
    return rows


def _largest_employer(root: Organisation) -> Organisation | None:
    codes = Profile.objects.filter(home=root, employer__isnull=False).values_list("employer", flat=True)
    counts: dict[str, int] = {}
    for code in codes:
        counts[str(code)] = counts.get(str(code), 0) + 1
    best = max(counts, key=lambda code: (counts[code], code), default="")
    return Organisation.objects.filter(code=best).first()


def _first_department(root: Organisation) -> Organisation | None:
    return Organisation.objects.filter(pack=root.pack, kind="department").order_by("pk").first()


def _typical_person(root: Organisation) -> Person | None:
    """Somebody with an introduction, so that there is something to see."""
    found = Person.objects.filter(home=root, profile__introduced_on__isnull=False).order_by("pk").first()
    return found or Person.objects.filter(home=root).order_by("pk").first()
