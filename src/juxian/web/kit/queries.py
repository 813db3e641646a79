"""Accounts for trying out (演示账号)."""

from __future__ import annotations

from django.utils.functional import Promise

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.clock import today
from juxian.apps.packs.queries import installed


def demo_accounts(language: str) -> list[tuple[str, list[tuple[str | Promise, list[Post]]]]]:
    """(place, [(role, posts)]) of every demo account, in the order of the installed packs."""
    posts = Post.objects.filter(user__is_demo=True, user__is_active=True).held_on(today())
    by_pack: dict[str, dict[str, list[Post]]] = {}
    for post in posts.select_related("user", "organisation").order_by("organisation__path", "pk"):
        by_pack.setdefault(post.organisation.pack, {}).setdefault(post.role, []).append(post)
    return [
        (pack.title.in_language(language), [(role.label, roles[role]) for role in Role if role in roles])
        for pack in installed()
        if (roles := by_pack.get(pack.code))
    ]


def demo_user_like(role: str, pack_code: str) -> User | None:
    """The demo account of the same role in another place; the office's account where that role has none."""
    accounts = User.objects.filter(is_demo=True, is_active=True, posts__organisation__pack=pack_code)
    accounts = accounts.order_by("posts__organisation__path", "pk")
    return accounts.filter(posts__role=role).first() or accounts.filter(posts__role=Role.OFFICE).first()
