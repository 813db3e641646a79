"""Files of cases: who may read them (申请材料的读取)."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from juxian.apps.accounts.models import User
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable
from juxian.apps.services.models import Case, CaseFile
from juxian.apps.services.queries.papers import may_read_listed
from juxian.apps.services.queries.visible import visible_to

PURPOSE = "case_material"


def may_read(file: StoredFile, user: User | AnonymousUser) -> Readable | None:
    """Whoever may see a case that it was handed in with; before that, who uploaded it, and the unit of its list."""
    if not isinstance(user, User):
        return None
    own, held = file.uploaded_by_id == user.pk, CaseFile.objects.filter(file=file)
    if own and not held.exists():
        return Readable(recorded=False)
    case = visible_to(user).filter(pk__in=held.values("case")).select_related("person").order_by("pk").first()
    if case is None and not may_read_listed(user, file.pk):
        return None
    return Readable(recorded=not own, about=case.person if case else None)


def files_of(case: Case) -> dict[str, list[StoredFile]]:
    """Material → files, in the order in which they came."""
    found: dict[str, list[StoredFile]] = {}
    for row in CaseFile.objects.filter(case=case).select_related("file").order_by("id"):
        found.setdefault(row.material, []).append(row.file)
    return found


def stored(materials: dict[str, list[str]]) -> dict[str, list[StoredFile]]:
    ids: Iterable[str] = {uuid for files in materials.values() for uuid in files}
    known = {str(file.uuid): file for file in StoredFile.objects.filter(uuid__in=list(ids), removed_at=None)}
    return {name: [known[uuid] for uuid in files if uuid in known] for name, files in materials.items()}
