"""What a policy asks people for: one merit alone, or a fact that nobody can record (单一标准与无来源的字段)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from juxian.core.facts.schema import FactKind, ProfileField, Schema
from juxian.core.policy.decisions import Decision, alone
from juxian.core.policy.lint.finding import Finding
from juxian.core.policy.lint.grid import first
from juxian.core.policy.lint.merits import Merit, Merits
from juxian.core.policy.lint.parts import View, conditions_of
from juxian.core.policy.lint.people import Row, smallest
from juxian.core.policy.lint.places import Desk, Person, benefit_path, condition_path, title_of
from juxian.core.policy.lint.tables import who_shows
from juxian.core.policy.nodes import Clause, fields_of, leaves_of
from juxian.core.policy.rulebook import Item
from juxian.core.policy.wording import field_title
from juxian.core.positioned import Path
from juxian.core.text import Text


def sole_criteria(view: View, merits: Merits, desk: Desk) -> Iterator[Finding]:
    """L109: who may have a benefit, or how much, hangs on one merit alone."""
    who = view.item.benefit.who
    of_who = merits.sole(who.fields) if who is not None else None
    if of_who is not None and view.who.yes:
        yield _sole_for_all(view, of_who, desk)
    rows = [
        (place, row.when) for place, row in enumerate(view.item.benefit.table.rows) if row.when is not None
    ]
    of_rows = merits.sole(name for _, when in rows for name in when.fields)
    if of_rows is not None and of_rows is not of_who and view.item.benefit.is_money:
        people = _differing(view, of_rows)
        if people:
            yield _sole_for_amount(view, of_rows, rows[0][0], people, desk)


def _sole_for_all(view: View, merit: Merit, desk: Desk) -> Finding:
    title, measure = title_of(view.item), merit.title
    message = Text(
        f"“{title.zh}”是否享受只看一项：{measure.zh}",
        f"{title.en}: who may have it hangs on one thing alone: {measure.in_language('en')}",
    )
    given = [part.mask for part in view.parts if part.decision.offered.holds is True]
    row = who_shows(view, first(given[0] if given else view.who.yes), _is_given if given else _may_have)
    people: list[Person] = [] if row is None else [(_alone_words(merit), row)]
    return desk.finding("L109", "question", message, view.item, condition_path(view.item, None), None, people)


def _is_given(decision: Decision) -> bool:
    return decision.offered.holds is True


def _may_have(decision: Decision) -> bool:
    return decision.in_force is True and decision.who is True


def _sole_for_amount(view: View, merit: Merit, row: int, people: list[Person], desk: Desk) -> Finding:
    title, measure = title_of(view.item), merit.title
    message = Text(
        f"“{title.zh}”给多少只看一项：{measure.zh}",
        f"{title.en}: how much it gives hangs on one thing alone: {measure.in_language('en')}",
    )
    return desk.finding("L109", "question", message, view.item, condition_path(view.item, row), None, people)


def _alone_words(merit: Merit) -> Text:
    return Text(f"只凭一项（{merit.title.zh}）", f"by one thing alone ({merit.title.in_language('en')})")


def _differing(view: View, merit: Merit) -> list[Person]:
    """Two persons alike but for the merit, who get different amounts."""
    paid = [part for part in view.parts if part.decision.offered.holds is True]
    for one, two in combinations(paid, 2):
        people = _alike(view, view.grid.row(first(one.mask)), view.grid.row(first(two.mask)), merit)
        if people:
            return people
    return []


def _alike(view: View, row: Row, other: Row, merit: Merit) -> list[Person]:
    """Both with all else as in ``row``; nobody where the amounts are then the same."""
    own = {name: value for name, value in row.items() if name in merit.fields}
    theirs = {name: value for name, value in other.items() if name in merit.fields}
    rest = {name: value for name, value in row.items() if name not in merit.fields}
    kept = smallest(rest, lambda some: _pays_apart(view, {**some, **own}, {**some, **theirs}))
    if kept is None:
        return []
    equal = Text("其他条件相同", "all else equal")
    return [(_alone_words(merit), {**kept, **own}), (equal, {**kept, **theirs})]


def _pays_apart(view: View, row: Row, other: Row) -> bool:
    one, two = (alone(view.item, some, view.grid.at).offered for some in (row, other))
    return (
        one.holds is True
        and two.holds is True
        and None not in (one.fixed, two.fixed)
        and one.fixed != two.fixed
    )


def dead_facts(view: View, desk: Desk) -> Iterator[Finding]:
    """L110: the benefit asks for a field that no kind of fact can ever set."""
    said: set[str] = set()
    for name, path, leaf in _read(view.item):
        field = desk.schema.profile.get(name)
        if name not in said and (field is None or is_dead(field, desk.schema)):
            said.add(name)
            message = _dead_words(view.item, name, desk.schema)
            yield desk.finding("L110", "warning", message, view.item, path, leaf, _without(view, name))


def _read(item: Item) -> Iterator[tuple[str, Path, Clause | None]]:
    """Each field with the first place that reads it."""
    for row, clause in conditions_of(item.benefit):
        for leaf in leaves_of(clause):
            yield from ((name, condition_path(item, row), leaf) for name in fields_of(leaf))
    for table_row in item.benefit.table.rows:
        for name in table_row.give.fields if table_row.give else ():
            yield name, (*benefit_path(item), "amount"), None


def is_dead(field: ProfileField, schema: Schema) -> bool:
    """Whether nothing that can be recorded gives the field a value."""
    if field.years_since:
        return False
    if field.of_spouse:
        asked = (field.of_spouse, field.stated)
        return all(is_dead(schema.profile[name], schema) for name in asked if name in schema.profile)
    return not any(
        rule.otherwise is not None or _states(schema.kinds.get(rule.kind), rule.field, rule.where, rule.by)
        for rule in field.derive
    )


def _states(kind: FactKind | None, field: str, where: object, by: str) -> bool:
    names = [
        name for name in (field.partition(".")[0], by, *(where if isinstance(where, dict) else ())) if name
    ]
    return kind is not None and all(name in kind.fields for name in names)


def _dead_words(item: Item, name: str, schema: Schema) -> Text:
    title, field = title_of(item), field_title(name, schema)
    return Text(
        f"“{title.zh}”要看“{field.zh}”，但没有任何信息项能登记它，所有人都会停在“待补充材料”",
        f"{title.en} asks for {field.en or field.zh}, but no kind of fact can record it: everybody stays undecided",
    )


def _without(view: View, name: str) -> list[Person]:
    """Somebody who lacks nothing but the field."""
    for part in view.parts:
        if part.decision.offered.holds is True and part.decision.in_force is True:
            row = {key: value for key, value in view.grid.row(first(part.mask)).items() if key != name}
            if _stuck(alone(view.item, row, view.grid.at)):
                kept = _kept(view, row, name)
                return [(Text("其余都具备", "has everything else"), kept)] if kept is not None else []
    return []


def _kept(view: View, row: Row, name: str) -> Row | None:
    """``row`` without what the answer does not need: the field, recorded, would still make it a yes."""
    values = (
        [value for value in view.grid.axis(name).values if value is not None]
        if name in view.grid.fields
        else []
    )

    def shows(some: Row) -> bool:
        at = view.grid.at
        given = [alone(view.item, {**some, name: value}, at).offered.holds for value in values]
        return _stuck(alone(view.item, some, at)) and True in given

    return smallest(row, shows)


def _stuck(decision: Decision) -> bool:
    return decision.offered.holds is None or (
        decision.offered.holds is True and decision.offered.fixed is None
    )
