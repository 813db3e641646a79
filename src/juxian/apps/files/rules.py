"""How much may be uploaded, and who may read (上传与读取权限)."""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, refuse
from juxian.apps.clock import SHANGHAI, now
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable, resolver_of

MEGABYTE = 1024 * 1024


def may_upload(user: User | None, size: int) -> Decision:
    """``size`` more bytes today; a visitor has no daily account, the form that takes files from visitors limits them."""
    if user is None:
        return allow()
    midnight = datetime.combine(now().astimezone(SHANGHAI).date(), time.min, SHANGHAI)
    today = StoredFile.objects.filter(uploaded_by=user).since(midnight)
    found = today.aggregate(files=Count("pk"), size=Coalesce(Sum("size"), 0))
    if found["files"] >= settings.JUXIAN_UPLOADS_PER_DAY:
        return refuse(_("今天上传的文件已达 %(most)s 个的上限。") % {"most": settings.JUXIAN_UPLOADS_PER_DAY})
    most = settings.JUXIAN_UPLOAD_BYTES_PER_DAY
    if found["size"] + size > most:
        return refuse(_("今天上传的文件总量将超过 %(most)s MB 的上限。") % {"most": most // MEGABYTE})
    return allow()


def reading_of(file: StoredFile, user: User | AnonymousUser) -> Readable | None:
    """How ``user`` may read ``file``, or None."""
    resolver = resolver_of(file.purpose)
    return resolver(file, user) if resolver else None
