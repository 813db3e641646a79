"""From a positioned document to a checked recipe (读取 population.yaml)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from juxian.core.dates import whole_years
from juxian.core.facts.schema import FactKind, Kind, Schema, ValueType
from juxian.core.population.draws import PART_FEN, Counts, Draw, Own, Split, read_draw
from juxian.core.population.plan import KNOWN, YOUNGEST, Cohort, Days, FactRecipe, Filler, Population, Traits
from juxian.core.population.reading import OrganisationLike, Reader, one_of
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, errors_in
from juxian.core.text import Text

PERSONS_LIMIT = 1_000_000
AGES = (16, 100)
_TRAIT_TYPES = {
    "gender": ValueType(Kind.LEVEL, "gender"),
    "degree": ValueType(Kind.LEVEL, "degree"),
    "school_tags": ValueType(Kind.LEVELS, "school_tag"),
    "bachelor_school_tags": ValueType(Kind.LEVELS, "school_tag"),
    "title_level": ValueType(Kind.LEVEL, "title_level"),
    "rank": ValueType(Kind.LEVEL, "six_ranks"),
}
_TRAITS = (*_TRAIT_TYPES, "age", "employers", "hired", "nationality", "known", "employment")
_FACT_KEYS = ("kind", "since", "until", "share", "count", "value")


def read_recipe(
    document: Document,
    schema: Schema,
    organisations: Sequence[OrganisationLike],
    as_of: date | None = None,
) -> tuple[Population | None, list[Problem]]:
    """The recipe that ``document`` (population.yaml) holds, checked against the pack's vocabulary.

    organisations: of the pack; those with an ``employer_kind`` can employ. as_of: the pack's last day; with it, days
    after it and ages that leave no room for the days of hiring are told. Returns None with an error in problems.
    """
    reader = Reader(document, schema, organisations, as_of)
    found = reader.mapping((), ("seed", "cohorts", "filler"), ("seed",))
    seed = reader.number(("seed",), 0, 10**12) if "seed" in found else None
    cohorts = _cohorts(reader) if "cohorts" in found else ()
    filler = _filler(reader) if "filler" in found else None
    if errors_in(reader.problems) or seed is None:
        return None, reader.told()
    return Population(seed, cohorts, filler), reader.told()


def _cohorts(reader: Reader) -> tuple[Cohort, ...]:
    earlier: dict[str, Cohort] = {}
    for index in range(len(reader.shaped(("cohorts",), list) or [])):
        cohort = _cohort(reader, ("cohorts", index), earlier)
        if cohort is not None:
            earlier[cohort.id] = cohort
    return tuple(earlier.values())


def _cohort(reader: Reader, path: Path, earlier: Mapping[str, Cohort]) -> Cohort | None:
    found = reader.mapping(path, ("id", "count", "of", "facts", *_TRAITS), ("id", "count"))
    code = reader.code((*path, "id")) if "id" in found else None
    if code in earlier:
        message = Text(f"人群“{code}”出现两次", f"the cohort “{code}” is written twice")
        reader.tell((*path, "id"), "G104", message, Text("换一个 id", "give it another id"))
    count = reader.number((*path, "count"), 0, PERSONS_LIMIT) if "count" in found else None
    of = _of(reader, path, earlier, count) if "of" in found else ()
    traits = None if "of" in found else _traits(reader, path, found)
    if "of" in found:
        _refuse_traits(reader, path, found)
    facts = _facts(reader, (*path, "facts"), count) if "facts" in found else ()
    return None if code is None or count is None else Cohort(code, count, of, traits, facts)


def _refuse_traits(reader: Reader, path: Path, found: Mapping[str, object]) -> None:
    for key in found:
        if key in _TRAITS:
            message = Text(
                f"用 of 取自已有人群时不能再写“{key}”",
                f"“{key}” does not go with “of”: these persons exist already",
            )
            hint = Text("写在被取的人群里，或去掉 of", "write it in the cohort they come from, or drop “of”")
            reader.tell((*path, key), "G113", message, hint, key=True)


def _of(reader: Reader, path: Path, earlier: Mapping[str, Cohort], count: int | None) -> tuple[str, ...]:
    """One earlier cohort, or several that make new persons; together they must have ``count`` persons."""
    place = (*path, "of")
    raw = reader.document.at(place)
    names = [raw] if isinstance(raw, str) else reader.shaped(place, list) or []
    for index, name in enumerate(names):
        spot = place if isinstance(raw, str) else (*place, index)
        if name not in earlier:
            message = Text(f"前面没有人群“{name}”", f"no earlier cohort is called “{name}”")
            reader.tell(spot, "G105", message, one_of(str(name), list(earlier)))
        elif len(names) > 1 and earlier[name].of:
            message = Text(
                f"“{name}”的人取自别的人群，不能与其他人群并列",
                f"“{name}” is itself taken from others; name it alone",
            )
            reader.tell(spot, "G105", message)
    pool = [earlier[name] for name in names if name in earlier]
    if count is not None and len(pool) == len(names) and count > sum(cohort.count for cohort in pool):
        have = sum(cohort.count for cohort in pool)
        message = Text(
            f"取 {count} 人，但只有 {have} 人", f"{count} persons are taken, but there are only {have}"
        )
        reader.tell((*path, "count"), "G106", message)
    return tuple(str(name) for name in names)


def _traits(reader: Reader, path: Path, found: Mapping[str, object]) -> Traits:
    draws = {
        word: read_draw(reader, (*path, word), type_) for word, type_ in _TRAIT_TYPES.items() if word in found
    }
    _refuse_exact(reader, path, draws)
    nationality = reader.shaped((*path, "nationality"), str) if "nationality" in found else ""
    employment = {}
    if "employment" in found:
        employment = _values(reader, (*path, "employment"), reader.schema.kinds["employment"], partial=True)
        _refuse_exact(reader, (*path, "employment"), employment)
    age = reader.number_range((*path, "age"), *AGES) if "age" in found else None
    hired = _days(reader, (*path, "hired")) if "hired" in found else None
    _refuse_children(reader, (*path, "hired"), age, hired)
    return Traits(
        employers=_employers(reader, path, found),
        age=age,
        hired=hired,
        nationality=nationality or "",
        known=reader.per_cent_by_word((*path, "known"), KNOWN) if "known" in found else {},
        employment=employment,
        **draws,
    )


def _refuse_children(reader: Reader, path: Path, age: tuple[int, int] | None, hired: Days | None) -> None:
    """Somebody of the ages must have been old enough by the last day of hiring."""
    if reader.as_of is None or age is None or hired is None:
        return
    since = whole_years(hired.last, reader.as_of)
    if age[1] - since < YOUNGEST:
        message = Text(
            f"{age[1]} 岁的人在 {hired.last} 不满 {YOUNGEST} 周岁",
            f"who is {age[1]} now was younger than {YOUNGEST} on {hired.last}",
        )
        reader.tell(path, "G110", message, Text("改年龄或入职日期", "change the ages or the days of hiring"))


def _refuse_exact(reader: Reader, path: Path, draws: Mapping[str, Draw | None]) -> None:
    for word, draw in draws.items():
        if isinstance(draw, Counts | Split | Own):
            message = Text(
                "此处不能用 counts、split、own", "counts, split and own are for the values of facts"
            )
            reader.tell((*path, word), "G112", message, Text("用 choose 或 each", "use choose or each"))


def _employers(reader: Reader, path: Path, found: Mapping[str, object]) -> tuple[str, ...]:
    employers = [entry for entry in reader.organisations if entry.employer_kind]
    place: Path = (*path, "employers")
    if "employers" not in found:
        return tuple(entry.code for entry in employers)
    if isinstance(found["employers"], list):
        return tuple(_employer(reader, (*place, index)) for index in range(len(found["employers"])))
    kinds = reader.mapping(place, ("kinds",), ("kinds",)).get("kinds")
    known = {entry.kind for entry in employers} | {entry.employer_kind for entry in employers}
    for index, kind in enumerate(kinds if isinstance(kinds, list) else []):
        if kind not in known:
            message = Text(f"没有类别为“{kind}”的用人单位", f"no employer is of the kind “{kind}”")
            reader.tell((*place, "kinds", index), "G109", message, one_of(str(kind), known))
    if kinds is not None:
        reader.shaped((*place, "kinds"), list)
    wanted = set(map(str, kinds)) if isinstance(kinds, list) else set()
    return tuple(entry.code for entry in employers if {entry.kind, entry.employer_kind} & wanted)


def _employer(reader: Reader, path: Path) -> str:
    code = reader.document.at(path)
    entry = next((entry for entry in reader.organisations if entry.code == code), None)
    if entry is None:
        reader.no_organisation(path, code)
    elif not entry.employer_kind:
        message = Text(f"“{code}”不是用人单位", f"“{code}” is not an employer")
        hint = Text(
            "在 organisations.yaml 中写 employer_kind", "write its employer_kind in organisations.yaml"
        )
        reader.tell(path, "G109", message, hint)
    return str(code)


def _days(reader: Reader, path: Path) -> Days | None:
    found = reader.day_range(path)
    return Days(*found) if found else None


def _filler(reader: Reader) -> Filler:
    path: Path = ("filler",)
    found = reader.mapping(path, ("weight", "facts", *_TRAITS))
    weight = reader.number((*path, "weight"), 0, 1_000_000) if "weight" in found else 1
    facts = _facts(reader, (*path, "facts"), None) if "facts" in found else ()
    return Filler(_traits(reader, path, found), 1 if weight is None else weight, facts)


def _facts(reader: Reader, path: Path, persons: int | None) -> tuple[FactRecipe, ...]:
    facts = [_fact(reader, (*path, index), persons) for index in range(len(reader.shaped(path, list) or []))]
    return tuple(fact for fact in facts if fact is not None)


def _fact(reader: Reader, path: Path, persons: int | None) -> FactRecipe | None:
    found = reader.mapping(path, _FACT_KEYS, ("kind",))
    kind = reader.schema.kinds.get(str(found.get("kind")))
    if kind is None:
        if "kind" in found:
            message = Text(f"没有信息项“{found['kind']}”", f"there is no fact kind “{found['kind']}”")
            reader.tell((*path, "kind"), "G108", message, one_of(str(found["kind"]), reader.schema.kinds))
        return None
    if "share" in found and "count" in found:
        message = Text("share 与 count 只能写一个", "write either share or count")
        reader.tell((*path, "share"), "G112", message, key=True)
    fact = FactRecipe(
        kind=kind.code,
        value=_values(reader, (*path, "value"), kind) if "value" in found else _no_values(reader, path, kind),
        since=None if found.get("since", "hired") == "hired" else _days(reader, (*path, "since")),
        until=_until(reader, (*path, "until")) if "until" in found else None,
        share=reader.number((*path, "share"), 0, 100) if "share" in found else None,
        count=_fact_count(reader, (*path, "count"), persons) if "count" in found else None,
    )
    if isinstance(fact.until, date) and fact.since and fact.until <= fact.since.last:
        message = Text("until 应晚于 since 的每一天", "until must lie after every day of since")
        reader.tell((*path, "until"), "G111", message)
    _check_amounts(reader, (*path, "value"), fact, persons)
    return fact


def _fact_count(reader: Reader, path: Path, persons: int | None) -> int | None:
    if persons is None:
        return reader.number(path, 0, PERSONS_LIMIT)
    return reader.number(path, 0, persons)


def _no_values(reader: Reader, path: Path, kind: FactKind) -> dict[str, Draw]:
    _tell_missing(reader, path, kind, {})
    return {}


def _values(reader: Reader, path: Path, kind: FactKind, *, partial: bool = False) -> dict[str, Draw]:
    """The drawn fields of a fact in order of the kind's fields; required ones must be there unless ``partial``."""
    found = reader.shaped(path, dict) or {}
    for name in found:
        if name not in kind.fields:
            message = Text(
                f"“{kind.title.zh}”没有字段“{name}”", f"the kind {kind.code} has no field “{name}”"
            )
            reader.tell((*path, name), "G108", message, one_of(name, kind.fields), key=True)
    draws: dict[str, Draw] = {}
    for name, field in kind.fields.items():
        draw = read_draw(reader, (*path, name), field.type) if name in found else None
        if draw is not None:
            draws[name] = draw
    if not partial:
        _tell_missing(reader, path, kind, found)
    return draws


