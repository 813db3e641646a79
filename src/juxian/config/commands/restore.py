"""``juxian restore``: put an archive into an empty home, or prove it (恢复与核验)."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("restore", help="put an archive into an empty home directory, or prove it")
    parser.add_argument("archive", type=Path, metavar="FILE")
    parser.add_argument(
        "--check", action="store_true", help="restore into a temporary place and compare; keep nothing"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the key (default: keys/fields.key of the home directory)"
    )
    parser.add_argument(
        "--all", action="store_true", help="with --check: derive every profile again, not a sample"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when it is in place or fits; 1 with the first reason why not. Nothing is half in place."""
    from juxian.config.environment import Environment

    environment = Environment()
    try:
        work = _check if args.check else _restore
        return work(args, environment.root, environment.database_url)
    except OSError as error:
        print(f"没有完成：{error}" if args.lang == "zh" else f"Not done: {error}", file=sys.stderr)
        return 1


def _restore(args: argparse.Namespace, home: Path, url: str) -> int:
    from juxian.config.backup.restoring import restore

    restored = restore(args.archive, home, url, args.key)
    manifest, zh = restored.manifest, args.lang == "zh"
    if args.json:
        found = {
            "home": str(home),
            "taken_at": manifest.taken_at,
            "version": manifest.version,
            "key_awaited": restored.key_awaited,
            "seal_checked": not restored.key_awaited,
        }
        print(json.dumps(found | {"tables": manifest.census.tables}, ensure_ascii=False))
    else:
        print(
            f"已恢复 {manifest.taken_at} 的备份到 {home}。"
            if zh
            else f"The backup of {manifest.taken_at} is in {home}."
        )
    print(
        "启动前运行 juxian privacy again 重做备份之后的删除。"
        if zh
        else "Before you start, run juxian privacy again: it repeats the deletions made after the backup.",
        file=sys.stderr,
    )
    if restored.key_awaited:
        _tell_unsealed(zh=zh)
        name = home / "keys" / "fields.key"
        print(
            f"启动前把指纹为 {restored.key_awaited} 的密钥放到 {name}；没有它，程序不会启动。"
            if zh
            else f"Before you start, put the key with fingerprint {restored.key_awaited} at {name}; the program does not start without it.",
            file=sys.stderr,
        )
    return 0


def _tell_unsealed(*, zh: bool) -> None:
    """Without the key nobody knows whether the archive was changed by somebody who could write it."""
    print(
        "没有密钥，封存没有核验：不能排除备份被人改动后重新制作。有了密钥后运行 restore --check --key。"
        if zh
        else "Without the key the seal was not checked: somebody may have changed the archive and made it anew. "
        "Run restore --check --key when you have it.",
        file=sys.stderr,
    )


def _check(args: argparse.Namespace, home: Path, url: str) -> int:
    from juxian.config.backup.proving import prove

    started = time.monotonic()
    proof = prove(args.archive, home, url, args.key, every=args.all)
    manifest, zh, seconds = proof.manifest, args.lang == "zh", time.monotonic() - started
    if args.json:
        found = {
            "taken_at": manifest.taken_at,
            "version": manifest.version,
            "tables": manifest.census.tables,
            "files": len(manifest.members) - 1,
            "audit_entries": manifest.census.audit_entries,
            "key_tried": proof.key_tried,
            "seal_checked": proof.key_tried,
            "checks": proof.checks,
            "difference": proof.difference and proof.difference.in_language(args.lang),
            "seconds": round(seconds, 3),
        }
        print(json.dumps(found, ensure_ascii=False))
        return 1 if proof.difference else 0
    if not proof.key_tried:
        print(
            "没有密钥，密文没有打开核对。" if zh else "There is no key here; sealed values were not opened.",
            file=sys.stderr,
        )
        _tell_unsealed(zh=zh)
    if proof.difference:
        print(f"不符：{proof.difference.zh}" if zh else f"Different: {proof.difference.en}")
        return 1
    rows = sum(manifest.census.tables.values())
    print(
        f"{manifest.taken_at} 的备份相符：{rows} 行，{seconds:.1f} 秒。"
        if zh
        else f"The backup of {manifest.taken_at} fits: {rows} rows, {seconds:.1f} s."
    )
    return 0
