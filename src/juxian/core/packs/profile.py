"""``facts.yaml``: profile fields and how they are derived (画像字段及其推导).

K321 neither or both of derive and years_since · K322 unknown fact kind · K323 unknown field · K324 key that the
operation needs or does not take · K325 types that do not fit · K326 value of the wrong type · K327 one word for two fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from juxian.core.facts.schema import (
    Derivation,
    Derive,
    FactKind,
    Field,
    Kind,
    ProfileField,
    Scale,
    Schema,
    ValueType,
)
from juxian.core.facts.values import Refusal, parse_value
from juxian.core.packs.facts import check_name, read_type
from juxian.core.packs.reading import Part, one_of
from juxian.core.text import Text

# attributes of an organisation that a profile field may read, and the scale of each
ORGANISATION_ATTRIBUTES = {
    "kind": "organisation_kind",
    "employer_kind": "employer_kind",
    "industry": "industry",
}
_KEYS = ("field", "where", "otherwise", "ever", "by", "gives")
_NEEDS_FIELD = {Derive.LATEST, Derive.HIGHEST, Derive.SUM, Derive.SET, Derive.AMOUNTS}
_TAKES_FIELD = _NEEDS_FIELD | {Derive.EARLIEST}
_NUMBERS = {Kind.INTEGER, Kind.MONEY, Kind.MONTHS}


def read_profile(
    part: Part,
    parent: Mapping[str, ProfileField],
    scales: Mapping[str, Scale],
    kinds: Mapping[str, FactKind],
) -> dict[str, ProfileField]:
    """All profile fields in force; a field of the parent that is named again is replaced."""
    fields = dict(parent)
    schema = Schema(scales, kinds, parent)
    for name, entry in part.entries():
        check_name(entry, name)
        field = _profile_field(name, entry, schema)
        if field is not None:
            fields[name] = field
    for name, entry in part.entries():
        if name in fields:
            _check_years(entry, fields[name], fields)
            _check_words(entry, fields[name], fields)
    return fields


def fields_bereft(part: Part, kinds: Mapping[str, FactKind]) -> dict[str, str]:
    """Profile field → the fact kind that it is derived from and that is not there (K322)."""
    found = {}
    for name, entry in part.entries():
        derive = entry.get("derive").value
        for rule in derive if isinstance(derive, list) else [derive]:
            kind = rule.get("kind") if isinstance(rule, dict) else None
            if isinstance(kind, str) and kind not in kinds:
                found[name] = kind
    return found


def _profile_field(name: str, part: Part, schema: Schema) -> ProfileField | None:
    optional = ("derive", "years_since", "aliases", "question", "sensitive", "searched")
    if not part.keys(("title", "type"), optional):
        return None
    type_ = read_type(part.get("type"), schema.scales)
    derive, years_since = part.get("derive"), part.get("years_since")
    if derive.present == years_since.present:
        part.refuse(
            "K321",
            "应写 derive 或 years_since 之一",
            "write one of derive and years_since",
            key=True,
        )
    if type_ is None:
        return None
    rules = derive.items() if isinstance(derive.value, list) else [derive] if derive.present else []
    return ProfileField(
        name,
        part.get("title").title(),
        type_,
        tuple(rule for entry in rules if (rule := _derivation(entry, type_, schema))),
        years_since.text(),
        part.get("aliases").words(),
        part.get("question").title(),
        part.get("sensitive").boolean(),
        part.get("searched").boolean(),
    )


def _derivation(part: Part, type_: ValueType, schema: Schema) -> Derivation | None:
    if not part.keys(("op", "kind"), _KEYS):
        return None
    op, kind = part.get("op").one_of(list(Derive)), _kind(part.get("kind"), schema)
    if not op or kind is None:
        return None
    rule = Derivation(
        Derive(op),
        kind.code,
        part.get("field").text(),
        _where(part.get("where"), kind, schema),
        _typed(part.get("otherwise"), type_, schema),
        part.get("ever").boolean(),
        part.get("by").text(),
        _typed(part.get("gives"), type_, schema),
    )
    _check_keys(part, rule)
    if rule.by and rule.by not in kind.fields:
        _no_field(part.get("by"), rule.by, kind)
    _check_type(part, rule, type_, kind)
    _check_order(part.get("field"), rule, kind, schema)
    return rule


def _kind(part: Part, schema: Schema) -> FactKind | None:
    code = part.text()
    if code and code not in schema.kinds:
        hint = one_of(code, list(schema.kinds))
        part.refuse("K322", f"没有信息项类别“{code}”", f"there is no fact kind “{code}”", hint)
    return schema.kinds.get(code)


def _where(part: Part, kind: FactKind, schema: Schema) -> dict[str, tuple[Any, ...]]:
    accepted: dict[str, tuple[Any, ...]] = {}
    for name, entry in part.entries():
        field = kind.fields.get(name)
        if field is None:
            _no_field(entry, name, kind, key=True)
            continue
        single = ValueType(Kind.LEVEL, field.type.scale) if field.type.kind is Kind.LEVELS else field.type
        accepted[name] = tuple(
            value for item in entry.items() if (value := _typed(item, single, schema)) is not None
        )
    return accepted


def _no_field(part: Part, name: str, kind: FactKind, *, key: bool = False) -> None:
    hint = one_of(name, list(kind.fields))
    message = f"“{kind.title.zh}”没有字段“{name}”", f"{kind.code} has no field “{name}”"
    part.refuse("K323", *message, hint, key=key)


def _typed(part: Part, type_: ValueType, schema: Schema) -> Any:
    if not part.present:
        return None
    found = parse_value(part.value, type_, schema)
    if isinstance(found, Refusal):
        part.refuse("K326", found.reason.zh, found.reason.in_language("en"))
        return None
    return found


def _check_keys(part: Part, rule: Derivation) -> None:
    wanted = {
        "field": (rule.op in _NEEDS_FIELD, rule.op in _TAKES_FIELD),
        "by": (rule.op is Derive.AMOUNTS, rule.op is Derive.AMOUNTS),
        "gives": (False, rule.op is Derive.EXISTS),
    }
    for key, (needed, taken) in wanted.items():
        if needed and not part.get(key).present:
            part.refuse("K324", f"{rule.op} 需要“{key}”", f"{rule.op} needs “{key}”")
        if part.get(key).present and not taken:
            part.get(key).refuse(
                "K324",
                f"{rule.op} 不用“{key}”",
                f"{rule.op} takes no “{key}”",
                key=True,
            )


def _check_type(part: Part, rule: Derivation, type_: ValueType, kind: FactKind) -> None:
    given = _given_type(part, rule, kind)
    if given is None or given == type_ or (given.kind is Kind.MONTHS and type_.kind is Kind.INTEGER):
        return
    part.refuse(
        "K325",
        f"{rule.op} 得出的类型是 {given}，字段的类型是 {type_}",
        f"{rule.op} gives {given}, but the field is {type_}",
    )


def _check_order(part: Part, rule: Derivation, kind: FactKind, schema: Schema) -> None:
    field = kind.fields.get(rule.field)
    if rule.op is Derive.HIGHEST and field and field.type.kind is Kind.LEVEL:
        scale = schema.scale_of(field.type)
        if not scale.ordered:
            part.refuse("K325", f"代码表“{scale.code}”没有高低之分", f"the scale “{scale.code}” has no order")


def _given_type(part: Part, rule: Derivation, kind: FactKind) -> ValueType | None:
    """The type that the operation gives; None when a problem has been told or any type will do."""
    if rule.op in (Derive.SINCE, Derive.UNTIL) or (rule.op is Derive.EARLIEST and not rule.field):
        return ValueType(Kind.DATE)
    if rule.op is Derive.EXISTS:
        return None if rule.gives is not None else ValueType(Kind.BOOLEAN)
    if rule.op in (Derive.COUNT, Derive.MONTHS):
        return ValueType(Kind.INTEGER if rule.op is Derive.COUNT else Kind.MONTHS)
    if not rule.field:
        return None
    base, _, attribute = rule.field.partition(".")
    field = kind.fields.get(base)
    if field is None:
        _no_field(part.get("field"), base, kind)
        return None
    if attribute:
        return _attribute_type(part.get("field"), field, attribute)
    return _field_type(part, rule, field)


def _attribute_type(part: Part, field: Field, attribute: str) -> ValueType | None:
    if field.type.kind is not Kind.ORGANISATION or attribute not in ORGANISATION_ATTRIBUTES:
        hint = one_of(attribute, list(ORGANISATION_ATTRIBUTES))
        part.refuse(
            "K323",
            f"“{part.value}”不是机构的属性",
            f"“{part.value}” is no attribute of an organisation",
            hint,
        )
        return None
    return ValueType(Kind.LEVEL, ORGANISATION_ATTRIBUTES[attribute])


def _field_type(part: Part, rule: Derivation, field: Field) -> ValueType | None:
    numeric = field.type.kind in _NUMBERS
    fits = {
        Derive.SUM: numeric,
        Derive.HIGHEST: numeric or field.type.kind in (Kind.LEVEL, Kind.DATE),
        Derive.SET: field.type.kind in (Kind.LEVEL, Kind.LEVELS),
        Derive.AMOUNTS: field.type.kind is Kind.MONEY,
    }
    if not fits.get(rule.op, True):
        part.get("field").refuse(
            "K325",
            f"{rule.op} 不能用于 {field.type}",
            f"{rule.op} cannot be taken of {field.type}",
        )
        return None
    if rule.op is Derive.SET:
        return ValueType(Kind.LEVELS, field.type.scale)
    return ValueType(Kind.AMOUNTS) if rule.op is Derive.AMOUNTS else field.type


def _check_years(part: Part, field: ProfileField, fields: Mapping[str, ProfileField]) -> None:
    if not field.years_since:
        return
    base = fields.get(field.years_since)
    if base is None or base.type.kind is not Kind.DATE:
        dates = [name for name, other in fields.items() if other.type.kind is Kind.DATE]
        part.get("years_since").refuse(
            "K323",
            f"“{field.years_since}”不是日期字段",
            f"“{field.years_since}” is not a date field",
            one_of(field.years_since, dates),
        )
    if field.type.kind is not Kind.INTEGER:
        part.get("type").refuse("K325", "满年数的类型是 integer", "years are of type integer")


def _check_words(part: Part, field: ProfileField, fields: Mapping[str, ProfileField]) -> None:
    """No word of the rule language may mean two fields."""
    words = {field.name, field.title.zh, *field.aliases}
    for other in fields.values():
        shared = words & {other.name, other.title.zh, *other.aliases}
        if other.name != field.name and shared:
            word = min(shared)
            hint = Text("换一个名称", "choose another word")
            part.refuse(
                "K327",
                f"“{word}”同时指 {other.name} 和 {field.name}",
                f"“{word}” means both {other.name} and {field.name}",
                hint,
                key=True,
            )
