"""What the register list can be narrowed by (筛选条件); every one stands in the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.assessment.queries import people_behind
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.conditions import NotFilterable, as_filter
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.indexing import lists_of
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.apps.persons.narrowing import Listed, Narrowed, OfRows, OfValues, narrowed
from juxian.apps.policies.models import Determination
from juxian.apps.policies.queries import newest_run, persons_determined
from juxian.core.facts.completeness import WHOLE
from juxian.core.policy import names_of_schema, parse_condition
from juxian.core.source import Problem, Rejected
from juxian.web.desk.persons.paging import DEFAULT_SIZE, LARGEST_SIZE, NEWEST, SORTS, Sort
from juxian.web.kit import formats, phrases
from juxian.web.kit.fields import choices_of
from juxian.web.kit.scope import Scope
from juxian.web.kit.seeking import LIKE_NUMBER, NUMBER, is_lost

LEVEL_COLUMNS = ("degree", "title_level", "talent_level", "six_ranks", "introduction_mode", "status")
MISSING, STALE = "missing", "stale"
GAPS = [(MISSING, _("应登记而缺")), (STALE, _("该更新"))]
FURTHER = ("six_ranks", "introduction_mode", "verification", "disputed", "gaps")  # behind 更多条件
TOGETHER = ("degree", "title_level", "six_ranks")  # one index holds the three
LAST_CHARACTER = "\uffff"
_NUMBER = re.compile(r"[A-Za-z]{2,4}\d{2,}")


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that is set: its words, and the parameters that go when it is taken away."""

    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """A select of the filter row."""

    name: str
    label: str | Promise
    options: list[tuple[str, str | Promise]]
    value: str


