"""Reading what a decision does (办理结果).

S140 unknown fact kind · S141 the kind has no such field · S142 value not accepted · S143 a required field is not given ·
S144 an answer of another type · S145 no date field of the form · S146 an event has no length.
"""

from __future__ import annotations

import re
from typing import Any

from juxian.core.facts.schema import FactKind, Kind, ValueType
from juxian.core.facts.values import Refusal, parse_value
from juxian.core.positioned import Path
from juxian.core.services.definition import CARD_ACTS, HAND_OVERS, Effect, EffectKind
from juxian.core.services.forms import FormReader
from juxian.core.text import Text

_LENGTH = re.compile(r"([0-9]{1,3})(年|个月|years?|months?)")
_KEYS = {
    EffectKind.FACT: ("values", "answers", "since", "lasts"),
    EffectKind.END_FACT: ("values",),
    EffectKind.GRANT: ("amount",),
    EffectKind.HAND_OVER: (),
    EffectKind.OPEN: (),
    EffectKind.CARD: (),
}
_FIELD = Text("字段", "field")


class EffectReader(FormReader):
    """``effects`` of an action or an end."""

    def effects(self, path: Path) -> tuple[Effect, ...]:
        if not self.has(path):
            return ()
        return tuple(effect for item in self.items(path) if (effect := self.effect(item)))

    def effect(self, path: Path) -> Effect | None:
        value = self.get(path)
        kind = next((kind for kind in EffectKind if isinstance(value, dict) and kind in value), None)
        if kind is None:
            hint = Text("可写：" + "、".join(EffectKind), "write one of " + ", ".join(EffectKind))
            message = Text("没有写明办理结果的种类", "the kind of effect is not named")
            self.wrong(path, "S103", message, hint)
            return None
        if not self.mapping(path, (kind, *_KEYS[kind])):
            return None
        target = self.text((*path, kind))
        match kind:
            case EffectKind.FACT | EffectKind.END_FACT:
                return self.fact(path, kind, target)
            case EffectKind.GRANT:
                amount = self.answer((*path, "amount"), ValueType(Kind.MONEY))
                return Effect(kind, target, answers={"amount": amount} if amount else {})
            case EffectKind.HAND_OVER:
                self.known((*path, kind), target, HAND_OVERS, "S104", Text("去向", "part of the product"))
            case EffectKind.CARD:
                self.known((*path, kind), target, CARD_ACTS, "S104", Text("服务卡动作", "act upon a card"))
        return Effect(kind, target)

    def fact(self, path: Path, kind: EffectKind, code: str) -> Effect | None:
        what = Text("信息项类别", "fact kind")
        if not self.known((*path, kind), code, self.schema.kinds, "S140", what):
            return None
        fact = self.schema.kinds[code]
        constants, answers = (
            self.constants((*path, "values"), fact),
            self.answers_of((*path, "answers"), fact),
        )
        if kind is EffectKind.FACT:
            given = {name for key in ("values", "answers") for name, _ in self.entries((*path, key))}
            self.check_complete(path, fact, given)
        return Effect(
            kind=kind,
            target=code,
            constants=constants,
            answers=answers,
            since=self.answer((*path, "since"), ValueType(Kind.DATE), "S145"),
            months=self.length((*path, "lasts"), fact),
        )

    def constants(self, path: Path, fact: FactKind) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, place in self.entries(path):
            if self.known(place, name, fact.fields, "S141", _FIELD):
                value = parse_value(self.get(place), fact.fields[name].type, self.schema)
                if isinstance(value, Refusal):
                    self.wrong(place, "S142", value.reason)
                else:
                    found[name] = value
        return found

    def answers_of(self, path: Path, fact: FactKind) -> dict[str, str]:
        """Fact field → form field."""
        found: dict[str, str] = {}
        for name, place in self.entries(path):
            if self.known(place, name, fact.fields, "S141", _FIELD):
                answer = self.answer(place, fact.fields[name].type)
                found |= {name: answer} if answer else {}
        return found

    def answer(self, path: Path, type_: ValueType, code: str = "S144") -> str:
        """The form field named at ``path``, which has to be of ``type_``; empty when there is none."""
        name = self.text(path)
        if not name or not self.known(path, name, self.types, code, Text("表单字段", "form field")):
            return ""
        if self.types[name] != type_:
            message = Text(
                f"表单字段“{name}”的类型是 {self.types[name]}，这里需要 {type_}",
                f"the form field “{name}” is of type {self.types[name]}; {type_} is needed here",
            )
            self.wrong(path, code, message)
            return ""
        return name

    def check_complete(self, path: Path, fact: FactKind, given: set[str]) -> None:
        for field in fact.fields.values():
            if field.required and field.name not in given:
                message = Text(
                    f"“{fact.title.zh}”必须有“{field.title.zh}”",
                    f"“{fact.title.in_language('en')}” needs “{field.title.in_language('en')}”",
                )
                hint = Text(f"写 values: {{{field.name}: …}}", f"write values: {{{field.name}: …}}")
                self.wrong(path, "S143", message, hint)

    def length(self, path: Path, fact: FactKind) -> int:
        """Months of ``5年`` or ``60个月``; 0 when it is open."""
        text = self.text(path)
        if not text:
            return 0
        found = _LENGTH.fullmatch(text.replace(" ", ""))
        if found is None or not int(found[1]):
            self.wrong(
                path,
                "S107",
                Text(f"“{text}”不是期限", f"“{text}” is no length"),
                Text("如 5年、36个月", "such as 5年"),
            )
            return 0
        if not fact.lasting:
            message = Text(
                f"“{fact.title.zh}”是事件，没有期限", f"“{fact.title.en}” is an event and has no length"
            )
            self.wrong(path, "S146", message)
        return int(found[1]) * (12 if found[2].startswith(("年", "y")) else 1)
