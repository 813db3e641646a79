"""What the other records say of one (全体对照): rare names, known homonyms, telephones of whole offices.

Run in DuckDB over all traces at once; the result is a table ``traces`` with the marks set.
"""

from __future__ import annotations

import duckdb

from juxian.core.identity.linking.traces import COLUMNS

RARE_UP_TO = 2  # records of different birth under one name
SHARED_FROM = 4  # different names on one telephone, e-mail or number: nobody's own
KEPT = ("phone", "phone_also", "email", "email_also", "number", "first15", "passport", "permit")


def mark_corpus(connection: duckdb.DuckDBPyConnection, source: str, target: str = "traces") -> None:
    """Make ``target`` from the table ``source`` (columns ``id`` and those of ``Trace``).

    A telephone, e-mail or number that stands under four names identifies nobody and becomes unknown.
    """
    _shared(connection, source)
    own = ", ".join(
        _unless_shared(name) if name in KEPT else f"t.{name}"
        for name in COLUMNS
        if name not in ("rare", "homonym")
    )
    connection.execute(f"create or replace table {target}_own as select t.id, {own} from {source} t")
    connection.execute(
        f"create or replace table {target}_names as select name, count(distinct birth_year) as births, "
        f"count(distinct case when birth_day <> 0 then birth_day end) as days from {target}_own where name <> 0 group by name"
    )
    for other in ("birth_month", "employer"):
        connection.execute(
            f"create or replace table {target}_{other}_homonyms as select name, {other} from {target}_own "
            f"where name <> 0 and {other} <> 0 group by name, {other} "
            "having count(distinct case when number <> 0 then number end) > 1 "
            "or count(distinct case when birth_day <> 0 then birth_day end) > 1 "
            "or count(distinct case when tail4 <> 0 then tail4 end) > 1"
        )
    # two rows of one roster that sound alike: of one month of birth, or at one employer where one has no month
    for other, but in (("birth_month", ""), ("employer", " and count_if(birth_month = 0) > 0")):
        connection.execute(
            f"create or replace table {target}_{other}_twice as select distinct sound, {other} from (select sound, {other} "
            f"from {target}_own where sound <> 0 and {other} <> 0 and sheet <> 0 group by sound, {other}, sheet "
            f"having count(*) > 1{but})"
        )
    columns = ", ".join(f"t.{name}" for name in COLUMNS if name not in ("rare", "homonym"))
    connection.execute(
        f"create or replace table {target} as select t.id, {columns}, "
        f"(coalesce(n.days, 0) <= {RARE_UP_TO} and coalesce(n.births, 0) <= {RARE_UP_TO + 1})::bigint as rare, "
        "(m.name is not null or mt.sound is not null or et.sound is not null "
        "or (e.name is not null and coalesce(t.birth_month, 0) = 0))::bigint as homonym "
        f"from {target}_own t left join {target}_names n on n.name = t.name "
        f"left join {target}_birth_month_homonyms m on m.name = t.name and m.birth_month = t.birth_month "
        f"left join {target}_employer_homonyms e on e.name = t.name and e.employer = t.employer "
        f"left join {target}_birth_month_twice mt on mt.sound = t.sound and mt.birth_month = t.birth_month "
        f"left join {target}_employer_twice et on et.sound = t.sound and et.employer = t.employer"
    )
    for part in (
        "own",
        "names",
        "birth_month_homonyms",
        "employer_homonyms",
        "birth_month_twice",
        "employer_twice",
    ):
        connection.execute(f"drop table {target}_{part}")


def _shared(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    every = " union all ".join(
        f"select '{_space(name)}' as space, {name} as value, sound from {source} where {name} <> 0"
        for name in KEPT
    )
    connection.execute(
        f"create or replace temp table shared as select space, value from ({every}) "
        f"group by space, value having count(distinct sound) >= {SHARED_FROM}"
    )


def _space(name: str) -> str:
    return name.removesuffix("_also")


def _unless_shared(name: str) -> str:
    return f"case when t.{name} in (select value from shared where space = '{_space(name)}') then 0 else t.{name} end as {name}"
