"""Writing out a sketched person as facts (生成信息项): identity, studies, employment, titles and what else is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Any

from juxian.core.dates import add_years, whole_years
from juxian.core.facts.schema import Schema
from juxian.core.population.careers import TITLE_LEVELS
from juxian.core.population.names import dotted_name, han_name, western_name
from juxian.core.population.numbers import email_address, phone_number
from juxian.core.population.schools import school_for
from juxian.core.population.sketches import ADULT, FactDraft, Sketch, day_between

VERIFIED = 0.8  # share of facts that somebody has verified
EVIDENCE = {
    "identity": "居民身份证",
    "education": "毕业证书、学位证书",
    "employment": "聘用（劳动）合同",
    "title": "职称证书",
    "skill": "职业技能等级证书",
    "contact": "本人填报表",
    "political": "组织关系证明",
    "home": "不动产登记查询结果",
    "residence": "户口簿",
    "insurance": "社会保险缴费记录",
    "family": "本人填报表",
    "annual_review": "年度考核登记表",
    "introduction": "引进审批表",
    "honour": "表彰（入选）文件",
    "talent_class": "人才层次认定文件",
    "benefit_received": "拨付凭证",
}
_ESTABLISHED = frozenset(("party_government", "institution", "university", "hospital", "school"))
_ACADEMIC = frozenset(("bachelor", "master", "doctor"))
_PARTIES = (
    ("01", "中共党员", 46),
    ("13", "群众", 44),
    ("06", "民建", 3),
    ("10", "九三学社", 4),
    ("08", "农工党", 3),
)
_MINORITIES = ("03", "11", "15", "06", "04", "08")  # GB/T 3304
_RESULTS = ("qualified", "excellent", "basic", "failed")
_RESULT_WEIGHTS = (78, 16, 5, 1)


@dataclass(frozen=True)
class Codes:
    """Levels of a schema's scales by any of their words, so that the generator only writes codes that exist."""

    schema: Schema

    def find(self, scale: str, *words: str) -> str | None:
        """Code of the first of ``words`` that the scale knows by code, title, alias or standard code."""
        levels = self.schema.scales.get(scale)
        found = (levels.find(word) for word in words) if levels else ()
        return next((level.code for level in found if level), None)

    @cached_property
    def parties(self) -> tuple[list[str], list[int]]:
        rows = [(self.find("political_status", number, title), weight) for number, title, weight in _PARTIES]
        return [code for code, _ in rows if code], [weight for code, weight in rows if code]

    @cached_property
    def minorities(self) -> list[str]:
        return [code for code in (self.find("ethnicity", number) for number in _MINORITIES) if code]

    @cached_property
    def fixed(self) -> Mapping[str, str | None]:
        return {
            "han": self.find("ethnicity", "01", "汉族"),
            "uygur": self.find("ethnicity", "05", "维吾尔族"),
            "league": self.find("political_status", "03", "共青团员"),
            "party": self.find("political_status", "01", "中共党员"),
            "single": self.find("marital_status", "10", "未婚"),
            "married": self.find("marital_status", "20", "已婚"),
        }


@dataclass(frozen=True)
class Record:
    """One person in the making; the rules below read it and yield facts."""

    sketch: Sketch
    number: str
    name: str
    ethnicity: str | None
    rng: Random
    codes: Codes
    as_of: date

    def later(self) -> date:
        """A day between hiring and the last day."""
        return day_between(self.rng, self.sketch.hired, self.as_of)


def name_person(sketch: Sketch, rng: Random, codes: Codes) -> tuple[str, str | None]:
    """(name, code of the ethnic group, None when it is not recorded)."""
    if sketch.nationality:
        return western_name(rng, sketch.gender), None
    chance = rng.random()
    if chance < 0.006:
        return dotted_name(rng, sketch.gender), codes.fixed["uygur"]
    name = han_name(rng, sketch.gender)
    if chance < 0.05:
        return name, None
    if chance < 0.11 and codes.minorities:
        return name, rng.choice(codes.minorities)
    return name, codes.fixed["han"]


