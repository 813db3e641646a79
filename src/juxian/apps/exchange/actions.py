"""Taking statements of another system into the register (接收推送): the same check of identity as every other path."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.exchange.enums import Outcome
from juxian.apps.exchange.models import Pushed
from juxian.apps.linking.actions import candidates_for
from juxian.apps.linking.queries import precision_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import (
    DocumentDraft,
    FactDraft,
    number_digest,
    present_digests,
    record_facts_of_many,
    register_person,
)
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, IdentityDocument, Person, Source
from juxian.core.facts.conflicts import in_conflict
from juxian.core.facts.schema import Kind, Schema
from juxian.core.facts.values import check_fact, is_born_after
from juxian.core.identity import matching_key
from juxian.core.identity.check import IdCheck, has_hidden_characters
from juxian.core.identity.documents import check_document
from juxian.core.identity.linking.judging import Zone
from juxian.core.identity.linking.traces import Known
from juxian.core.packs import pack_called


@dataclass(frozen=True, slots=True)
class Item:
    """One statement as it was sent. key: the sender's own id. number: of a record here; otherwise name and document."""

    key: str
    kind: str
    value: dict[str, Any]
    since: date
    until: date | None = None
    evidence: str = ""
    number: str = ""
    name: str = ""
    document_kind: str = ""
    document_number: str = ""

    @property
    def digest(self) -> str:
        """Of all that was sent."""
        parts = [getattr(self, name) for name in self.__slots__]
        return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()

    @property
    def subject(self) -> tuple[str, str]:
        """Items of one push with the same subject are about one person."""
        return (self.number, "") if self.number else (self.document_number, matching_key(self.name))


@dataclass(frozen=True, slots=True)
class Told:
    """How one item ended. reason: why it was refused, in words, and ``code`` for a program. made: a new record."""

    key: str
    outcome: str
    person: str = ""
    code: str = ""
    reason: str = ""
    made: bool = False


@dataclass
class _Refused(Exception):
    code: str
    reason: str


_Group = Sequence[tuple[Item, FactDraft]]  # the items of one subject


@dataclass
class _Push:
    """One push while it is carried out."""

    home: Organisation
    schema: Schema
    source: Source
    units: frozenset[str]
    day: date
    told: dict[str, Told] = field(default_factory=dict)
    kept: list[Pushed] = field(default_factory=list)
    made: dict[str, Person] = field(default_factory=dict)  # by number


@transaction.atomic
def push(
    *, home: Organisation, sender: str, items: Sequence[Item], day: date, acting_as: str, address: str = ""
) -> list[Told]:
    """Record what is new; the answer has one line for each item, in their order. An id that was used before gives its
    first outcome; with other content it is refused. Nothing that stood is changed.
    """
    # one push or import at a time in a jurisdiction, so that a number cannot open two records
    Organisation.objects.select_for_update(no_key=True).get(pk=home.pk)
    known = {
        row.key: row
        for row in Pushed.objects.filter(
            home=home, sender=sender, key__in=[item.key for item in items]
        ).select_related("person")
    }
    work = _begin(home, sender, items, day)
    fresh: dict[tuple[str, str], list[tuple[Item, FactDraft]]] = defaultdict(list)
    taken: set[str] = set()
    for item in items:
        if item.key in taken:
            work.told[item.key] = _refusal(item, _Refused("id_twice", _("同一编号在这次推送中出现两次。")))
        elif (row := known.get(item.key)) is not None:
            work.told[item.key] = _earlier(item, row)
        else:
            try:
                draft = _draft(item, work)  # first, so that a subject of whom all is refused makes no group
                fresh[item.subject].append((item, draft))
            except _Refused as refused:
                work.told[item.key] = _refusal(item, refused)
        taken.add(item.key)
    _take(list(fresh.values()), work)
    if not work.kept:
        work.source.delete()
    for row in work.kept:
        row.home, row.sender, row.at = home, sender, now()
    Pushed.objects.bulk_create(work.kept)
    told = [work.told[item.key] for item in items]
    record(
        "exchange.pushed",
        subject=home,
        organisation_path=home.path,
        acting_as=acting_as,
        address=address,
        detail={"items": len(items), **Counter(str(line.outcome) for line in told)},
    )
    return told


def _begin(home: Organisation, sender: str, items: Sequence[Item], day: date) -> _Push:
    schema = pack_called(home.pack).schema
    named = {part for item in items for part in item.value.values() if isinstance(part, str)}
    units = Organisation.objects.under(home.path).filter(code__in=named).values_list("code", flat=True)
    source = Source.objects.create(kind=SourceKind.API, title=sender, organisation=home, day=day)
    return _Push(home, schema, source, frozenset(units), day)


def _earlier(item: Item, row: Pushed) -> Told:
    if row.digest != item.digest:
        return _refusal(item, _Refused("id_reused", _("这个编号已用于其他内容。更正请用新的编号。")))
    return Told(item.key, row.outcome, row.person.number)


