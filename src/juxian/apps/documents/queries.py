"""Reading the library (查阅文件库)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.documents.models import LibraryText
from juxian.apps.documents.rules import READERS


def texts_visible_to(user: User) -> QuerySet[LibraryText]:
    """Texts of the jurisdictions in which the user holds a reading post: a department reads its city's library."""
    condition = Q(pk__in=[])
    for root in {path.split("/", 1)[0] for path in user.paths_for(READERS, on=today())}:
        condition |= Q(organisation__path=root) | Q(organisation__path__startswith=root + "/")
    return LibraryText.objects.filter(condition)
