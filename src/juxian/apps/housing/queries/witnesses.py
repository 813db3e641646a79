"""Who may witness a draw (可选的见证人)."""

from __future__ import annotations

from datetime import date

from juxian.apps.accounts.models import Post, User
from juxian.apps.housing.rules import MANAGERS, WITNESSES
from juxian.apps.organisations.models import Organisation


def witnesses_of(home: Organisation, day: date) -> list[User]:
    """Users of the place with a post that is no office of apartments, by name."""
    inside = Organisation.objects.under(home.path)
    held = Post.objects.held_on(day).filter(organisation__in=inside)
    clerks = held.filter(role__in=MANAGERS).values("user")
    found = User.objects.filter(is_active=True, pk__in=held.filter(role__in=WITNESSES).values("user"))
    return list(found.exclude(pk__in=clerks).order_by("name", "pk"))
