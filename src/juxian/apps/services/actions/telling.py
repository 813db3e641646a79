"""Letters of a transition: kept with the case, sent as messages to those they are for (文书与送达)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.messaging.actions import Draft, queue_messages
from juxian.apps.messaging.registry import template
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, CaseLetter
from juxian.apps.services.queries.actors import organisation_of
from juxian.core.packs import pack_called
from juxian.core.services import Outcome, Service, render_letter
from juxian.core.services.cases import Message
from juxian.core.services.definition import Letter, Party
from juxian.core.text import Text

LETTER = template("services.letter", Text("{subject}", "{subject}"), Text("{body}", "{body}"))
Told = tuple[Case, Service, Outcome, datetime]


def address_of(case: Case) -> str:
    """Where everybody finds a case, as what they are to it."""
    return f"/cases/{case.number}/"


def followed_at(case: Case) -> str:
    """Where somebody without an account follows a case: by its number, and a name or word."""
    return f"/p/{case.home.pack}/progress/?number={case.number}"


def tell(told: Sequence[Told]) -> None:
    """Keep the letters of transitions and queue their messages, each recipient once for each letter."""
    told = [item for item in told if item[2].messages]
    signing_in = _signing_in([case for case, *_rest in told])
    written = [
        item
        for case, service, outcome, at in told
        for item in _written(case, service, outcome, at, signing_in)
    ]
    if not written:
        return
    CaseLetter.objects.bulk_create(item.row for item in written)
    book = _AddressBook.of(written, at=told[0][3].date())
    queue_messages(draft for item in written for draft in item.drafts(book))


def _signing_in(cases: Sequence[Case]) -> set[int]:
    """Of the persons whom cases are about, those with an account; one query for many cases."""
    people = {pk for case in cases for pk in _persons(case)}
    users = User.objects.filter(person__in=people, is_active=True) if people else User.objects.none()
    return {pk for pk in users.values_list("person_id", flat=True) if pk}


def letter_values(
    case: Case, message: Message, language: str, signing_in: Container[int] = ()
) -> dict[str, str]:
    """Placeholders of core.services.phrases: what the engine knows, and what only the application does.

    The link is a whole address, since letters leave the site, and one that an applicant without an account can open.
    """
    without = case.unit_id is None and not any(pk in signing_in for pk in _persons(case))
    page = followed_at(case) if without and "applicant" in message.to else address_of(case)
    pack = pack_called(case.home.pack)
    values = {name: text.in_language(language) for name, text in message.values.items()}
    employer = case.employer or case.unit
    return {
        **values,
        "number": case.number,
        "applicant": case.applicant,
        "employer": _name(employer, language) if employer else "—",
        "office": _name(case.home, language),
        "phone": pack.contact.in_language(language) or "—",
        "link": settings.JUXIAN_PUBLIC_ADDRESS.rstrip("/") + page,
    }


def _name(organisation: Organisation, language: str) -> str:
    return organisation.name_en if language == "en" and organisation.name_en else organisation.name


@dataclass(frozen=True)
class _Written:
    case: Case
    letter: Letter
    message: Message
    row: CaseLetter
    position: int

    def drafts(self, book: _AddressBook) -> Iterator[Draft]:
        case, row = self.case, self.row
        words = {
            "subject": Text(row.subject_zh, row.subject_en),
            "body": Text(row.body_zh, row.body_en),
        }
        for user in book.recipients(case, self.message):
            key = f"case:{case.pk}:{row.version}:{self.position}:{row.letter}:{user.pk}"
            yield Draft(user, LETTER.name, words, key, case.home, address_of(case), self.letter.hold)


def _written(
    case: Case, service: Service, outcome: Outcome, at: datetime, signing_in: Container[int]
) -> Iterator[_Written]:
    for position, message in enumerate(outcome.messages):
        letter = service.letters[message.letter]
        chinese, english = (
            render_letter(letter, letter_values(case, message, language, signing_in), language)
            for language in ("zh", "en")
        )
        row = CaseLetter(
            case=case,
            version=outcome.case.version,
            letter=letter.id,
            to=list(message.to),
            subject_zh=chinese[0][:200],
            subject_en=english[0][:200],
            body_zh=chinese[1],
            body_en=english[1],
            held=letter.hold,
            at=at,
        )
        yield _Written(case, letter, message, row, position)


@dataclass
class _AddressBook:
    """Users of the persons and organisations that letters are for, found in a few queries for many cases."""

    people: dict[int, User] = field(default_factory=dict)
    posts: dict[tuple[str, str], list[User]] = field(default_factory=dict)  # role, path of the organisation
    paths: dict[str, str] = field(default_factory=dict)  # code → path

    @classmethod
    def of(cls, written: Sequence[_Written], at: date) -> _AddressBook:
        people = {pk for item in written for pk in _persons(item.case)}
        units = {code for item in written for code in _units(item.case, item.message)}
        book = cls(
            {
                user.person_id: user
                for user in User.objects.filter(person__in=people, is_active=True)
                if user.person_id
            }
        )
        book.paths = dict(Organisation.objects.filter(code__in=units).values_list("code", "path"))
        prefixes = {prefix for path in book.paths.values() for prefix in _prefixes(path)}
        posts = Post.objects.held_on(at).filter(organisation__path__in=prefixes, user__is_active=True)
        for post in posts.select_related("user", "organisation").order_by("pk"):
            book.posts.setdefault((post.role, post.organisation.path), []).append(post.user)
        return book

    def recipients(self, case: Case, message: Message) -> list[User]:
        found: dict[int, User] = {}
        for word in message.to:
            for user in self._called(word, case, message):
                found[user.pk] = user
        return list(found.values())

    def _called(self, word: str, case: Case, message: Message) -> Iterable[User]:
        match word:
            case "applicant":
                own = [self.people[pk] for pk in _persons(case) if pk in self.people]
                return own or (self.holders(Role.EMPLOYER, case.unit.code) if case.unit else [])
            case "employer":
                unit = case.employer or case.unit
                return self.holders(Role.EMPLOYER, unit.code) if unit else []
            case _:
                return [user for party in message.parties for user in self._handlers(case, party)]

    def _handlers(self, case: Case, party: Party) -> list[User]:
        """Who holds the post; the office where nobody does."""
        code = organisation_of(party.place, case)
        found = self.holders(str(party.role), code) if code else []
        return found or self.holders(Role.OFFICE, case.home.code)

    def holders(self, role: str, code: str) -> list[User]:
        path = self.paths.get(code, "")
        return [user for prefix in _prefixes(path) for user in self.posts.get((role, prefix), [])]


def _persons(case: Case) -> list[int]:
    """The applicant, and the record that theirs was merged into."""
    return [pk for pk in (case.person_id, case.person.merged_into_id if case.person else None) if pk]


def _units(case: Case, message: Message) -> set[str]:
    codes = {organisation_of(party.place, case) for party in message.parties}
    codes |= {unit.code for unit in (case.home, case.employer, case.unit) if unit}
    return codes - {""}


def _prefixes(path: str) -> list[str]:
    """``a/b/c`` → ``a``, ``a/b``, ``a/b/c``: the organisations whose posts reach it."""
    parts = path.split("/") if path else []
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]
