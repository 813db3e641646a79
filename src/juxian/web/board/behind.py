"""The persons behind a figure (数字背后的人): every figure of the board opens to exactly these."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.assessment.queries import facts_behind, measure, organisations_behind, people_behind
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.core.dates import add_months
from juxian.core.facts.values import show_value
from juxian.core.facts.wording import fact_details, fact_sentence
from juxian.core.indicators import Indicator
from juxian.core.packs.schema import Pack
from juxian.web.board.alerts import ending_soon, facts_of
from juxian.web.board.day import BoardDay, board_day
from juxian.web.board.structure import NOT_RECORDED
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import names_of, organisations_named
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import Scope, current_scope

PAGE_SIZE = 20
STRUCTURE = ("degree", "title_level", "six_ranks", "talent_level", "gender")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEARS = re.compile(r"(\d{4})-(\d{4})")


@dataclass(frozen=True, slots=True)
class Group:
    """Persons with a heading. facts: those that a figure counts, to show why each person is in it."""

    title: str
    people: QuerySet[Person]
    facts: QuerySet[Fact] | None = None
    indicator: Indicator | None = None
    note: str = ""


class Reason(NamedTuple):
    """A fact by which a figure counts somebody: day, sentence, and what the sentence leaves out."""

    since: date
    sentence: str
    details: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the list; ``reasons`` are the facts by which the figure counts them."""

    number: str
    name: str
    employer: str
    position: str
    qualification: str
    introduced_on: date | None
    reasons: list[Reason] = field(default_factory=list)


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def persons(request: HttpRequest) -> HttpResponse:
    """``?indicator=`` or one mark of a chart: ``?degree=``, ``?introduced=2022-03``, ``?born=1981-1985``."""
    scope = current_scope(request)
    day = board_day(request, scope)
    group = group_of(request.GET, scope, day)
    organisations = organisations_of(group, scope, day)
    visible = persons_visible_to(user_of(request))
    people = (
        visible.filter(pk__in=group.people.order_by().values("pk"))
        .select_related("profile")
        .order_by("number")
    )
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "day": day,
        "page": page,
        "rows": person_rows(list(page), group, scope),
        "organisations": organisations,
        "value": formats.quantity(measure(group.indicator, scope.pack, day.day), group.indicator.unit)
        if group.indicator
        else formats.quantity(page.paginator.count, "person"),
    }
    return render_part(request, "board/persons.html#list", context)


def group_of(asked: QueryDict, scope: Scope, day: BoardDay) -> Group:
    """The persons that an address asks for; raises Http404 on a condition that nobody has drawn."""
    pack, language = scope.pack, scope.language
    everybody = Person.objects.living_records().filter(home__code=pack.root)
    if indicator := asked.get("indicator"):
        return _indicator_group(indicator, pack, day, language)
    if attention := asked.get("attention"):
        return _attention_group(attention, pack, day, everybody)
    if month := asked.get("introduced"):
        return _month_group(month, pack, day, everybody)
    if years := asked.get("born"):
        return _age_group(years, day, everybody)
    if employer := asked.get("employer"):
        return _employer_group(employer, pack, everybody)
    for name in STRUCTURE:
        if codes := [code for code in asked.getlist(name) if code]:
            return _level_group(name, codes, pack, everybody, language)
    return Group(_("全部人才"), everybody)


def organisations_of(group: Group, scope: Scope, day: BoardDay) -> list[Organisation]:
    """The organisations behind a figure about organisations, under their parents."""
    if group.indicator is None:
        return []
    return list(
        organisations_behind(group.indicator, scope.pack, day.day).select_related("parent").order_by("path")
    )


def person_rows(people: Sequence[Person], group: Group, scope: Scope) -> list[PersonRow]:
    """Rows with the facts that count; two further queries however many persons."""
    schema, language = scope.pack.schema, scope.language
    facts = _counted(people, group)
    profiles = {person.pk: getattr(person, "profile", None) for person in people}
    codes = {profile.employer for profile in profiles.values() if profile and profile.employer}
    named = [fact for found in facts.values() for fact in found]
    names = names_of(codes | organisations_named(named, schema), language, scope.pack)
    return [_row(person, profiles[person.pk], facts.get(person.pk, []), scope, names) for person in people]