def _tell_missing(reader: Reader, path: Path, kind: FactKind, found: Mapping[str, object]) -> None:
    for name, field in kind.fields.items():
        if field.required and name not in found:
            message = Text(f"“{kind.title.zh}”必须有“{field.title.zh}”", f"{kind.code} needs “{name}”")
            reader.tell(
                path, "G103", message, Text(f"补上 value: {{{name}: …}}", f"add value: {{{name}: …}}")
            )


def _until(reader: Reader, path: Path) -> date | int | None:
    """A day, or ``+36 months`` (``+3年``) as whole months."""
    raw = reader.shaped(path, str)
    if raw is None:
        return None
    if not raw.startswith("+"):
        return reader.day(path, raw)
    months = reader.value(path, raw[1:].strip(), ValueType(Kind.MONTHS))
    if months == 0:
        reader.tell(path, "G111", Text("期限至少一个月", "a term has at least one month"))
    return int(months) if months else None


def _check_amounts(reader: Reader, path: Path, fact: FactRecipe, persons: int | None) -> None:
    """Splits and counts must fit the number of facts; for the filler that number is not known beforehand."""
    number = None if persons is None and fact.count is None else fact.reaches(persons or 0)
    for name, draw in fact.value.items():
        if isinstance(draw, Split) and number is not None and not 0 < number <= draw.total_fen // PART_FEN:
            message = Text(
                f"总额不能拆成 {number} 份整百元", f"the total cannot be split into {number} whole hundreds"
            )
            reader.tell((*path, name), "G112", message)
        if isinstance(draw, Counts) and sum(draw.numbers) != number:
            total = sum(draw.numbers)
            message = Text(
                f"各项合计 {total}，应等于 {number if number is not None else '写明的人数'}",
                f"the counts add up to {total}, not to {number if number is not None else 'a written count'}",
            )
            reader.tell((*path, name), "G114", message)
        if isinstance(draw, Split) and number is None:
            reader.tell((*path, name), "G112", Text("此处应写 count", "a written count is needed here"))