def write_facts(record: Record) -> list[FactDraft]:
    """All facts of one person, those of the recipe included, by day; kinds that the recipe gives are not doubled."""
    given = {fact.kind for fact in record.sketch.extra}
    facts = [*_identity(record), *_education(record), *_employment(record)]
    for kind, rule in _OPTIONAL.items():
        if kind not in given:
            facts += rule(record)
    facts += record.sketch.extra
    for fact in facts:
        fact.evidence = fact.evidence or EVIDENCE.get(fact.kind) or _paper(record, fact.kind)
        fact.verification = "verified" if record.rng.random() < VERIFIED else "unverified"
    return sorted(facts, key=lambda fact: fact.since)


def _paper(record: Record, kind: str) -> str:
    return f"{record.codes.schema.kinds[kind].title.zh}证明材料"


def _identity(record: Record) -> Iterator[FactDraft]:
    sketch = record.sketch
    value: dict[str, Any] = {
        "name": record.name,
        "gender": sketch.gender,
        "birth_date": sketch.birth.isoformat(),
    }
    if record.ethnicity:
        value["ethnicity"] = record.ethnicity
    if sketch.nationality:
        value["nationality"] = sketch.nationality
    yield FactDraft("identity", value, sketch.birth, evidence="护照" if sketch.nationality else "")


def _education(record: Record) -> Iterator[FactDraft]:
    sketch, rng = record.sketch, record.rng
    major, discipline = rng.choice(sketch.career.majors)
    for degree, day in sketch.studies:
        value: dict[str, Any] = {"degree": degree}
        if degree in _ACADEMIC:
            value["academic_degree"] = degree
        tags = _tags(sketch, degree)
        school = school_for(rng, degree, tags or (), sketch.career.school_word)
        if school:
            value["school"] = school
        if tags is not None:
            value["school_tags"] = sorted(tags)
        if degree in _ACADEMIC or degree == "college":
            value["major"] = major
            if code := record.codes.find("discipline", discipline):
                value["discipline"] = code
            value["full_time"] = rng.random() < 0.9
        yield FactDraft("education", value, day)


def _tags(sketch: Sketch, degree: str) -> list[str] | None:
    """Groups of the school of one degree; None when the record says nothing about them."""
    written = sketch.school_tags if degree == sketch.degree else None
    if degree == "bachelor" and sketch.bachelor_school_tags is not None:
        written = sketch.bachelor_school_tags
    if written is not None:
        return written
    return [] if "school_tags" in sketch.known else None


def _employment(record: Record) -> Iterator[FactDraft]:
    sketch, rng = record.sketch, record.rng
    if not sketch.employer:
        return
    value: dict[str, Any] = {
        "employer": sketch.employer,
        "position": rng.choice(sketch.career.positions),
        "full_time": True,
        "township": "township" in sketch.employer_kinds,
        "establishment": bool(_ESTABLISHED.intersection(sketch.employer_kinds)) and rng.random() < 0.88,
        "rank": sketch.rank,
    }
    if rng.random() < 0.9:
        value["contract_months"] = rng.choice((36, 36, 60, 60, 60, 96))
    yield FactDraft("employment", value | sketch.employment, sketch.hired, sketch.ended)


def _titles(record: Record) -> Iterator[FactDraft]:
    """The title held and, where there was time for them, those before it; ``none`` is written down as such."""
    sketch, rng = record.sketch, record.rng
    if sketch.title_level is None:
        return
    if sketch.title_level not in TITLE_LEVELS:
        if "title_level" in sketch.known:
            yield FactDraft("title", {"level": sketch.title_level}, sketch.hired, evidence="本人填报表")
        return
    reached = TITLE_LEVELS.index(sketch.title_level)
    graduated = sketch.studies[-1][1]
    earliest = min(add_years(graduated, (1, 4, 8, 12)[reached]), record.as_of - timedelta(days=30))
    held = max(graduated, day_between(rng, earliest, record.as_of))
    days = [held]
    while len(days) <= reached and (days[0] - graduated).days > 5 * 365:
        days.insert(0, day_between(rng, add_years(days[0], -5), add_years(days[0], -4)))
    series = record.codes.find("title_series", sketch.career.series)
    for step, day in enumerate(days):
        level = reached - len(days) + 1 + step
        value = {"level": TITLE_LEVELS[level], "name": sketch.career.titles[level]}
        if series:
            value["series"] = series
        yield FactDraft("title", value, day, days[step + 1] if step + 1 < len(days) else None)