def _refusal(item: Item, refused: _Refused) -> Told:
    return Told(item.key, Outcome.REFUSED.value, code=refused.code, reason=refused.reason)


def _draft(item: Item, work: _Push) -> FactDraft:
    """The statement in canonical form. Raises ``_Refused``."""
    kind = work.schema.kinds.get(item.kind)
    if kind is None:
        raise _Refused("unknown_kind", _("没有这类信息项。"))
    value, wrong = check_fact(kind, item.value, work.schema)
    if wrong:
        raise _Refused("value", _("；").join(text.in_language(get_language() or "zh") for text in wrong))
    if not value:
        raise _Refused("value", _("没有内容。"))
    for name, part in value.items():
        if kind.fields[name].type.kind is Kind.ORGANISATION and part not in work.units:
            raise _Refused("unknown_organisation", _("没有这个机构。"))
    if item.until is not None and item.until <= item.since:
        raise _Refused("days", _("失效日应晚于生效日。"))
    if item.since > work.day:
        raise _Refused("days", _("生效日不能晚于今天。"))
    if is_born_after(item.kind, value, work.day):
        raise _Refused("days", _("出生日期不能晚于今天。"))
    return FactDraft(item.kind, value, item.since, item.until, item.evidence)


def _take(groups: Sequence[_Group], work: _Push) -> None:
    """The groups in their order. Records that are known are read and written together, so that their number does not
    count; whoever may be new is compared with a register that holds all that was sent before, one after another.
    """
    lookup = _looked_up(groups, work)
    together: dict[int, tuple[Person, _Group]] = {}
    for group in groups:
        try:
            person, check = lookup.find(group)
            if person is not None and person.pk not in together:
                together[person.pk] = (person, group)
                continue
            _state(together.values(), work)
            together.clear()
            if person is not None:  # one record by two names, e.g. its number and its document
                together[person.pk] = (person, group)
            elif check is not None:
                _take_unknown(group, check, work)
        except _Refused as refused:
            work.told |= {item.key: _refusal(item, refused) for item, _draft in group}
    _state(together.values(), work)


def _take_unknown(group: _Group, check: IdCheck, work: _Push) -> None:
    """A person whom neither number nor document names: found by evidence, or registered. Raises ``_Refused``."""
    person = _person_alike(group, check, work)
    made = person is None
    if person is None:
        person = _registered(group, check, work)
        work.made[person.number] = person
    _state([(person, group)], work, made=made)


def _state(meant: Collection[tuple[Person, _Group]], work: _Push, *, made: bool = False) -> None:
    """What is new about persons, each named once, is recorded, and what contradicts is told."""
    if not meant:
        return
    standing: dict[int, list[Fact]] = {person.pk: [] for person, _group in meant}
    for fact in Fact.objects.standing().filter(person__in=list(standing)):
        standing[fact.person_id].append(fact)
    same: dict[str, Fact] = {}
    new: dict[int, list[tuple[Item, FactDraft]]] = {person.pk: [] for person, _group in meant}
    for person, group in meant:
        for item, draft in group:
            held = next((fact for fact in standing[person.pk] if _same(fact, draft)), None)
            if held is not None:
                same[item.key] = held
            elif not any(_same_draft(draft, other) for _item, other in new[person.pk]):
                new[person.pk].append((item, draft))
    said = [(person, new[person.pk]) for person, _group in meant if new[person.pk]]
    recorded = record_facts_of_many(
        said=[(person, [draft for _item, draft in items]) for person, items in said], source=work.source
    )
    fresh: dict[str, Fact] = {}
    for (person, items), facts in zip(said, recorded, strict=True):
        fresh |= {item.key: fact for (item, _draft), fact in zip(items, facts, strict=True)}
        standing[person.pk] += facts
    for person, group in meant:
        disputed = {
            fact.pk
            for facts in in_conflict(standing[person.pk], work.schema, work.day).values()
            for fact in facts
        }
        for item, _draft in group:
            outcome, stated = Outcome.UNCHANGED, same.get(item.key)
            if item.key in fresh:
                stated = fresh[item.key]
                outcome = Outcome.CONFLICTING if stated.pk in disputed else Outcome.ACCEPTED
            elif made and stated is not None and stated.source_id == work.source.pk:
                outcome = Outcome.ACCEPTED
            work.told[item.key] = Told(item.key, outcome.value, person.number, made=made)
            work.kept.append(
                Pushed(key=item.key, digest=item.digest, outcome=outcome, person=person, fact=stated)
            )


