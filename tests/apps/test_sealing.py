"""What is sensitive lies encrypted in the tables and reads as it was written (敏感信息加密存储)."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from juxian.apps import sealing as sealing_module
from juxian.apps.messaging.models import ChatAddress, Delivery
from juxian.apps.persons.actions import FactDraft, record_facts, record_facts_of_many, refresh_profiles
from juxian.apps.persons.conditions import NotFilterable, as_filter
from juxian.apps.persons.models import Fact, Profile
from juxian.apps.persons.queries import schema_for
from juxian.apps.policies.actions.sweeping import keep_snapshots, population_frame
from juxian.apps.policies.models import ProfileSnapshot
from juxian.apps.sealing import (
    SealedJSONField,
    rows_to_seal,
    seal_rows,
    seal_texts,
    sealed_columns,
    sealed_texts,
    sealing,
    sealing_texts,
    texts_to_seal,
)
from juxian.core.packs import load_all
from juxian.core.policy import names_of_schema, parse_condition
from juxian.core.secrecy import Keys
from tests.factories import FactFactory, OrganisationFactory, PersonFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db
PHONE, DAY = "13800001234", date(2026, 1, 1)
FAMILY = {"marital_status": "20", "school_age_children": 2}
COLUMNS = {
    "persons.Fact.value",
    "persons.Profile.values",
    "policies.ProfileSnapshot.values",
    "funds.Grant.profile",
    "corrections.Correction.value",
    "services.Case.data",
    "services.CaseEffect.values",
    "services.BulkRow.answers",
    "services.Draft.answers",
    "housing.Application.asked",
    "housing.Application.snapshot",
    "housing.Lease.asked",
}


def stored(model: type[models.Model], column: str) -> str:
    """What the table holds, row by row."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {model._meta.db_table}')  # our own names
        return "\n".join(str(row[0]) for row in cursor.fetchall())


def test_the_columns_that_hold_what_is_sensitive_are_sealed() -> None:
    found = {
        f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in sealed_columns(model)
    }

    assert found == COLUMNS
    texts = {
        f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in sealed_texts(model)
    }
    assert texts == {
        "messaging.Delivery.address", "messaging.ChatAddress.address", "messaging.ChatAddress.pending",
    }  # fmt: skip


def test_a_telephone_is_sealed_in_the_table_and_plain_to_whoever_reads_the_row() -> None:
    FactFactory(kind="contact", value={"phone": PHONE, "email": "li@example.org"})
    FactFactory(kind="education", value={"degree": "50", "school": "某大学"})

    table = stored(Fact, "value")

    assert PHONE not in table
    assert "example.org" not in table
    assert "某大学" in json.loads(table.splitlines()[1])["school"]
    assert list(Fact.objects.order_by("pk").values_list("value", flat=True)) == [
        {"phone": PHONE, "email": "li@example.org"},
        {"degree": "50", "school": "某大学"},
    ]


@pytest.mark.parametrize("many", [False, True])
def test_family_is_sealed_in_facts_profile_and_snapshot_however_it_is_written(many: bool) -> None:
    person, source = (
        PersonFactory(home=OrganisationFactory(code="jiayuguan", path="jiayuguan")),
        SourceFactory(),
    )
    first = FactDraft("identity", {"name": person.name, "birth_date": "1990-01-01"}, DAY)
    record_facts(person=person, facts=[first], source=source)
    drafts = [FactDraft("family", FAMILY, DAY), FactDraft("contact", {"phone": PHONE}, DAY)]

    if many:
        record_facts_of_many(said=[(person, drafts)], source=source)
    else:
        record_facts(person=person, facts=drafts, source=source)
    keep_snapshots([person.pk])

    profile, snapshot = Profile.objects.get(), ProfileSnapshot.objects.get()
    assert profile.values["marital_status"] == "20"
    assert snapshot.values == profile.values
    assert Fact.objects.get(kind="family").value == FAMILY
    for model, column in ((Fact, "value"), (Profile, "values"), (ProfileSnapshot, "values")):
        table = stored(model, column)
        assert "marital_status" not in table
        assert "1990-01-01" in table
        assert PHONE not in table


def test_what_is_written_without_its_row_is_sealed_whole() -> None:
    fact = FactFactory(kind="education", value={"school": "某大学"})

    Fact.objects.filter(pk=fact.pk).update(value={"school": "另一所"})

    assert "另一所" not in stored(Fact, "value")
    fact.refresh_from_db()
    assert fact.value == {"school": "另一所"}


