"""Reading the form and the materials of a service (表单与材料).

S111 a field or material twice · S113 unknown profile field or fact field · S114 prefill or suggestion of another type · S115 fields that show each
other in a ring · S116 unknown fact kind as evidence · S117 format or length of a field that is no text.
"""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.facts.schema import Field, Kind, ValueType
from juxian.core.policy import Names, names_of_schema
from juxian.core.positioned import Path
from juxian.core.services.definition import DEFAULT_FORMATS, FormField, Material, Must, Section
from juxian.core.services.formats import FORMATS
from juxian.core.services.parts import PartReader
from juxian.core.text import Text

_FIELD_KEYS = (
    "name", "title", "type", "required", "required_if", "shown_if", "prefill", "suggest", "format", "long", "help", "sensitive",
)  # fmt: skip
_MATERIAL_KEYS = ("title", "required", "required_if", "evidence", "formats", "max_mb", "help")
_FORMATS = ("pdf", "jpg", "png", "doc", "docx", "xls", "xlsx", "ofd")


class FormReader(PartReader):
    """``form``, ``musts`` and ``materials`` of a file. ``form()`` comes first: it gives the names of conditions."""

    places: dict[str, Path]  # form field → where it is written
    types: dict[str, ValueType]  # form field → its type

    def form(self, path: Path) -> tuple[Section, ...]:
        self.places = {}
        types = self.field_types(path)
        self.types = {name: field.type for name, field in types.items()}
        self.names = Names.from_fields(types, self.schema) | names_of_schema(self.schema)
        if not self.has(path):
            return ()
        sections = tuple(self.section(item) for item in self.items(path))
        self.check_rings({field.name: field for section in sections for field in section.fields})
        return sections

    def field_types(self, path: Path) -> Mapping[str, Field]:
        """Every field with its type, so that a condition may name a field that stands below it."""
        found: dict[str, Field] = {}
        sections = self.get(path)
        for index, section in enumerate(sections if isinstance(sections, list) else ()):
            fields = section.get("fields") if isinstance(section, dict) else None
            for number in range(len(fields)) if isinstance(fields, list) else ():
                field = self._typed((*path, index, "fields", number))
                if field is not None:
                    found.setdefault(field.name, field)
        return found

    def _typed(self, path: Path) -> Field | None:
        """A field as conditions see it; silent, since ``field`` tells what is wrong."""
        told = len(self.problems)
        name, title, type_ = (
            self.text((*path, "name")),
            self.wording((*path, "title")),
            self.type((*path, "type")),
        )
        del self.problems[told:]
        return Field(name, title, type_) if name and type_ else None

    def section(self, path: Path) -> Section:
        if not self.mapping(path, ("section", "fields"), ("section", "fields")):
            return Section(Text(""), ())
        fields = (
            self.field(item)
            for item in (self.items((*path, "fields")) if self.has((*path, "fields")) else ())
        )
        return Section(self.both_languages((*path, "section")), tuple(item for item in fields if item))

    def field(self, path: Path) -> FormField | None:
        if not self.mapping(path, _FIELD_KEYS, ("name", "title", "type")):
            return None
        name, type_ = self.code((*path, "name")), self.type((*path, "type"))
        title = self.both_languages((*path, "title"))
        if name in self.places:
            message = Text(f"字段“{name}”写了两次", f"the field “{name}” is written twice")
            self.wrong((*path, "name"), "S111", message)
            return None
        self.places[name] = path
        if not name or type_ is None:
            return None
        return FormField(
            name=name,
            title=title,
            type=type_,
            required=self.flag((*path, "required")),
            required_if=self.condition((*path, "required_if")),
            shown_if=self.condition((*path, "shown_if")),
            prefill=self.prefill((*path, "prefill"), type_),
            suggest=self.suggest((*path, "suggest"), type_),
            format=self.format((*path, "format"), type_),
            help=self.wording((*path, "help")),
            sensitive=self.flag((*path, "sensitive")),
            long=self.long((*path, "long"), type_),
        )

    def prefill(self, path: Path, type_: ValueType) -> str:
        """English name of the profile field that fills this one in."""
        word = self.text(path)
        if not word:
            return ""
        field = self.schema.find_field(word)
        if field is None:
            self.known(
                path, word, names_of_schema(self.schema).by_word, "S113", Text("画像字段", "profile field")
            )
            return ""
        if field.of_spouse:
            message = Text(
                "申请人不一定可以查看配偶的档案，不能带入",
                "who applies may not be allowed to see the spouse's record, so it fills in nothing",
            )
            self.wrong(path, "S113", message)
            return ""
        if field.type != type_:
            message = Text(
                f"“{field.title.zh}”的类型是 {field.type}，此字段是 {type_}",
                f"“{field.title.in_language('en')}” is of type {field.type}, this field of type {type_}",
            )
            self.wrong(path, "S114", message, Text(f"写 type: {field.type}", f"write type: {field.type}"))
            return ""
        return field.name

    def suggest(self, path: Path, type_: ValueType) -> str:
        """``kind.field`` of the facts that the field begins with."""
        word = self.text(path)
        if not word:
            return ""
        types = {
            f"{kind.code}.{field.name}": field.type
            for kind in self.schema.kinds.values()
            for field in kind.fields.values()
        }
        if not self.known(path, word, types, "S113", Text("信息项字段", "field of a fact kind")):
            return ""
        if types[word] != type_:
            message = Text(
                f"“{word}”的类型是 {types[word]}，此字段是 {type_}",
                f"“{word}” is of type {types[word]}, this field of type {type_}",
            )
            self.wrong(path, "S114", message)
            return ""
        return word

    def format(self, path: Path, type_: ValueType) -> str:
        found = self.choice(path, list(FORMATS))
        if found and type_.kind is not Kind.TEXT:
            message = Text("只有文字字段可写 format", "only a field of type text has a format")
            self.wrong(path, "S117", message)
            return ""
        return found

    def long(self, path: Path, type_: ValueType) -> bool:
        found = self.flag(path)
        if found and type_.kind is not Kind.TEXT:
            message = Text("只有文字字段可写 long", "only a field of type text is long")
            self.wrong(path, "S117", message)
            return False
        return found

    def check_rings(self, fields: Mapping[str, FormField]) -> None:
        """A field that is shown by another one must not, over any number of steps, decide whether that one is shown."""
        needs = {
            name: tuple(word for word in field.shown_if.fields if word in fields) if field.shown_if else ()
            for name, field in fields.items()
        }
        for name in needs:
            seen: set[str] = set()
            waiting = list(needs[name])
            while waiting:
                word = waiting.pop()
                if word not in seen:
                    seen.add(word)
                    waiting += needs[word]
            if name in seen:
                message = Text(
                    f"“{fields[name].title.zh}”是否显示取决于它自己",
                    f"whether “{fields[name].title.in_language('en')}” is shown depends on itself",
                )
                hint = Text("改为依据前面的字段", "let it depend on a field above it")
                self.wrong((*self.places[name], "shown_if"), "S115", message, hint)

    def musts(self, path: Path) -> tuple[Must, ...]:
        found = []
        for item in self.items(path) if self.has(path) else ():
            if self.mapping(item, ("must", "message"), ("must", "message")):
                condition, message = self.condition((*item, "must")), self.both_languages((*item, "message"))
                found += [Must(condition, message)] if condition else []
        return tuple(found)

    def materials(self, path: Path) -> dict[str, Material]:
        return {
            name: material for name, place in self.entries(path) if (material := self.material(name, place))
        }

    def material(self, name: str, path: Path) -> Material | None:
        if not self.mapping(path, _MATERIAL_KEYS, ("title",)):
            return None
        if name in self.places:
            message = Text(f"“{name}”已是表单字段", f"“{name}” is a field of the form already")
            self.wrong(path, "S111", message, key=True)
        evidence = self.text((*path, "evidence"))
        if evidence:
            self.known(
                (*path, "evidence"), evidence, self.schema.kinds, "S116", Text("信息项类别", "fact kind")
            )
        conditional = self.has((*path, "required_if"))
        formats = tuple(
            word
            for index, word in enumerate(self.texts((*path, "formats")))
            if self.known((*path, "formats", index), word, _FORMATS, "S104", Text("文件格式", "file format"))
        )
        return Material(
            name=name,
            title=self.both_languages((*path, "title")),
            required=self.flag((*path, "required")) if self.has((*path, "required")) else not conditional,
            required_if=self.condition((*path, "required_if")),
            evidence=evidence,
            formats=formats or DEFAULT_FORMATS,
            max_mb=self.integer((*path, "max_mb"), 1, 100, 10),
            help=self.wording((*path, "help")),
        )