def _contact(record: Record) -> Iterator[FactDraft]:
    if "contact" in record.sketch.known:
        value = {"phone": phone_number(record.rng)}
        if record.rng.random() < 0.8:
            value["email"] = email_address(record.number)
        yield FactDraft("contact", value, record.later())


def _political(record: Record) -> Iterator[FactDraft]:
    sketch, rng, codes = record.sketch, record.rng, record.codes
    names, weights = codes.parties
    if "political" not in sketch.known or sketch.nationality or not names:
        return
    adult = add_years(sketch.birth, ADULT)
    status = rng.choices(names, weights)[0]
    if (
        status != codes.fixed["party"]
        and codes.fixed["league"]
        and whole_years(sketch.birth, record.as_of) < 28
    ):
        status = codes.fixed["league"]
    value = {"status": status}
    if status == codes.fixed["party"]:
        joined = day_between(rng, min(add_years(adult, 1), record.as_of), record.as_of)
        yield FactDraft("political", value | {"joined_on": joined.isoformat()}, joined)
    else:
        yield FactDraft("political", value, min(adult, record.as_of))


def _home(record: Record) -> Iterator[FactDraft]:
    sketch, rng = record.sketch, record.rng
    if "home" not in sketch.known:
        return
    years = whole_years(sketch.hired, record.as_of)
    owned = rng.random() < min(0.85, 0.12 + 0.08 * years)
    yield FactDraft(
        "home",
        {"owned": True, "area_m2": rng.randint(60, 145)} if owned else {"owned": False},
        record.later(),
    )


def _residence(record: Record) -> Iterator[FactDraft]:
    if "residence" in record.sketch.known and not record.sketch.nationality:
        yield FactDraft("residence", {"local": record.rng.random() < 0.76}, record.sketch.hired)


def _insurance(record: Record) -> Iterator[FactDraft]:
    sketch = record.sketch
    if "insurance" in sketch.known and sketch.employer:
        yield FactDraft("insurance", {"employer": sketch.employer}, sketch.hired, sketch.ended)


def _family(record: Record) -> Iterator[FactDraft]:
    sketch, rng, fixed = record.sketch, record.rng, record.codes.fixed
    if "family" not in sketch.known or not fixed["single"] or not fixed["married"]:
        return
    age = whole_years(sketch.birth, record.as_of)
    if rng.random() > min(0.95, 0.13 * (age - 21)):
        yield FactDraft(
            "family", {"marital_status": fixed["single"], "school_age_children": 0}, record.later()
        )
        return
    children = rng.choices((0, 1, 2), (30, 50, 20))[0] if 30 <= age <= 48 else 0
    value = {
        "marital_status": fixed["married"],
        "spouse_employed_here": rng.random() < 0.6,
        "school_age_children": children,
    }
    yield FactDraft("family", value, record.later())


def _annual_reviews(record: Record) -> Iterator[FactDraft]:
    """Results of up to three past years; they are out in January of the next."""
    sketch, rng = record.sketch, record.rng
    if "annual_review" not in sketch.known:
        return
    for year in range(max(sketch.hired.year + 1, record.as_of.year - 3), record.as_of.year):
        day = date(year + 1, 1, 20)
        if day <= record.as_of and (sketch.ended is None or day < sketch.ended):
            yield FactDraft(
                "annual_review", {"year": year, "result": rng.choices(_RESULTS, _RESULT_WEIGHTS)[0]}, day
            )


_OPTIONAL: Mapping[str, Callable[[Record], Iterator[FactDraft]]] = {
    "title": _titles,
    "contact": _contact,
    "political": _political,
    "home": _home,
    "residence": _residence,
    "insurance": _insurance,
    "family": _family,
    "annual_review": _annual_reviews,
}