def test_no_list_selects_by_what_is_sealed_and_every_list_by_the_rest() -> None:
    home = OrganisationFactory(code="jiayuguan", path="jiayuguan")
    schema = schema_for(home)

    def lowered(text: str) -> Any:
        return as_filter(parse_condition(text, names_of_schema(schema)), schema, DAY)

    with pytest.raises(NotFilterable, match="encrypted"):
        lowered("学龄子女数 >= 1")
    assert (
        Profile.objects.filter(lowered("not 本地自有住房 and 政治面貌 == 中共党员 and 年薪 > 5万元")).count()
        == 0
    )


def test_rows_from_before_are_sealed_and_opened_again_by_the_migration() -> None:
    fact = FactFactory(kind="contact", value={"phone": PHONE})
    other = FactFactory(kind="education", value={"school": "某大学"})
    forward, back = sealing("persons", "Fact", "value", lambda kind: ["phone"], "kind")

    class Plain:  # the state of a migration, which knows plain columns
        @staticmethod
        def get_model(app: str, name: str) -> type[models.Model]:
            return historic

    historic = _historic(Fact, "value")
    back(Plain, None)
    assert PHONE in stored(Fact, "value")
    back(Plain, None)
    forward(Plain, None)
    forward(Plain, None)
    assert PHONE not in stored(Fact, "value")
    fact.refresh_from_db()
    other.refresh_from_db()
    assert (fact.value, other.value) == ({"phone": PHONE}, {"school": "某大学"})


def _historic(model: type[models.Model], column: str) -> type[models.Model]:
    """A model of the same table whose column is one of plain JSON."""
    meta = type("Meta", (), {"app_label": "before", "db_table": model._meta.db_table, "managed": False})
    body = {
        "__module__": __name__, "Meta": meta, "kind": models.CharField(max_length=48), column: models.JSONField(),
    }  # fmt: skip
    return type(f"Plain{model.__name__}", (models.Model,), body)


def test_a_field_that_became_sensitive_and_one_of_an_earlier_key_are_found(settings: Any) -> None:
    (field,) = sealed_columns(Fact)
    fact = FactFactory(kind="contact", value={"phone": PHONE})
    assert rows_to_seal(Fact, field).count() == 0

    Fact.objects.filter(pk=fact.pk).update(value=_Plain(phone=PHONE))
    assert PHONE in stored(Fact, "value")
    assert rows_to_seal(Fact, field).count() == 1
    assert sum(seal_rows(rows_to_seal(Fact, field), "value", field.names, field.by)) == 1
    assert PHONE not in stored(Fact, "value")

    before = settings.JUXIAN_KEYS.now()
    after = Keys.from_master(b"n" * 40)
    settings.JUXIAN_KEYS = Keys(
        after.sealing, after.searching, after.sealing_sm4, after.ident, earlier=(before,)
    )
    assert rows_to_seal(Fact, field).count() == 1
    list(seal_rows(rows_to_seal(Fact, field), "value", field.names, field.by))
    assert rows_to_seal(Fact, field).count() == 0
    settings.JUXIAN_KEYS = after
    fact.refresh_from_db()
    assert fact.value == {"phone": PHONE}


class _Plain(models.Func):
    """A JSON object as it is, past the field that would seal it."""

    def __init__(self, **value: str) -> None:
        super().__init__(models.Value(json.dumps(value), output_field=models.TextField()))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s)::jsonb", **extra)


def test_a_profile_is_derived_from_what_was_sealed() -> None:
    person = PersonFactory(home=OrganisationFactory(code="jiayuguan", path="jiayuguan"))
    FactFactory(person=person, kind="family", value=FAMILY, since=DAY)

    refresh_profiles([person])

    assert Profile.objects.get().values["school_age_children"] == 2
    assert isinstance(Profile._meta.get_field("values"), SealedJSONField)


def test_a_run_of_policies_sees_what_was_sealed() -> None:
    home = OrganisationFactory(code="jiayuguan", path="jiayuguan")
    person = PersonFactory(home=home)
    FactFactory(person=person, kind="family", value=FAMILY, since=DAY)
    refresh_profiles([person])
    assert "school_age_children" not in stored(Profile, "values")

    frame = population_frame(load_all()["jiayuguan"], home)

    assert frame["school_age_children"].to_list() == [2]


# short texts


ADDRESS = "zhang.san@example.org"


def chat_of(address: str, **more: str) -> ChatAddress:
    return ChatAddress.objects.create(user=UserFactory(), channel="wecom", address=address, **more)


