"""``juxian admin create|reset``: the first administrator, and help for who lost password or phone (管理账号)."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import Any

ADMINISTRATORS = ("system_admin", "security_admin", "auditor")


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("admin", help="make an administrator; reset an account")
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    create = commands.add_parser("create", help="a new administrator; what is left out is asked for")
    create.add_argument("--username", default="")
    create.add_argument("--name", default="", help="the person's name")
    create.add_argument("--role", choices=ADMINISTRATORS, default="system_admin")
    create.add_argument(
        "--organisation", default="", metavar="CODE", help="default: the first installed place"
    )
    create.set_defaults(run=run_create)
    reset = commands.add_parser("reset", help="a new password; the second factor and all sessions end")
    reset.add_argument("username")
    reset.set_defaults(run=run_reset)
    bind = commands.add_parser("bind", help="let whom another system (OIDC) knows enter an account")
    bind.add_argument("username")
    bind.add_argument("subject", nargs="?", default="", help="the subject (sub) there; left out: end it")
    bind.set_defaults(run=run_bind)


def run_bind(args: argparse.Namespace) -> int:
    """Exit 0 when bound or unbound, 1 without a system, an account or a free identity."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from django.conf import settings

    from juxian.apps.accounts.actions import AlreadyBound, bind_outside, unbind_outside
    from juxian.apps.accounts.models import User
    from juxian.apps.accounts.queries import outside_of

    issuer = settings.JUXIAN_OIDC_ISSUER
    if not issuer:
        return _told(args, "没有设置 JUXIAN_OIDC_ISSUER。", "JUXIAN_OIDC_ISSUER is not set.")
    user = User.objects.filter(username=args.username).first()
    if user is None:
        return _told(args, "没有这个账号。", "No such account.")
    kept = outside_of(user, issuer)
    if args.subject:
        try:
            bind_outside(user=user, issuer=issuer, subject=args.subject, by=None)
        except AlreadyBound:
            return _told(args, "这个身份或账号已绑定。", "The identity or the account is bound already.")
    elif kept is None:
        return _told(args, "这个账号没有绑定。", "The account is not bound.")
    else:
        unbind_outside(kept=kept, by=None)
    print(json.dumps({"username": user.username}) if args.json else f"✓ {user.username}")
    return 0


def run_create(args: argparse.Namespace) -> int:
    """Exit 0 when made, 1 when name, password or organisation is refused."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from django.core.exceptions import ValidationError

    from juxian.apps.accounts.actions import create_account
    from juxian.apps.organisations.models import Organisation

    wanted = {"code": args.organisation} if args.organisation else {"parent": None}
    place = Organisation.objects.filter(**wanted).order_by("pk").first()
    if place is None:
        return _told(args, "没有这个机构；请先安装地方包。", "No such organisation; load a pack first.")
    username = args.username or _asked(args, "账号：", "Account: ")
    name = args.name or _asked(args, "姓名：", "Name: ")
    password = _new_password(args)
    if password is None:
        return _told(args, "两次输入的密码不同。", "The two passwords differ.")
    try:
        user = create_account(
            username=username, name=name, password=password, role=args.role, organisation=place
        )
    except ValidationError as refused:
        return _told(args, "\n".join(refused.messages), "\n".join(refused.messages))
    if args.json:
        print(json.dumps({"username": user.username, "role": args.role, "organisation": place.code}))
    else:
        print(f"已建账号 {user.username}。" if args.lang == "zh" else f"Account {user.username} made.")
    return 0


def run_reset(args: argparse.Namespace) -> int:
    """Exit 0 when reset, 1 when there is no such account or the password is refused."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from django.core.exceptions import ValidationError

    from juxian.apps.accounts.actions import change_password, forget_factors
    from juxian.apps.accounts.models import User

    user = User.objects.filter(username=args.username).first()
    if user is None:
        return _told(args, "没有这个账号。", "No such account.")
    password = _new_password(args)
    if password is None:
        return _told(args, "两次输入的密码不同。", "The two passwords differ.")
    try:
        change_password(user=user, password=password)
    except ValidationError as refused:
        return _told(args, "\n".join(refused.messages), "\n".join(refused.messages))
    forget_factors(user=user, by=None)
    print(json.dumps({"username": user.username}) if args.json else f"✓ {user.username}")
    return 0


def _new_password(args: argparse.Namespace) -> str | None:
    """Asked twice on the terminal, or read twice from standard input; None when they differ."""
    if sys.stdin.isatty():
        first = getpass.getpass("密码：" if args.lang == "zh" else "Password: ")
        second = getpass.getpass("再输一次：" if args.lang == "zh" else "Again: ")
    else:
        first, second = (sys.stdin.readline().rstrip("\n") for _time in range(2))
    return first if first == second else None


def _asked(args: argparse.Namespace, zh: str, en: str) -> str:
    print(zh if args.lang == "zh" else en, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _told(args: argparse.Namespace, zh: str, en: str) -> int:
    print(zh if args.lang == "zh" else en, file=sys.stderr)
    return 1
