"""``juxian audit verify|sign|export|drill``: prove, keep elsewhere, hand over and search the audit log (审计日志)."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from juxian.config.commands.given import day


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("audit", help="prove, sign, export, search the audit log")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    verify = commands.add_parser("verify", help="recompute every entry and compare signed heads")
    verify.add_argument("--heads", type=Path, default=None, metavar="FILE", help="a copy kept elsewhere")
    verify.set_defaults(run=run)
    sign = commands.add_parser("sign", help="write a signed head outside the database")
    sign.set_defaults(run=run_sign)
    export = commands.add_parser("export", help="all entries as JSON lines, for verifier.py")
    export.add_argument("file", type=Path)
    export.set_defaults(run=run_export)
    drill = commands.add_parser("drill", help="whose data an incident may concern")
    drill.add_argument("--user", default="", help="account that was misused")
    drill.add_argument("--address", default="", help="address it came from")
    drill.add_argument("--since", type=day, default=None, metavar="DAY")
    drill.add_argument("--until", type=day, default=None, metavar="DAY", help="exclusive")
    drill.set_defaults(run=run_drill)


def _ready() -> None:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()


def run(args: argparse.Namespace) -> int:
    """Exit 0 when chain and heads fit, 1 when the first wrong entry or line is named."""
    _ready()
    from juxian.apps.audit.queries import verify
    from juxian.core.audit.verifier import WORDS

    if args.heads is not None and not args.heads.is_file():
        words = (
            f"没有链头文件 {args.heads}，没有核验。",
            f"There is no file of heads {args.heads}; nothing was verified.",
        )
        print(words[0 if args.lang == "zh" else 1], file=sys.stderr)
        return 1
    found = verify(args.heads)
    if args.json:
        told = {name: getattr(found, name) for name in ("entries", "broken", "why", "heads", "forged")}
        print(json.dumps(told))
        return 0 if found.holds else 1
    zh = args.lang == "zh"
    if found.forged is not None:
        print(
            f"链头文件第 {found.forged} 行不是原样。"
            if zh
            else f"Line {found.forged} of the heads was changed."
        )
    if found.broken is not None:
        words = WORDS[found.why]
        print(f"第 {found.broken} 条审计记录{words[0]}。" if zh else f"Entry {found.broken}: {words[1]}.")
    if found.holds:
        print(
            f"{found.entries} 条审计记录、{found.heads} 个链头，全部相符。"
            if zh
            else f"{found.entries} entries and {found.heads} heads, all fit."
        )
        if not found.heads:
            print(
                "没有可比的链头：被删去的末尾和整条重算查不出来。运行 juxian audit sign，并把链头存到另一处。"
                if zh
                else "No heads to compare with: an end that was cut off or a recomputed chain cannot be found. "
                "Run juxian audit sign, and keep the heads elsewhere.",
                file=sys.stderr,
            )
    return 0 if found.holds else 1


def run_sign(args: argparse.Namespace) -> int:
    """Exit 0 when a head was written or nothing was new, 1 when the log does not fit."""
    _ready()
    from juxian.apps.audit.actions import NotSound, sign_head
    from juxian.core.audit.heads import Forged

    try:
        head = sign_head()
    except (NotSound, Forged) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if args.json:
        told = {"number": head.number, "entries": head.entries, "digest": head.digest} if head else None
        print(json.dumps({"head": told}))
    elif head:
        print(f"{head.number} {head.digest}")
    else:
        print("没有新的记录。" if args.lang == "zh" else "Nothing new.")
    return 0


def run_export(args: argparse.Namespace) -> int:
    """All entries in order; the export is an entry itself."""
    _ready()
    from juxian.apps.audit.actions import record
    from juxian.apps.audit.models import AuditEntry
    from juxian.apps.audit.queries import exported

    count = 0
    with args.file.open("w", encoding="utf-8") as file:
        for number, digest, content in exported(AuditEntry.objects.all()):
            line = {"number": number, "digest": digest, "content": content}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
    record("audit.exported", detail={"entries": count}, reason="juxian audit export")
    if args.json:
        print(json.dumps({"file": str(args.file), "entries": count}))
    else:
        print(f"{count} 条 → {args.file}" if args.lang == "zh" else f"{count} entries → {args.file}")
    return 0


def run_drill(args: argparse.Namespace) -> int:
    """Persons and fields touched; the drill is an entry itself. Exit 1 for an unknown account."""
    _ready()
    from juxian.apps.accounts.models import User
    from juxian.apps.audit.actions import record
    from juxian.apps.audit.queries import touched
    from juxian.apps.clock import SHANGHAI
    from juxian.apps.persons.models import Person

    def midnight(on: date | None) -> datetime | None:
        return datetime.combine(on, time.min, SHANGHAI) if on else None

    if not (args.user or args.address or args.since or args.until):
        print("--user, --address, --since, --until", file=sys.stderr)
        return 2
    user = User.objects.filter(username=args.user).first()
    if args.user and user is None:
        print("没有这个账号。" if args.lang == "zh" else "No such account.", file=sys.stderr)
        return 1
    found = touched(
        actor=user.pk if user else None,
        address=args.address,
        since=midnight(args.since),
        until=midnight(args.until),
    )
    keys = [int(item.person) for item in found if item.person.isdigit()]
    numbers = dict(Person.objects.filter(pk__in=keys).values_list("pk", "number"))
    persons: list[dict[str, Any]] = [
        {
            "person": numbers.get(int(item.person), item.person) if item.person.isdigit() else item.person,
            "first": item.first.isoformat(),
            "last": item.last.isoformat(),
            "fields": sorted(item.fields),
            "actions": item.actions,
        }
        for item in found
    ]
    record("audit.drill", detail={"persons": len(persons)}, reason="juxian audit drill")
    if args.json:
        print(json.dumps({"persons": persons}, ensure_ascii=False))
        return 0
    for person in persons:
        fields = ", ".join(person["fields"])
        print(f"{person['person']}  {person['first'][:16]} – {person['last'][:16]}  {fields}")
    print(f"共 {len(persons)} 人。" if args.lang == "zh" else f"{len(persons)} persons.")
    return 0