def test_an_address_is_sealed_however_it_is_written_and_an_empty_one_is_found() -> None:
    saved, none = chat_of("zhangsan", pending="lisi"), chat_of("")
    [bulk] = ChatAddress.objects.bulk_create(
        [ChatAddress(user=UserFactory(), channel="wecom", address="wangwu", pending="")]
    )
    ChatAddress.objects.filter(pk=saved.pk).update(address="zhaoliu")

    table = stored(ChatAddress, "address") + stored(ChatAddress, "pending")

    assert not [word for word in ("zhangsan", "lisi", "wangwu", "zhaoliu") if word in table]
    rows = ChatAddress.objects.exclude(address="").order_by("pk")
    assert list(rows.values_list("address", "pending")) == [("zhaoliu", "lisi"), ("wangwu", "")]
    assert list(ChatAddress.objects.filter(address="")) == [none]
    assert ChatAddress.objects.get(pk=bulk.pk).address == "wangwu"


def test_the_longest_address_has_room() -> None:
    longest = "a" * 64
    assert chat_of(longest, pending=longest).address == longest
    for column, bytes_in in ((ChatAddress, 64), (Delivery, 254 * 3)):
        (field,) = [field for field in sealed_texts(column) if field.name == "address"]
        assert len(sealing_module.closed_text("a" * bytes_in)) <= (field.max_length or 0)


def test_nothing_is_sought_in_a_sealed_text() -> None:
    chat_of("zhangsan")

    with pytest.raises(ValueError, match="sealed"):
        ChatAddress.objects.filter(address="zhangsan").exists()


def test_what_the_version_before_wrote_is_read_and_found_to_be_sealed(settings: Any) -> None:
    (field,) = [field for field in sealed_texts(ChatAddress) if field.name == "address"]
    row, plain = chat_of("zhangsan"), _plain_addresses().objects
    assert texts_to_seal(ChatAddress, field).count() == 0

    plain.filter(pk=row.pk).update(address=ADDRESS)
    row.refresh_from_db()
    assert row.address == ADDRESS
    assert texts_to_seal(ChatAddress, field).count() == 1
    assert sum(seal_texts(texts_to_seal(ChatAddress, field), "address")) == 1
    assert ADDRESS not in stored(ChatAddress, "address")

    before, after = settings.JUXIAN_KEYS.now(), Keys.from_master(b"n" * 40)
    settings.JUXIAN_KEYS = Keys(
        after.sealing, after.searching, after.sealing_sm4, after.ident, earlier=(before,)
    )
    assert texts_to_seal(ChatAddress, field).count() == 1
    list(seal_texts(texts_to_seal(ChatAddress, field), "address"))
    assert texts_to_seal(ChatAddress, field).count() == 0
    settings.JUXIAN_KEYS = after
    row.refresh_from_db()
    assert row.address == ADDRESS


def test_a_migration_of_texts_goes_on_where_it_was_killed_and_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"user.{number}" for number in range(5)]
    for name in names:
        chat_of(name)
    chat_of("")
    historic = _plain_addresses()
    forward, back = sealing_texts("messaging", "ChatAddress", "address")
    monkeypatch.setattr(sealing_module, "BATCH", 2)
    closed_text, asked = sealing_module.closed_text, []

    class Plain:
        @staticmethod
        def get_model(app: str, name: str) -> type[models.Model]:
            return historic

    class Killed(BaseException):
        pass

    def killed(value: str) -> str:
        asked.append(value)
        if len(asked) > 3:
            raise Killed
        return closed_text(value)

    back(Plain, None)
    assert sorted(stored(ChatAddress, "address").split()) == names
    with monkeypatch.context() as patch:
        patch.setattr(sealing_module, "closed_text", killed)
        with pytest.raises(Killed):
            forward(Plain, None)
    assert sorted(stored(ChatAddress, "address").split())[:3] == names[2:]  # two were sealed together

    forward(Plain, None)
    forward(Plain, None)

    assert "user" not in stored(ChatAddress, "address")
    assert (
        list(ChatAddress.objects.exclude(address="").order_by("pk").values_list("address", flat=True))
        == names
    )
    back(Plain, None)
    assert sorted(stored(ChatAddress, "address").split()) == names


@cache
def _plain_addresses() -> Any:
    """The table as the version before and its migrations know it."""
    meta = type("Meta", (), {"app_label": "before", "db_table": ChatAddress._meta.db_table, "managed": False})
    body = {"__module__": __name__, "Meta": meta, "address": models.CharField(max_length=200)}
    return type("PlainChatAddress", (models.Model,), body)
