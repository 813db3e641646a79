"""Asking for the yearly confirmation, and telling of facts that end soon (年度确认、到期提醒); each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.clock import today
from juxian.apps.messaging.actions import Draft, queue_messages
from juxian.apps.messaging.registry import template
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.core.dates import add_months
from juxian.core.facts.schema import Schema
from juxian.core.packs import pack_called
from juxian.core.text import Text

CHUNK = 500
CONFIRM = template(
    "corrections.confirm",
    Text("请核对您的档案", "Please check your record"),
    Text(
        "您的档案上次确认：{day}。请登录核对，无误请确认，有误请提出更正。",
        "Your record was last confirmed: {day}. Sign in, confirm it if all is right, or propose corrections.",
    ),
)
CONFIRM_UNIT = template(
    "corrections.confirm_unit",
    Text("本单位 {count} 人的档案待核对", "{count} records of your people wait to be checked"),
    Text(
        "截至 {day}，本单位有 {count} 人的档案该核对了。请在“本单位人才”中核对、确认或提出更正。",
        "As of {day}, {count} records of your people are to be checked. Check, confirm or correct them under My unit's people.",
    ),
)
EXPIRING = template(
    "corrections.expiring",
    Text("“{kind}”将于 {day} 到期", "{kind} ends on {day}"),
    Text(
        "您登记的“{kind}”有效期至 {day}。已续办的，请提出更正并附新的证明。",
        "Your {kind} is valid until {day}. If it has been renewed, propose a correction with the new paper.",
    ),
)
NEVER = Text("还没有", "never")


def remind_all() -> str:
    """Every jurisdiction as of today; returns what happened, for the log."""
    day = today()
    homes = Organisation.objects.filter(parent=None, pk__in=Person.objects.order_by().values("home"))
    told = [remind(home=home, day=day) for home in homes]
    return f"{sum(told)} reminded"


def remind(*, home: Organisation, day: date) -> int:
    """Messages that are new. A worker that slept for days tells each once, of the nearest day."""
    schema = pack_called(home.pack).schema
    told = 0
    if months := schema.reminders.confirm_months:
        before = add_months(day, -months)
        told += queue_messages(_own(home, before))
        told += queue_messages(_of_units(home, before, day))
    return told + queue_messages(_ending(home, schema, day))


def _due(before: date) -> Q:
    """Neither confirmed nor opened since."""
    never = Q(confirmed_on=None, created_at__date__lte=before)
    return never | Q(confirmed_on__lte=before)


def _own(home: Organisation, before: date) -> Iterator[Draft]:
    people = Person.objects.living_records().filter(_due(before), home=home, user__is_active=True)
    for person in people.select_related("user").iterator(chunk_size=CHUNK):
        last = person.confirmed_on
        words: dict[str, str | Text] = {"day": last.isoformat() if last else NEVER}
        since = last or localdate(person.created_at)
        key = f"corrections.confirm:{person.pk}:{since.isoformat()}"
        yield Draft(person.user, CONFIRM.name, words, key, home, "/me/")


def _of_units(home: Organisation, before: date, day: date) -> Iterator[Draft]:
    """Once a year for each unit that has people to check."""
    due = Person.objects.filter(_due(before), pk=OuterRef("person_id"), merged_into=None)
    rows = Profile.objects.filter(Exists(due), home=home, employer__isnull=False)
    counts = dict(rows.order_by().values_list("employer").annotate(Count("pk")))
    for post in _posts(home, counts, day):
        number = counts[post.organisation.code]
        key = f"corrections.confirm_unit:{post.organisation_id}:{post.user_id}:{day.year}"
        words: dict[str, str | Text] = {"count": str(number), "day": day.isoformat()}
        yield Draft(post.user, CONFIRM_UNIT.name, words, key, home, "/unit/")


def _posts(home: Organisation, counts: Mapping[str | None, int], day: date) -> QuerySet[Post]:
    found = Post.objects.held_on(day).filter(
        role=Role.EMPLOYER, organisation__in=Organisation.objects.under(home.path)
    )
    return found.filter(organisation__code__in=[code for code in counts if code]).select_related(
        "user", "organisation"
    )


def _ending(home: Organisation, schema: Schema, day: date) -> Iterator[Draft]:
    """Of facts that end within the pack's days and are not said to go on by another of the same content."""
    days = {kind: told for kind, told in schema.reminders.expiring.items() if told and kind in schema.kinds}
    if not days:
        return
    last = day + timedelta(days=max(max(told) for told in days.values()))
    goes_on = Fact.objects.standing().filter(
        Q(until=None) | Q(until__gt=OuterRef("until")),
        person=OuterRef("person_id"),
        kind=OuterRef("kind"),
        value=OuterRef("value"),
    )
    facts = Fact.objects.standing().filter(
        ~Exists(goes_on),
        kind__in=list(days),
        until__gt=day,
        until__lte=last,
        person__home=home,
        person__merged_into=None,
        person__user__is_active=True,
    )
    for fact in facts.select_related("person__user").order_by("pk").iterator(chunk_size=CHUNK):
        until = fact.until
        if until is None:
            continue
        due = min((told for told in days[fact.kind] if (until - day).days <= told), default=None)
        if due is not None:
            yield _told(fact, until, due, schema, home, fact.person.user)


def _told(fact: Fact, until: date, due: int, schema: Schema, home: Organisation, user: User) -> Draft:
    last = until - timedelta(days=1)
    words: dict[str, str | Text] = {"kind": schema.kinds[fact.kind].title, "day": last.isoformat()}
    return Draft(user, EXPIRING.name, words, f"corrections.expiring:{fact.pk}:{until}:{due}", home, "/me/")
