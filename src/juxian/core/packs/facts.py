"""``facts.yaml``: kinds of facts, added to those of the parent (信息项类别).

K311 unknown type · K312 unknown scale · K313 placeholder of a sentence that is no field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from juxian.core.facts.schema import FactKind, Field, Kind, Scale, ValueType
from juxian.core.packs.reading import Part, one_of
from juxian.core.text import Text

_TYPE = re.compile(r"([a-z]+)(?:\(([a-z0-9_]+)\))?")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SCALED = (Kind.LEVEL, Kind.LEVELS)


def read_kinds(
    part: Part, parent: Mapping[str, FactKind], scales: Mapping[str, Scale]
) -> dict[str, FactKind]:
    """All kinds in force; a kind of the parent that is named again gains or replaces fields."""
    kinds = dict(parent)
    for code, entry in part.entries():
        check_name(entry, code)
        kind = _kind(code, entry, parent.get(code), scales)
        if kind is not None:
            kinds[code] = kind
    return kinds


def check_name(part: Part, name: str) -> None:
    """Names of kinds and fields: lower-case words joined by underscores."""
    if not _NAME.fullmatch(name):
        hint = Text("用小写字母、数字和下划线", "use lower-case letters, digits and underscores")
        part.refuse("K105", f"“{name}”不是名称", f"“{name}” is not a name", hint, key=True)


def read_type(part: Part, scales: Mapping[str, Scale]) -> ValueType | None:
    """``text``, ``money``, ``level(degree)`` …; None when it is refused."""
    written = part.text()
    found = _TYPE.fullmatch(written)
    if not written:
        return None
    if not found or found[1] not in list(Kind):
        part.refuse(
            "K311",
            f"没有类型“{written}”",
            f"there is no type “{written}”",
            one_of(written, list(Kind)),
        )
        return None
    kind, scale = Kind(found[1]), found[2] or ""
    if (kind in _SCALED) != bool(scale):
        hint = Text(f"写如 {kind}(degree)", f"write e.g. {kind}(degree)") if kind in _SCALED else None
        part.refuse(
            "K311",
            f"类型“{written}”的写法不对",
            f"the type “{written}” is not written rightly",
            hint,
        )
        return None
    if scale and scale not in scales:
        part.refuse(
            "K312",
            f"没有代码表“{scale}”",
            f"there is no scale “{scale}”",
            one_of(scale, list(scales)),
        )
        return None
    return ValueType(kind, scale)


def _kind(code: str, part: Part, parent: FactKind | None, scales: Mapping[str, Scale]) -> FactKind | None:
    required = () if parent else ("title", "fields")
    optional = ("title", "lasting", "single", "sentence", "icon", "fields")
    if not part.keys(required, [key for key in optional if key not in required]):
        return None
    fields = dict(parent.fields) if parent else {}
    for name, entry in part.get("fields").entries():
        check_name(entry, name)
        field = _field(name, entry, scales)
        if field is not None:
            fields[name] = field
    sentence = part.get("sentence").title() if part.get("sentence").present else None
    if sentence is not None:
        declared = {*fields, *(name for name, _ in part.get("fields").entries())}
        _check_sentence(part.get("sentence"), sentence, declared)
    return FactKind(
        code,
        part.get("title").title() if part.get("title").present or not parent else parent.title,
        fields,
        part.get("lasting").boolean(parent.lasting if parent else True),
        part.get("single").boolean(parent.single if parent else False),
        sentence or (parent.sentence if parent else Text("")),
        part.get("icon").text(parent.icon if parent else "file-text"),
    )


def _field(name: str, part: Part, scales: Mapping[str, Scale]) -> Field | None:
    if not part.keys(("title", "type"), ("required", "sensitive", "searched", "aliases")):
        return None
    type_ = read_type(part.get("type"), scales)
    if type_ is None:
        return None
    return Field(
        name,
        part.get("title").title(),
        type_,
        part.get("required").boolean(),
        part.get("sensitive").boolean(),
        part.get("aliases").words(),
        part.get("searched").boolean(),
    )


def _check_sentence(part: Part, sentence: Text, fields: Collection[str]) -> None:
    for language, wording in (("zh", sentence.zh), ("en", sentence.en)):
        for name in _PLACEHOLDER.findall(wording):
            if name not in fields:
                part.get(language).refuse(
                    "K313",
                    f"句中的 {{{name}}} 不是字段",
                    f"{{{name}}} is no field",
                    one_of(name, fields),
                )
