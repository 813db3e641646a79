"""Notices for their readers, and what stands in the way of publishing one (查询与核查)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.files.queries import bytes_of
from juxian.apps.notices.enums import NoticeField
from juxian.apps.notices.models import Notice
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import schema_for
from juxian.core.facts.values import show_value
from juxian.core.files import Kind
from juxian.core.identity.masking import mask_name
from juxian.core.notices.confined import scan_confined
from juxian.core.notices.texts import Finding, scan_text
from juxian.core.text import Text


def notices_visible_to(user: User) -> QuerySet[Notice]:
    """Notices of the places where the user works for the talent office."""
    condition = Q(pk__in=[])
    for path in user.paths_for([Role.OFFICE], on=today()):
        condition |= Q(home__path=path) | Q(home__path__startswith=f"{path}/")
    return Notice.objects.filter(condition)


def public_notices(home: Organisation) -> QuerySet[Notice]:
    """What everybody may read of a place today."""
    return Notice.objects.standing_on(today()).filter(
        Q(home__path=home.path) | Q(home__path__startswith=f"{home.path}/")
    )


def rows_of(notice: Notice) -> list[list[str]]:
    """One row for each person, of the allowed fields alone; three queries however many there are."""
    schema = schema_for(notice.home)
    people = Person.objects.living_records().under(notice.home.path)
    found = list(people.filter(number__in=notice.numbers).select_related("profile").order_by("number"))
    codes = {person.profile.employer for person in found if person.profile.employer}
    names = dict(Organisation.objects.filter(code__in=codes).order_by().values_list("code", "name"))
    wanted = [name for name in NoticeField.values if name in notice.fields]

    def cell(person: Person, name: str) -> str:
        if name == NoticeField.NAME:
            return mask_name(person.name)
        if name == NoticeField.NUMBER:
            return person.number
        if name == NoticeField.EMPLOYER:
            return names.get(person.profile.employer or "", "")
        level = schema.profile.get("talent_level")
        value = person.profile.talent_level
        return show_value(value, level.type, schema, "zh") if level and value else ""

    return [[cell(person, name) for name in wanted] for person in found]


def unknown_numbers(home: Organisation, numbers: list[str]) -> list[str]:
    """Those of ``numbers`` that are no person of the place."""
    people = Person.objects.living_records().under(home.path).filter(number__in=numbers)
    known = set(people.values_list("number", flat=True))
    return [number for number in numbers if number not in known]


def obstacles(notice: Notice) -> list[Finding]:
    """Numbers of persons in title, text, rows and attachment (公示核查). Raises ``Rejected`` for a file too heavy."""
    found = scan_text(notice.title, Text("标题", "title")) + scan_text(notice.body, Text("正文", "text"))
    for position, row in enumerate(notice.rows, start=1):
        found += scan_text(" | ".join(row), Text(f"名单第 {position} 行", f"row {position} of the list"))
    if notice.attachment:
        file = notice.attachment
        found += scan_text(file.name, Text("附件名", "name of the attachment"))
        inside = scan_confined(bytes_of(file), Kind(file.kind), file.name)
        found += [
            Finding(Text(f"附件：{item.place.zh}", f"attachment: {item.place.en}"), item.kind, item.masked)
            for item in inside
        ]
    return found
