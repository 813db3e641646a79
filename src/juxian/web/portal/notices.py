"""Public notices for everybody (公示): only those whose period runs."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from juxian.apps.notices.enums import NoticeField
from juxian.apps.notices.queries import public_notices
from juxian.apps.packs.models import InstalledPack
from juxian.web.kit.access import public
from juxian.web.portal.places import place_or_404

PAGE_SIZE = 20


@public
@require_safe
def notices(request: HttpRequest, pack: str) -> HttpResponse:
    place, root = place_or_404(pack), InstalledPack.objects.select_related("root").get(code=pack).root
    page = Paginator(public_notices(root).select_related("home"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "portal/notices.html", {"pack": place, "page": page})


@public
@require_safe
def notice(request: HttpRequest, pack: str, pk: int) -> HttpResponse:
    place, root = place_or_404(pack), InstalledPack.objects.select_related("root").get(code=pack).root
    found = get_object_or_404(public_notices(root).select_related("home", "attachment"), pk=pk)
    titles = [label for value, label in NoticeField.choices if value in found.fields]
    return render(request, "portal/notice.html", {"pack": place, "notice": found, "titles": titles})
