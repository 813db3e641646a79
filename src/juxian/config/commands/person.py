"""``juxian person link`` compares the whole register, ``person index`` makes its search anew (全库查重、重建检索)."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from juxian.core.identity.linking.stores import Store


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("person", help="records of the register")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    link = commands.add_parser("link", help="find records that are one person; keep doubts for the queue")
    link.add_argument(
        "--pack", default="", metavar="CODE", help="one place (all installed ones when left out)"
    )
    link.add_argument(
        "--merge", action="store_true", help="merge the automatic zone; each merge can be undone"
    )
    link.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="where pairs are compared"
    )
    link.add_argument("--memory", default="4GB", metavar="SIZE", help="of DuckDB before it spills to disk")
    link.set_defaults(run=run_link)
    index = commands.add_parser("index", help="make the index of full text search again")
    index.set_defaults(run=run_index)


def run_link(args: argparse.Namespace) -> int:
    """Exit 0 when compared, 2 for a place that is not installed or an engine that is not."""
    from juxian.config.cli import setup_django

    setup_django()
    from django.conf import settings

    from juxian.apps.linking.actions import find_pairs
    from juxian.apps.packs.models import InstalledPack
    from juxian.core.identity.linking.stores import EngineMissing

    places = InstalledPack.objects.select_related("root").order_by("code")
    if args.pack:
        places = places.filter(code=args.pack)
    if not places:
        print(f"没有安装地方包“{args.pack}” · no such place is installed: {args.pack}", file=sys.stderr)
        return 2
    directory = settings.JUXIAN_HOME / "linking"
    directory.mkdir(parents=True, exist_ok=True)
    rows = []
    for place in places:
        print(f"{place.title} …", file=sys.stderr)
        try:
            store = _store(args.engine, args.memory, directory)
        except EngineMissing as missing:
            print(f"{missing.words.zh} · {missing.words.en}", file=sys.stderr)
            return 2
        with closing(store):
            found = find_pairs(home=place.root, merge=args.merge, store=store)
        rows.append({"pack": place.code, **_as_json(found)})
    if args.json:
        print(json.dumps({"places": rows}, ensure_ascii=False))
    else:
        for row in rows:
            print(
                f"{row['pack']}：{row['persons']:,} 人，{row['compared']:,} 对，"
                f"待核对 {row['asked']:,}，可自动 {row['automatic']:,}，已合并 {row['merged']:,}"
                if args.lang == "zh"
                else f"{row['pack']}: {row['persons']:,} persons, {row['compared']:,} pairs, "
                f"{row['asked']:,} to be asked, {row['automatic']:,} automatic, {row['merged']:,} merged"
            )
    return 0


def _store(engine: str, memory: str, directory: Path) -> Store:
    """Where pairs are compared; raises EngineMissing."""
    from juxian.core.identity.linking.spark import SparkStore
    from juxian.core.identity.linking.stores import DuckStore, Limits

    return SparkStore(directory) if engine == "spark" else DuckStore(Limits(memory, directory=directory))


def run_index(args: argparse.Namespace) -> int:
    """Exit 0 when every person is indexed; can be interrupted and run again."""
    from juxian.config.cli import setup_django

    setup_django()
    from juxian.apps.persons.indexing import index_everybody

    done = 0
    for done in index_everybody():
        print(f"{done:,} 人 …" if args.lang == "zh" else f"{done:,} persons …", file=sys.stderr)
    words = f"已建索引 {done:,} 人" if args.lang == "zh" else f"{done:,} persons indexed"
    print(json.dumps({"persons": done}) if args.json else words)
    return 0


def _as_json(found: Any) -> dict[str, int]:
    return {name: getattr(found, name) for name in ("persons", "compared", "asked", "automatic", "merged")}
