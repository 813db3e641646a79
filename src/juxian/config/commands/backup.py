"""``juxian backup``: save database and files in one archive while the site runs (备份)."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("backup", help="save database and files in one archive, while running")
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="file or directory (default: backups/ of the home directory)"
    )
    parser.add_argument(
        "--keep-days",
        type=int,
        metavar="DAYS",
        help="afterwards remove archives beside it that are older; the newest always stays",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when the archive is there under its name, 1 when it could not be made; then nothing is left, and nothing is removed."""
    if args.keep_days is not None and args.keep_days < 1:
        print("--keep-days 至少为 1 · --keep-days must be at least 1", file=sys.stderr)
        return 2
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from django.conf import settings
    from django.db import DatabaseError

    from juxian.apps.audit.actions import record
    from juxian.apps.clock import now
    from juxian.config.backup import pruning, saving

    started, moment = time.monotonic(), now()
    to = _destination(args.to, settings.JUXIAN_HOME, pruning.NAME.format(moment=moment))
    site = saving.Site(
        database=settings.JUXIAN_HOME / "juxian.sqlite3",
        url=settings.ENVIRONMENT.database_url,
        files=Path(settings.JUXIAN_FILES),
        master=settings.ENVIRONMENT.master_key,
    )
    recorded = True
    try:
        with saving.prepared(site, to, moment) as (made, saved):
            try:
                record("backups.made", detail={"sha256": saved.sha256, "bytes": saved.size_bytes})
            except DatabaseError:  # full or locked: just then a copy is wanted
                recorded = False
            saving.place(made, to)
        removed = pruning.too_old(to.parent, moment, args.keep_days) if args.keep_days and recorded else []
        if removed:
            record(
                "backups.removed",
                detail={"names": [path.name for path in removed], "keep_days": args.keep_days},
            )
            pruning.prune(removed)
    except OSError as error:
        words = f"备份没有完成：{error}", f"No backup was made: {error}"
        print(words[0 if args.lang == "zh" else 1], file=sys.stderr)
        return 1
    _tell(args, saved, recorded, time.monotonic() - started, [path.name for path in removed])
    return 0


def _destination(to: Path | None, home: Path, name: str) -> Path:
    if to is None:
        return home / "backups" / name
    return (to / name if to.is_dir() else to).resolve()


def _tell(args: argparse.Namespace, saved: Any, recorded: bool, seconds: float, removed: list[str]) -> None:
    manifest, zh = saved.manifest, args.lang == "zh"
    if manifest.missing:
        listed = "、".join(manifest.missing)
        print(
            f"{'登记了但不存在的文件：' if zh else 'Files that are named and do not exist: '}{listed}",
            file=sys.stderr,
        )
    if not recorded:
        print(
            "审计日志写不进，本次备份没有记录。"
            if zh
            else "The audit log cannot be written; this backup is not in it.",
            file=sys.stderr,
        )
    files, rows = len(manifest.members) - 1, sum(manifest.census.tables.values())
    if args.json:
        found = {
            "file": str(saved.path),
            "size_bytes": saved.size_bytes,
            "sha256": saved.sha256,
            "key": manifest.key,
            "tables": manifest.census.tables,
            "files": files,
            "missing": manifest.missing,
            "audit_entries": manifest.census.audit_entries,
            "audit_head": manifest.census.audit_head,
            "recorded": recorded,
            "removed": removed,
            "seconds": round(seconds, 3),
        }
        print(json.dumps(found, ensure_ascii=False))
        return
    size = f"{saved.size_bytes / 1e6:.1f} MB"
    print(
        f"{saved.path}：{rows} 行，{files} 个文件，{size}，{seconds:.1f} 秒。"
        if zh
        else f"{saved.path}: {rows} rows, {files} files, {size}, {seconds:.1f} s."
    )
    print(
        f"不含密钥。恢复时需要指纹为 {manifest.key} 的 keys/fields.key。"
        if zh
        else f"The key is not in it: restoring needs the keys/fields.key with fingerprint {manifest.key}."
    )
    if removed:
        print(
            f"已删除过期备份 {len(removed)} 份：{'、'.join(removed)}"
            if zh
            else f"{len(removed)} archives were too old and are gone: {', '.join(removed)}"
        )
