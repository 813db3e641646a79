"""The condition of an indicator, read in the rule language (指标的条件).

Problems of a condition carry the codes of the rule language (P…).

K328 the database counts by an encrypted field.
"""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.facts.schema import Field, Kind, ProfileField, Schema, ValueType
from juxian.core.indicators import Measure
from juxian.core.packs.reading import Part
from juxian.core.policy import Expression, Names, names_of_schema
from juxian.core.policy import language as policy_language
from juxian.core.policy.mistakes import value_in
from juxian.core.text import Text

# what a condition may say of an organisation
ORGANISATION_FIELDS: Mapping[str, Field] = {
    "kind": Field("kind", Text("类别", "Kind"), ValueType(Kind.LEVEL, "organisation_kind")),
    "employer_kind": Field(
        "employer_kind",
        Text("单位性质", "Kind of employer"),
        ValueType(Kind.LEVEL, "employer_kind"),
    ),
    "industry": Field("industry", Text("行业", "Industry"), ValueType(Kind.LEVEL, "industry")),
    "employs": Field("employs", Text("用人单位", "Employer"), ValueType(Kind.BOOLEAN)),
    "code": Field("code", Text("代码", "Code"), ValueType(Kind.ORGANISATION)),
}


def read_condition(
    part: Part, measure: str, kind: str, schema: Schema, *, counted: bool = False
) -> Expression | None:
    """The checked condition, None when there is none or it was refused.

    counted: the database selects by it, so that it may read no field which is encrypted there.
    """
    if not part.text() or (measure == Measure.FACTS and not kind):
        return None
    origin = value_in(part.document, part.path)
    expression, problems = policy_language.read_condition(
        str(part.value), names_for(measure, kind, schema), origin
    )
    part.problems.extend(problems)
    if expression is not None and counted and measure != Measure.ORGANISATIONS:
        _refuse_sealed(part, expression, kind, schema)
    return expression


def _refuse_sealed(part: Part, expression: Expression, kind: str, schema: Schema) -> None:
    for name in expression.fields:
        field: Field | ProfileField = schema.kinds[kind].fields[name] if kind else schema.profile[name]
        if field.sealed if isinstance(field, Field) else name in schema.sealed:
            part.refuse(
                "K328",
                f"“{field.title.zh}”加密保存，不能按它计数或筛选",
                f"“{field.title.in_language('en')}” is encrypted; nothing can be counted by it",
                Text(
                    "换一个字段，或在词汇表中给它写 searched: true（数据库中即为明文）",
                    "use another field, or give it searched: true in the vocabulary, which keeps it in clear",
                ),
            )


def names_for(measure: str, kind: str, schema: Schema) -> Names:
    """The words that the condition of an indicator may use."""
    if measure == Measure.FACTS:
        return Names.from_fields(schema.kinds[kind].fields, schema)
    if measure == Measure.ORGANISATIONS:
        return Names.from_fields(ORGANISATION_FIELDS, schema)
    return names_of_schema(schema)
