"""``juxian demo``: a running product with six organisations and their people (演示)."""

from __future__ import annotations

import argparse
import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

SIZES = {"small": 3_000, "full": 100_000}


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("demo", help="set up the demonstration and serve it on this machine")
    parser.add_argument("--size", choices=sorted(SIZES), default="small", help="3,000 or 100,000 persons")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-serve", action="store_true", help="set up only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Set up, then serve. The set-up has a process of its own: the threads that work its policies out would be missing in
    workers forked from it, and the first page that sweeps would wait for them for ever.
    """
    os.environ["JUXIAN_DEMO"] = "1"
    os.environ.setdefault("JUXIAN_PUBLIC_ADDRESS", f"http://127.0.0.1:{args.port}")
    if args.no_serve:
        return set_up(args)
    status = subprocess.run(_set_up_alone(args), check=False).returncode
    if status:
        return status
    address = f"http://127.0.0.1:{args.port}"
    print(("打开 " if args.lang == "zh" else "Open ") + address, flush=True)
    start_worker()
    from juxian.config.commands.serve import serve

    serve("127.0.0.1", args.port, workers=2)
    return 0


def _set_up_alone(args: argparse.Namespace) -> list[str]:
    common = ["--lang", args.lang, *(["--json"] if args.json else [])]
    return [sys.executable, "-m", "juxian.config.cli", "demo", "--no-serve", "--size", args.size, *common]


def set_up(args: argparse.Namespace) -> int:
    """Packs, people and accounts, where they do not stand yet; shows the logins."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.config.demo import NotADemonstration, accounts, install_demo

    started = time.monotonic()
    try:
        fresh = install_demo(SIZES[args.size], teller(args.lang))
    except NotADemonstration as error:
        zh = f"{error.home} 里已有正式数据，不能在其上建立演示；请用 --home 指定另一个目录。"
        en = f"{error.home} holds real data; give another directory with --home."
        print(zh if args.lang == "zh" else en, file=sys.stderr)
        return 1
    logins = accounts()
    if args.json:
        print(json.dumps({"size": args.size, "fresh": fresh, "accounts": logins}, ensure_ascii=False))
    else:
        show_logins(logins, args.lang)
        print(f"{'准备用时' if args.lang == 'zh' else 'Ready after'} {time.monotonic() - started:.1f} s")
    return 0


def teller(language: str) -> Callable[[str, str], None]:
    """A function that tells a step on standard error, in the language asked for."""
    return lambda zh, en: print(zh if language == "zh" else en, file=sys.stderr, flush=True)


def show_logins(logins: list[dict[str, str]], language: str) -> None:
    """One block for each organisation: user name, role, name; the password once."""
    place = ""
    for login in logins:
        if login["place"] != place:
            place = login["place"]
            print(f"\n{place}")
        print(f"  {login['username']:<34} {login['role']}  {login['name']}")
    print(
        f"\n{'密码（全部账号）' if language == 'zh' else 'Password of all accounts'}: {logins[0]['password']}"
    )


def start_worker() -> None:
    """Background jobs beside the server; ended with it."""
    worker = subprocess.Popen([sys.executable, "-m", "juxian.config.cli", "worker"], stdin=subprocess.DEVNULL)
    atexit.register(worker.terminate)
