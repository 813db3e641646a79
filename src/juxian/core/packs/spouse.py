"""``facts.yaml``: what of a spouse's record a person's profile reads (配偶的信息).

K330 a field that cannot be read of a spouse · K331 the yes-or-no field that says whether there is one · K327 one word for two fields.
"""

from __future__ import annotations

from collections.abc import Mapping

from juxian.core.facts.schema import Kind, ProfileField, Schema
from juxian.core.packs.reading import Part, one_of
from juxian.core.text import Text

# days, texts and employers of a spouse say more than a condition needs
READ = (Kind.BOOLEAN, Kind.INTEGER, Kind.MONEY, Kind.MONTHS, Kind.LEVEL, Kind.LEVELS)


def read_spouse(
    part: Part, parent: Schema, profile: Mapping[str, ProfileField]
) -> tuple[str, dict[str, ProfileField]]:
    """The field that says whether there is a spouse, and the profile with the fields of the spouse, those of the parent too."""
    fields = {name: field for name, field in profile.items() if not field.of_spouse}
    read = {field.of_spouse: field.stated for field in parent.of_spouse}
    known_by = parent.has_spouse
    if part.present and part.keys((), ("known_by", "reads")):
        known_by = part.get("known_by").text(parent.has_spouse)
        for name, entry in part.get("reads").entries():
            if _may_be_read(name, entry, fields):
                read[name] = _stated(name, entry, fields)
    if not known_by:
        if read:
            part.refuse("K331", "缺少“known_by”", "“known_by” is missing", _KNOWN_BY)
        return "", fields
    if known_by not in fields or fields[known_by].type.kind is not Kind.BOOLEAN:
        flags = [name for name, field in fields.items() if field.type.kind is Kind.BOOLEAN]
        part.get("known_by").refuse(
            "K331", f"“{known_by}”不是是否项", f"“{known_by}” is no yes-or-no field", one_of(known_by, flags)
        )
    made = [_of_spouse(fields[name], stated) for name, stated in read.items() if name in fields]
    _check_words(part.get("reads"), made, fields)
    return known_by, fields | {field.name: field for field in made}


_KNOWN_BY = Text(
    "写是否项“有无配偶”的英文名", "write the name of the yes-or-no field that says whether there is a spouse"
)


def _may_be_read(name: str, part: Part, fields: Mapping[str, ProfileField]) -> bool:
    own = fields.get(name)
    fit = [word for word, field in fields.items() if field.type.kind in READ and not field.years_since]
    if own is not None and own.name in fit:
        return True
    part.refuse(
        "K330",
        f"“{name}”不能取自配偶：只能是登记的是否项、数、金额、月数和级别",
        f"“{name}” cannot be read of a spouse; only recorded yes or no, numbers, amounts, months and levels can",
        one_of(name, fit),
        key=True,
    )
    return False


def _stated(name: str, part: Part, fields: Mapping[str, ProfileField]) -> str:
    """What the person says instead; of the same type."""
    if not part.present or not part.keys((), ("stated",)):
        return ""
    stated = part.get("stated").text()
    fit = [word for word, field in fields.items() if field.type == fields[name].type and field.derive]
    if stated and stated not in fit:
        part.get("stated").refuse(
            "K330",
            f"“{stated}”与“{name}”的类型不同或不是登记项",
            f"“{stated}” is not recorded, or of another type than “{name}”",
            one_of(stated, fit),
        )
        return ""
    return stated


def _of_spouse(own: ProfileField, stated: str) -> ProfileField:
    """``spouse.home_owned``, 配偶.本地自有住房, 配偶的本地自有住房; always sensitive."""
    title = Text(f"配偶的{own.title.zh}", f"Spouse: {own.title.en or own.title.zh}")
    words = (own.title.zh, *own.aliases)
    aliases = (*(f"配偶.{word}" for word in words), *(f"配偶的{word}" for word in own.aliases))
    return ProfileField(
        f"spouse.{own.name}",
        title,
        own.type,
        aliases=aliases,
        question=Text(f"您配偶的{own.title.zh}？", f"Your spouse: {own.title.en or own.title.zh}?")
        if own.question.zh
        else Text(""),
        sensitive=True,
        of_spouse=own.name,
        stated=stated,
    )


def _check_words(part: Part, made: list[ProfileField], fields: Mapping[str, ProfileField]) -> None:
    taken = {word: field.name for field in fields.values() for word in (field.title.zh, *field.aliases)}
    for field in made:
        for word in (field.title.zh, *field.aliases):
            if word in taken:
                part.get(field.of_spouse).refuse(
                    "K327",
                    f"“{word}”已是“{taken[word]}”的名称",
                    f"“{word}” is a name of “{taken[word]}” already",
                    key=True,
                )