def _row(
    person: Person, profile: Any, facts: Sequence[Fact], scope: Scope, names: Mapping[str, str]
) -> PersonRow:
    schema, language = scope.pack.schema, scope.language

    def words(column: str) -> str:
        value = getattr(profile, column, None)
        return show_value(value, schema.profile[column].type, schema, language) if value else ""

    return PersonRow(
        number=person.number,
        name=person.name,
        employer=names.get(profile.employer, "") if profile else "",
        position=str(profile.values.get("position", "")) if profile else "",
        qualification=" · ".join(filter(None, (words("degree"), words("title_level")))),
        introduced_on=profile.introduced_on if profile else None,
        reasons=[_reason(fact, scope, names) for fact in facts],
    )


def _reason(fact: Fact, scope: Scope, names: Mapping[str, str]) -> Reason:
    kind, schema, language = scope.pack.schema.kinds[fact.kind], scope.pack.schema, scope.language
    return Reason(
        fact.since,
        fact_sentence(kind, fact.value, schema, language, names),
        fact_details(kind, fact.value, schema, language, names),
    )


def _counted(people: Sequence[Person], group: Group) -> dict[int, list[Fact]]:
    if group.facts is None:
        return {}
    found: dict[int, list[Fact]] = {}
    for fact in group.facts.filter(person__in=[person.pk for person in people]).order_by("since", "pk"):
        found.setdefault(fact.person_id, []).append(fact)
    return found


def _indicator_group(code: str, pack: Pack, day: BoardDay, language: str) -> Group:
    indicator = pack.indicators.get(code)
    if indicator is None:
        raise Http404
    counted = pack.indicators[indicator.of] if indicator.measure == "ratio" else indicator
    return Group(
        title=indicator.title.in_language(language),
        people=people_behind(indicator, pack, day.day),
        facts=facts_behind(counted, pack, day.day) if counted.measure == "facts" else None,
        indicator=indicator,
        note=indicator.definition.in_language(language),
    )


def _attention_group(what: str, pack: Pack, day: BoardDay, everybody: QuerySet[Person]) -> Group:
    if what == "ending":
        facts, title = facts_of(pack).filter(ending_soon(day.day)), _("管理期或合同 90 日内届满")
    elif what == "unverified":
        facts, title = facts_of(pack).filter(verification=Verification.UNVERIFIED), _("有待核验的信息项")
    elif what == "disputed":
        facts, title = facts_of(pack).filter(verification=Verification.DISPUTED), _("信息项有异议")
    else:
        raise Http404
    return Group(title, everybody.filter(pk__in=facts.values("person")), facts)


def _month_group(month: str, pack: Pack, day: BoardDay, everybody: QuerySet[Person]) -> Group:
    found = _MONTH.fullmatch(month)
    if not found or not 1900 <= int(found[1]) <= 2100 or not 1 <= int(found[2]) <= 12:
        raise Http404
    first = date(int(found[1]), int(found[2]), 1)
    facts = facts_of(pack).filter(
        kind="introduction", since__gte=first, since__lt=add_months(first, 1), since__lte=day.day
    )
    title = _("%(year)s 年 %(month)s 月引进") % {"year": first.year, "month": first.month}
    return Group(title, everybody.filter(pk__in=facts.values("person")), facts)


def _age_group(years: str, day: BoardDay, everybody: QuerySet[Person]) -> Group:
    found = _YEARS.fullmatch(years)
    if not found:
        raise Http404
    first, last = int(found[1]), int(found[2])
    if not 1800 <= first <= last <= 2100:
        raise Http404
    people = everybody.filter(
        profile__birth_date__gte=date(first, 1, 1), profile__birth_date__lte=date(last, 12, 31)
    )
    year = day.day.year
    return Group(_("%(low)s–%(high)s 岁") % {"low": year - last, "high": year - first}, people)


def _employer_group(code: str, pack: Pack, everybody: QuerySet[Person]) -> Group:
    employer = Organisation.objects.filter(code=code, pack=pack.code).first()
    if employer is None:
        raise Http404
    return Group(employer.name, everybody.filter(profile__employer=code))


def _level_group(
    name: str, codes: Sequence[str], pack: Pack, everybody: QuerySet[Person], language: str
) -> Group:
    column = pack.schema.profile[name]
    levels = pack.schema.scale_of(column.type).levels
    if any(code != NOT_RECORDED and code not in levels for code in codes):
        raise Http404
    wanted = Q(**{f"profile__{name}__in": [code for code in codes if code != NOT_RECORDED]})
    if NOT_RECORDED in codes:
        wanted |= Q(**{f"profile__{name}": None, "profile__isnull": False})
    titles = [levels[code].title.in_language(language) if code in levels else _("未登记") for code in codes]
    return Group(
        formats.labelled(column.title.in_language(language), formats.listed(titles)), everybody.filter(wanted)
    )
