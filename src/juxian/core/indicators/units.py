"""Units of figures and how a figure is worded (计量单位)."""

from __future__ import annotations

from juxian.core.facts.values import show_amount
from juxian.core.indicators.relations import WORDS, Relation
from juxian.core.money import FEN_PER_YUAN
from juxian.core.text import Text

# unit → the counter behind the number; the closed list
UNITS: dict[str, Text] = {
    "person": Text("人", "persons"),
    "person_time": Text("人次", "attendances"),
    "household": Text("户", "households"),
    "organisation": Text("家", "organisations"),
    "enterprise": Text("家", "enterprises"),
    "institute": Text("家", "institutes"),
    "college": Text("所", "colleges"),
    "school": Text("所", "schools"),
    "hospital": Text("家", "hospitals"),
    "department": Text("个", "departments"),
    "partner": Text("家", "partners"),
    "team": Text("个", "teams"),
    "group": Text("个", "groups"),
    "squad": Text("支", "squads"),
    "rank": Text("支", "ranks"),
    "platform": Text("个", "platforms"),
    "station": Text("个", "stations"),
    "office": Text("个", "offices"),
    "carrier": Text("个", "carriers"),
    "base": Text("个", "bases"),
    "studio": Text("个", "studios"),
    "park": Text("个", "parks"),
    "centre": Text("个", "centres"),
    "zone": Text("个", "zones"),
    "township": Text("个", "townships"),
    "village": Text("个", "villages"),
    "community": Text("个", "communities"),
    "programme": Text("项", "programmes"),
    "project": Text("个", "projects"),
    "policy": Text("项", "policies"),
    "document": Text("份", "documents"),
    "measure": Text("条", "measures"),
    "article": Text("条", "articles"),
    "report": Text("篇", "reports"),
    "paper": Text("篇", "papers"),
    "patent": Text("件", "patents"),
    "award": Text("项", "awards"),
    "agreement": Text("份", "agreements"),
    "demand": Text("项", "demands"),
    "challenge": Text("项", "challenges"),
    "service": Text("项", "services"),
    "item": Text("项", "items"),
    "kind": Text("种", "kinds"),
    "class": Text("类", "classes"),
    "level": Text("级", "levels"),
    "step": Text("个", "steps"),
    "theme": Text("个", "themes"),
    "batch": Text("批", "batches"),
    "case": Text("件", "cases"),
    "post": Text("个", "posts"),
    "place": Text("个", "places"),
    "quota": Text("名", "posts"),
    "set": Text("套", "sets"),
    "flat": Text("套", "flats"),
    "room": Text("间", "rooms"),
    "building": Text("栋", "buildings"),
    "event": Text("场", "events"),
    "session": Text("期", "sessions"),
    "course": Text("门", "courses"),
    "visit": Text("次", "visits"),
    "time": Text("次", "times"),
    "card": Text("张", "cards"),
    "country": Text("个", "countries"),
    "city": Text("个", "cities"),
    "year": Text("年", "years"),
    "month": Text("个月", "months"),
    "day": Text("天", "days"),
    "hour": Text("小时", "hours"),
    "yuan": Text("元", "yuan"),
    "m2": Text("平方米", "m²"),
    "hectare": Text("公顷", "hectares"),
    "mu": Text("亩", "mu"),
    "per_cent": Text("%", "%"),
    "point": Text("分", "points"),
}

_INVARIABLE = {"yuan", "m2", "mu", "per_cent"}  # units without an English plural


def show_figure(
    value: int | None,
    unit: str,
    language: str,
    relation: Relation | str = Relation.EXACT,
) -> str:
    """``1,200 人``, ``303 万元``, ``50%``, ``逾 1,200 人``; an unknown figure is ``—``. Money is in whole yuan."""
    if value is None:
        return "—"
    lead = WORDS[Relation(relation)].in_language(language)
    if unit == "yuan":
        return lead + show_amount(value * FEN_PER_YUAN, language)
    gap = "" if unit == "per_cent" else " "
    return f"{lead}{value:,}{gap}{_counter(unit, value, language)}"


def _counter(unit: str, value: int, language: str) -> str:
    if language.startswith("en") and value == 1 and unit not in _INVARIABLE:
        return unit.replace("_", " ")
    return UNITS[unit].in_language(language) if unit in UNITS else unit
