"""Objects for tests; fixed days, no names of real people."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory

from juxian.apps.accounts.models import Post, User
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, Person, Source

DAY = date(2026, 1, 15)


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    """A root organisation of the pack 嘉峪关 unless a parent is given."""

    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"org-{n}")
    name = factory.Sequence(lambda n: f"测试机构{n}")
    kind = "government"
    pack = "jiayuguan"
    parent = None

    @factory.lazy_attribute
    def path(self) -> str:
        return f"{self.parent.path}/{self.code}" if self.parent else self.code


class EmployerFactory(OrganisationFactory):
    kind = "hospital"
    employer_kind = "hospital"
    industry = "Q"
    employs = True


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A user; ``role`` and ``organisation`` add a post."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user-{n}")
    name = factory.Sequence(lambda n: f"测试用户{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **values: Any) -> User:
        role, organisation = values.pop("role", None), values.pop("organisation", None)
        user = super()._create(model_class, *args, **values)
        if role:
            place = organisation or OrganisationFactory()
            Post.objects.create(user=user, role=role, organisation=place, since=date(2000, 1, 1))
        return user


class SourceFactory(factory.django.DjangoModelFactory[Source]):
    class Meta:
        model = Source

    kind = SourceKind.FORM
    title = "测试来源"
    day = DAY


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person

    number = factory.Sequence(lambda n: f"TT{n:08d}")
    name = factory.Sequence(lambda n: f"测试人才{n}")
    home = factory.SubFactory(OrganisationFactory)


class FactFactory(factory.django.DjangoModelFactory[Fact]):
    class Meta:
        model = Fact

    person = factory.SubFactory(PersonFactory)
    kind = "education"
    value = factory.LazyFunction(lambda: {"degree": "master", "school": "测试大学"})
    since = DAY
    source = factory.SubFactory(SourceFactory)