@dataclass
class _Lookup:
    """The records that the subjects of one push name, read at its beginning; ``made`` grows while it is carried out."""

    numbers: dict[str, Person]
    owners: dict[str, Person]  # by the digest of a document number
    made: dict[str, Person]
    day: date

    def find(self, group: _Group) -> tuple[Person | None, IdCheck | None]:
        """The record that is meant, None where no number names one. Raises ``_Refused`` where a person has to decide."""
        item = group[0][0]
        if item.number:
            found = self.numbers.get(item.number) or self.made.get(item.number)
            if found is None:
                raise _Refused("unknown_person", _("没有这个编号的档案，或已并入其他档案。"))
            return found, None
        name = item.name.strip()
        if not name or has_hidden_characters(name):
            raise _Refused("name", _("请提供人才编号，或姓名和证件号码。"))
        check = _checked(item, self.day)
        if check.problem is not None:
            raise _Refused("document", check.problem.zh)
        owner = self.owners.get(number_digest(check.number))
        if owner is not None and matching_key(owner.name) != matching_key(name):
            raise _Refused("number_shared", _("这个证件号码的档案姓名不同，请人才办核对。"))
        return owner, check


def _looked_up(groups: Sequence[_Group], work: _Push) -> _Lookup:
    """Two queries, whatever was sent."""
    subjects = [group[0][0] for group in groups]
    people = Person.objects.living_records().filter(home=work.home)
    named = people.filter(number__in={item.number for item in subjects if item.number})
    checks = [_checked(item, work.day) for item in subjects if not item.number and item.name.strip()]
    wanted = [check.number for check in checks if check.problem is None]
    numbers = {person.number: person for person in named.select_related("home")}
    return _Lookup(numbers, _owners(wanted, work.home), work.made, work.day)


def _owners(wanted: Collection[str], home: Organisation) -> dict[str, Person]:
    """Present digest of a document number → the record that has it, the first where there are several."""
    people = Person.objects.living_records().filter(home=home)
    present = present_digests(wanted)
    held = IdentityDocument.objects.filter(digest__in=present, withdrawn_at=None, person__in=people)
    return {present[row.digest]: row.person for row in held.select_related("person__home").order_by("-pk")}


def _checked(item: Item, day: date) -> IdCheck:
    return check_document(item.document_kind or "resident_id", item.document_number, day)


def _person_alike(group: _Group, check: IdCheck, work: _Push) -> Person | None:
    """The record that is certainly meant by all that is said. Raises ``_Refused`` where a person has to decide."""
    name = group[0][0].name.strip()
    digest = number_digest(check.number)
    owner = (
        _owners([check.number], work.home).get(digest) if work.made else None
    )  # somebody made a moment ago
    if owner is not None:
        if matching_key(owner.name) != matching_key(name):
            raise _Refused("number_shared", _("这个证件号码的档案姓名不同，请人才办核对。"))
        return owner
    found_here = candidates_for(work.home, _known(group, check))
    certain = {one.person for one in found_here if one.zone is Zone.AUTOMATIC}
    if len(certain) == 1:
        return Person.objects.living_records().filter(home=work.home).get(pk=certain.pop())
    if found_here:
        raise _Refused("maybe_known", _("与已有档案相似，请人才办核对后再推送。"))
    return None


def _known(group: _Group, check: IdCheck) -> Known:
    """What the items say of the person, as it is compared with the register."""
    said: dict[str, list[Any]] = defaultdict(list)
    for _item, draft in group:
        for name, value in draft.value.items():
            said[f"{draft.kind}.{name}"].append(value)
    birth = next(iter(said["identity.birth_date"]), None)
    return Known(
        group[0][0].name.strip(),
        numbers=((check.kind, check.number),),
        birth=date.fromisoformat(birth) if birth else check.birth,
        precision=precision_of(birth),
        gender=next(iter(said["identity.gender"]), check.gender or ""),
        phones=tuple(said["contact.phone"]),
        emails=tuple(said["contact.email"]),
        employer=next(iter(said["employment.employer"]), ""),
        school=next(iter(said["education.school"]), ""),
        native_place=next(iter(said["identity.native_place"]), ""),
    )


def _registered(group: _Group, check: IdCheck, work: _Push) -> Person:
    """A new record, with what the document number itself says where nobody says more."""
    item = group[0][0]
    facts = [draft for _item, draft in group if draft.kind == "identity"]
    if not facts:
        said = {
            "name": item.name.strip(),
            "gender": check.gender,
            "birth_date": check.birth.isoformat() if check.birth else None,
        }
        value = {name: part for name, part in said.items() if part}
        facts = [FactDraft("identity", value, check.birth or work.day)]
    return register_person(
        home=work.home,
        name=item.name.strip(),
        facts=facts,
        documents=[DocumentDraft(check.kind or item.document_kind, check.number)],
        source=work.source,
    )


def _same(fact: Fact, draft: FactDraft) -> bool:
    return (fact.kind, fact.value, fact.since, fact.until) == (
        draft.kind,
        draft.value,
        draft.since,
        draft.until,
    )


def _same_draft(draft: FactDraft, other: FactDraft) -> bool:
    return (draft.kind, draft.value, draft.since, draft.until) == (
        other.kind,
        other.value,
        other.since,
        other.until,
    )
