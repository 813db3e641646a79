"""What the other records say of one (全体对照): rare names, known homonyms, telephones of whole offices.

Run in a store over all traces at once; the result is a table ``traces`` with the marks set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from juxian.core.identity.linking.traces import COLUMNS

if TYPE_CHECKING:
    from juxian.core.identity.linking.stores import Store

RARE_UP_TO = 2  # records of different birth under one name
SHARED_FROM = 4  # different names on one telephone, e-mail or number: nobody's own
KEPT = ("phone", "phone_also", "email", "email_also", "number", "first15", "passport", "permit")
_OWN = tuple(name for name in COLUMNS if name not in ("rare", "homonym"))


def mark_corpus(store: Store, source: str, target: str = "traces") -> None:
    """Make ``target`` from the table ``source`` (columns ``id`` and those of ``Trace``), which is dropped.

    A telephone, e-mail or number that stands under four names identifies nobody and becomes unknown.
    """
    own, parts = f"{target}_own", []

    def make(part: str, select: str) -> None:
        parts.append(f"{target}_{part}")
        store.make(parts[-1], select)

    _without_shared(store, source, own)
    make(
        "names",
        "select name, count(distinct birth_year) as births, "
        f"count(distinct case when birth_day <> 0 then birth_day end) as days from {own} where name <> 0 group by name",
    )
    for other in ("birth_month", "employer"):
        make(
            f"{other}_homonyms",
            f"select name, {other} from {own} where name <> 0 and {other} <> 0 group by name, {other} "
            "having count(distinct case when number <> 0 then number end) > 1 "
            "or count(distinct case when birth_day <> 0 then birth_day end) > 1 "
            "or count(distinct case when tail4 <> 0 then tail4 end) > 1",
        )
    # two rows of one roster that sound alike: of one month of birth, or at one employer where one has no month
    for other, but in (("birth_month", ""), ("employer", " and count_if(birth_month = 0) > 0")):
        make(
            f"{other}_twice",
            f"select distinct sound, {other} from (select sound, {other} "
            f"from {own} where sound <> 0 and {other} <> 0 and sheet <> 0 group by sound, {other}, sheet "
            f"having count(*) > 1{but}) as twice",
        )
    columns = ", ".join(f"t.{name}" for name in _OWN)
    store.make(
        target,
        f"select t.id, {columns}, "
        f"(coalesce(n.days, 0) <= {RARE_UP_TO} and coalesce(n.births, 0) <= {RARE_UP_TO + 1})::bigint as rare, "
        "(m.name is not null or mt.sound is not null or et.sound is not null "
        "or (e.name is not null and coalesce(t.birth_month, 0) = 0))::bigint as homonym "
        f"from {own} t left join {target}_names n on n.name = t.name "
        f"left join {target}_birth_month_homonyms m on m.name = t.name and m.birth_month = t.birth_month "
        f"left join {target}_employer_homonyms e on e.name = t.name and e.employer = t.employer "
        f"left join {target}_birth_month_twice mt on mt.sound = t.sound and mt.birth_month = t.birth_month "
        f"left join {target}_employer_twice et on et.sound = t.sound and et.employer = t.employer",
    )
    store.drop(own, *parts)


def _without_shared(store: Store, source: str, target: str) -> None:
    """``source`` without the values that are nobody's own, each kind of value looked up apart."""
    spaces = dict.fromkeys(_space(name) for name in KEPT)
    for space in spaces:
        every = " union all ".join(
            f"select {name} as value, sound from {source} where {name} <> 0"
            for name in KEPT
            if _space(name) == space
        )
        store.make(
            f"shared_{space}",
            f"select value from ({every}) as held group by value having count(distinct sound) >= {SHARED_FROM}",
        )
    columns = ", ".join(
        f"case when s_{name}.value is null then t.{name} else 0 end as {name}"
        if name in KEPT
        else f"t.{name}"
        for name in _OWN
    )
    joins = " ".join(
        f"left join shared_{_space(name)} s_{name} on s_{name}.value = t.{name}" for name in KEPT
    )
    store.make(target, f"select t.id, {columns} from {source} t {joins}")
    store.drop(source, *(f"shared_{space}" for space in spaces))


def _space(name: str) -> str:
    return name.removesuffix("_also")