class RegisterFilter(forms.Form):
    """The filter row of the register (GET). Unknown values are refused, not ignored."""

    q = forms.CharField(label=_("姓名、拼音首字母、单位、专业等"), required=False, max_length=60)
    condition = forms.CharField(label=_("条件"), required=False, max_length=2000)
    employer = forms.CharField(label=_("用人单位"), required=False, max_length=64)
    verification = forms.ChoiceField(
        label=_("核验状态"), required=False, choices=[("", phrases.ALL), *Verification.choices]
    )
    disputed = forms.ChoiceField(
        label=_("说法不一"), required=False, choices=[("", phrases.ALL), ("1", _("有冲突待定夺"))]
    )
    gaps = forms.ChoiceField(label=_("待补"), required=False, choices=[("", phrases.ALL), *GAPS])
    indicator = forms.CharField(label=_("指标"), required=False, max_length=64)
    policy = forms.CharField(label=_("政策"), required=False, max_length=64)
    benefit = forms.CharField(label=_("待遇"), required=False, max_length=64)
    verdict = forms.ChoiceField(
        label=_("结论"), required=False, choices=[("", ""), *Determination.Verdict.choices]
    )
    sort = forms.ChoiceField(
        label=_("排序"), required=False, choices=[(key, sort.title) for key, sort in SORTS.items()]
    )
    size = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_SIZE)

    def __init__(self, data: Any, *, scope: Scope, home: Organisation) -> None:
        super().__init__(data)
        self.scope, self.home = scope, home
        self.problems: list[Problem] = []
        for name in LEVEL_COLUMNS:
            self.fields[name] = self._level_field(name)

    def _level_field(self, name: str) -> forms.ChoiceField:
        field = self.scope.pack.schema.profile[name]
        levels = self.scope.pack.schema.scale_of(field.type).levels.values()
        choices = [(level.code, level.title.in_language(self.scope.language)) for level in levels]
        return forms.ChoiceField(
            label=field.title.in_language(self.scope.language),
            required=False,
            choices=[("", phrases.ALL), *choices],
        )

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"].strip()
        if text == NUMBER or LIKE_NUMBER.search(text):
            raise forms.ValidationError(_("这里不能查证件号码和手机号。查证件号码请用“按证件号码查找”。"))
        if is_lost(text):
            raise forms.ValidationError(_("上次查询的用语已不保留，请重新输入。"))
        return text

    def clean_condition(self) -> Any:
        """The condition as a filter of profiles, or None; problems keep their place for the page."""
        text: str = self.cleaned_data["condition"].strip()
        if not text:
            return None
        schema = self.scope.pack.schema
        try:
            return as_filter(
                parse_condition(text, names_of_schema(schema), str(self.fields["condition"].label)),
                schema,
                self.scope.as_of,
            )
        except Rejected as rejected:
            self.problems = list(rejected.problems)
            raise forms.ValidationError(_("条件有误，请按提示修改。")) from rejected
        except NotFilterable as refusal:
            raise forms.ValidationError(refusal.text.in_language(self.scope.language)) from refusal

    def clean_indicator(self) -> str:
        return self._known("indicator", self.scope.pack.indicators, _("没有这个指标。"))

    def clean_policy(self) -> str:
        return self._known("policy", self.scope.pack.policies, _("没有这项政策。"))

    def _known(self, name: str, among: Any, message: Any) -> str:
        code: str = self.cleaned_data[name]
        if code and code not in among:
            raise forms.ValidationError(message)
        return code

    def narrow(self, people: QuerySet[Person]) -> Narrowed:
        """The persons that meet every condition that is set; call when valid."""
        wanted = self.cleaned_data
        people = people.filter(profile__isnull=False)  # every fact withdrawn: not listed
        if self.order.field.startswith("profile__"):
            people = people.filter(profile__home=self.home)  # so that the index (home, …) serves
        if wanted["verification"]:
            facts = Fact.objects.standing().filter(person=OuterRef("pk"), verification=wanted["verification"])
            people = people.filter(Exists(facts))
        subsets = list(self._subsets())
        for part in subsets:
            people = people.filter(pk__in=part)
        found = narrowed(people, self._lists(), along=self.order == NEWEST)
        return replace(found, record="pk") if subsets else found  # they may find fewer than any list

    @property
    def order(self) -> Sort:
        """How the rows stand; call when valid."""
        return SORTS[self.cleaned_data["sort"]] if self.cleaned_data["sort"] else NEWEST

    def _lists(self) -> list[Listed]:
        """One for each term and value that is asked for; three values that one index holds are one list."""
        wanted, home = self.cleaned_data, self.home
        values = {name: wanted[name] for name in (*LEVEL_COLUMNS, "employer") if wanted[name]}
        lists = self._called(wanted["q"]) if wanted["q"] else []
        if all(name in values for name in TOGETHER):
            lists.append(OfValues(home.pk, tuple((name, values.pop(name)) for name in TOGETHER)))
        lists += [OfValues(home.pk, (one,)) for one in values.items()]
        profiles = Profile.objects.filter(home=home)
        if wanted["disputed"]:
            lists.append(OfValues(home.pk, (("conflicts__gt", 0),)))
        if wanted["gaps"] == MISSING:
            lists.append(OfRows(home.pk, profiles.filter(complete__lt=WHOLE)))
        elif wanted["gaps"] == STALE:
            lists.append(OfRows(home.pk, profiles.filter(stale_on__lte=self.scope.as_of)))
        if wanted["condition"] is not None:
            lists.append(OfRows(home.pk, profiles.filter(wanted["condition"])))
        return lists

    def _called(self, text: str) -> list[Listed]:
        """By a number of the register, or by the words and sounds of the search."""
        if not _NUMBER.fullmatch(text):
            return lists_of(text, self.home)
        first = text.upper()  # a range, which the index serves
        numbered = Person.objects.filter(home=self.home, number__gte=first, number__lt=first + LAST_CHARACTER)
        return [OfRows(self.home.pk, numbered)]

    def _subsets(self) -> Iterator[Any]:
        """One-column queries of person ids: behind a figure, found by a run."""
        wanted, pack, as_of = self.cleaned_data, self.scope.pack, self.scope.as_of
        if wanted["indicator"]:
            yield people_behind(pack.indicators[wanted["indicator"]], pack, as_of).values("pk")
        if wanted["policy"]:
            run = newest_run(pack.code)
            verdict = wanted["verdict"] or Determination.Verdict.YES
            yield persons_determined(run, wanted["policy"], wanted["benefit"], verdict) if run else []

    def chips(self, employer_name: str) -> list[Chip]:
        """The conditions that are set, in words; call when valid."""
        wanted = self.cleaned_data
        chips = [self._chip("q", wanted["q"])] if wanted["q"] else []
        for name in (*LEVEL_COLUMNS, "verification", "disputed", "gaps"):
            if wanted[name]:
                title = dict(choices_of(self, name))[wanted[name]]
                chips.append(self._chip(name, title))
        if wanted["employer"]:
            chips.append(self._chip("employer", employer_name or wanted["employer"]))
        if wanted["indicator"]:
            title = self.scope.pack.indicators[wanted["indicator"]].title.in_language(self.scope.language)
            chips.append(self._chip("indicator", title))
        if wanted["policy"]:
            chips.append(Chip(self._policy_words(), ("policy", "benefit", "verdict")))
        if wanted["condition"] is not None:
            chips.append(self._chip("condition", self.data["condition"]))
        return chips

    def _chip(self, name: str, value: object) -> Chip:
        return Chip(formats.labelled(self.fields[name].label, value), (name,))

    def _policy_words(self) -> str:
        wanted, language = self.cleaned_data, self.scope.language
        policy = self.scope.pack.policies[wanted["policy"]]
        titles = {benefit.id: benefit.title for version in policy.versions for benefit in version.benefits}
        title = titles.get(wanted["benefit"], policy.title).in_language(language)
        verdict = Determination.Verdict(wanted["verdict"] or Determination.Verdict.YES)
        return formats.labelled(verdict.label, title)

    @property
    def picks(self) -> list[Pick]:
        """The selects that always stand in the filter row."""
        return [self._pick(name) for name in ("talent_level", "degree", "title_level", "status")]

    @property
    def further_picks(self) -> list[Pick]:
        """The selects behind 更多条件."""
        return [self._pick(name) for name in FURTHER]

    def _pick(self, name: str) -> Pick:
        options = [(code, title) for code, title in choices_of(self, name) if code]
        return Pick(name, self.fields[name].label or "", options, self.data.get(name, ""))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Conditions without a field of their own, which a change of the others keeps."""
        names = ("indicator", "policy", "benefit", "verdict", "size")
        return [(name, self.data[name]) for name in names if self.data.get(name)]

    @property
    def further_open(self) -> bool:
        """Whether something behind 更多条件 is set."""
        names = (
            "employer",
            *FURTHER,
            "condition",
            "sort",
        )
        return any(self.data.get(name) for name in names)

    @property
    def size_wanted(self) -> int:
        return self.cleaned_data.get("size") or DEFAULT_SIZE
