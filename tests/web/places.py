"""A place with people to open pages on: one pack, an employer, users of each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.models import InstalledPack
from juxian.apps.persons.actions import DocumentDraft, FactDraft, register_person
from juxian.apps.persons.models import Person
from juxian.core.packs import load_all
from juxian.core.packs.schema import Pack
from tests.browser import Browser
from tests.factories import EmployerFactory, OrganisationFactory, SourceFactory, UserFactory

PACK = "jiayuguan"
ID_NUMBER = "620201199001011232"  # valid in form, made for tests
DAY = date(2022, 6, 1)


@dataclass
class Place:
    """One jurisdiction of the database and the means to act in it."""

    pack: Pack
    root: Organisation
    employer: Organisation

    def user(self, role: str, **values: Any) -> User:
        places = {Role.EMPLOYER: self.employer}
        return UserFactory(role=role, organisation=places.get(Role(role), self.root), **values)

    def client(self, role: str = "", **values: Any) -> Browser:
        """A browser signed in as a new user of ``role``; a visitor without one."""
        client = Browser()
        if role:
            client.force_login(self.user(role, **values), backend="django.contrib.auth.backends.ModelBackend")
        return client

    def person(self, name: str = "测试甲", number: str = "", degree: str = "master", **values: Any) -> Person:
        """A person with identity, education, employment and a phone; ``facts`` adds more."""
        facts = [
            FactDraft(
                "identity", {"name": name, "gender": "female", "birth_date": "1990-01-01"}, date(1990, 1, 1)
            ),
            FactDraft(
                "education", {"degree": degree, "school": "测试大学"}, date(2015, 7, 1), evidence="毕业证书"
            ),
            FactDraft(
                "employment",
                {"employer": self.employer.code, "position": "医师", "full_time": True},
                date(2016, 8, 1),
            ),
            FactDraft("contact", {"phone": "13800001234"}, date(2020, 1, 1)),
            *values.get("facts", []),
        ]
        documents = [DocumentDraft("resident_id", number)] if number else []
        return register_person(
            home=self.root, name=name, facts=facts, documents=documents, source=SourceFactory()
        )


def make_place(code: str = PACK) -> Place:
    """Install the tree's root and one employer of a pack, without its demonstration people."""
    pack = load_all()[code]
    root = OrganisationFactory(code=pack.root, path=pack.root, pack=code, name=pack.title.zh)
    InstalledPack.objects.create(
        code=code, title=pack.title.zh, directory=str(pack.directory), digest="0", root=root
    )
    return Place(
        pack, root, EmployerFactory(code=f"{code}-hospital", parent=root, pack=code, name="测试医院")
    )
