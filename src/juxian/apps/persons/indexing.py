"""The index of full text search (全文检索): written with the facts, asked by the lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from juxian.apps.gate import taking_turns
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, Person, SearchTerm
from juxian.apps.persons.narrowing import Listed, OfRows, OfTerm
from juxian.core.facts.schema import Kind, Schema
from juxian.core.facts.wording import is_masked
from juxian.core.identity.searching import INITIALS, terms_asked, terms_of
from juxian.core.packs import pack_called

CHUNK = 2000
LAST_CHARACTER = "\uffff"


def index_people(people: Sequence[Person], schema: Schema) -> None:
    """Bring the terms of ``people`` up to date, in the caller's transaction; a person without facts has none.

    Four statements for each chunk, whatever was written before.
    """
    wanted = _wanted(people, schema)
    held: dict[int, set[str]] = {person.pk: set() for person in people}
    for pk, term in SearchTerm.objects.filter(person__in=list(held)).values_list("person_id", "term"):
        held[pk].add(term)
    gone = [(term, pk) for pk, terms in held.items() for term in terms - wanted.get(pk, set())]
    new = [(term, pk) for pk, terms in wanted.items() for term in terms - held[pk]]
    table = connection.ops.quote_name(SearchTerm._meta.db_table)
    with connection.cursor() as cursor:
        if gone:
            cursor.executemany(f"DELETE FROM {table} WHERE term = %s AND person_id = %s", gone)  # noqa: S608  # our own table
        if new:
            cursor.executemany(f"INSERT INTO {table} (term, person_id) VALUES (%s, %s)", new)  # noqa: S608  # our own table


def index_everybody() -> Iterator[int]:
    """Make the whole index again, a chunk at a time; yields how many persons are done (重建索引)."""
    done, last = 0, 0
    while True:
        people = list(Person.objects.filter(pk__gt=last).select_related("home").order_by("pk")[:CHUNK])
        if not people:
            return
        with taking_turns():
            for pack in {person.home.pack for person in people}:
                part = [person for person in people if person.home.pack == pack]
                index_people(part, pack_called(pack).schema)
        last, done = people[-1].pk, done + len(people)
        yield done


def lists_of(text: str, home: Organisation) -> list[Listed]:
    """The lists in all of which the persons stand that ``text`` means: one for its sound where it is in letters, pinyin or
    initials; else one for each pair of characters or word, and an empty one where there is none.
    """
    if text.isascii():
        return [_by_sound(text, home)]
    return [OfTerm(term) for term in terms_asked(text)] or [OfRows(home.pk, Person.objects.none())]


def _by_sound(text: str, home: Organisation) -> Listed:
    """Names that begin with the letters, initials and words; one of the two alone where nobody has the other, since an index
    serves each of them and not both.
    """
    letters = re.sub(r"[^a-z]", "", text.lower())
    wanted = {INITIALS + letters, text.lower().strip()} if letters else {text.lower()}
    terms = [term for term in sorted(wanted) if SearchTerm.objects.filter(term=term).exists()]
    people = Person.objects.filter(home=home)
    begins = Q(name_key__gte=letters, name_key__lt=letters + LAST_CHARACTER) if letters else Q(pk__in=[])
    if len(terms) == 1 and not people.filter(begins).exists():
        return OfTerm(terms[0])
    if terms:
        begins |= Q(pk__in=SearchTerm.objects.filter(term__in=terms).values("person_id"))
    return OfRows(home.pk, people.filter(begins))


def _wanted(people: Sequence[Person], schema: Schema) -> dict[int, set[str]]:
    """Person → the terms of the name and of every text of the standing facts that is not masked."""
    names = {person.pk: person.name for person in people}
    texts: dict[int, dict[str, None]] = {}
    employers: dict[str, list[int]] = {}
    rows = Fact.objects.standing().filter(person__in=list(names)).order_by("person_id", "pk")
    for pk, code, value in rows.values_list("person_id", "kind", "value"):
        found = texts.setdefault(pk, {})
        for kind, part in words_in(schema, code, value):
            if kind is Kind.ORGANISATION:
                employers.setdefault(part, []).append(pk)
            else:
                found[part] = None
    for code, name in Organisation.objects.filter(code__in=list(employers)).values_list("code", "name"):
        for pk in employers[code]:
            texts[pk][name] = None
    return {pk: terms_of(names[pk], found) for pk, found in texts.items()}


def words_in(schema: Schema, code: str, value: dict[str, Any]) -> Iterator[tuple[Kind, str]]:
    """The texts of a fact by which its person is found; of an organisation its code."""
    kind = schema.kinds.get(code)
    for field in kind.fields.values() if kind else ():
        part = value.get(field.name)
        if (
            field.type.kind in (Kind.TEXT, Kind.ORGANISATION)
            and isinstance(part, str)
            and not is_masked(field)
        ):
            yield field.type.kind, part
