"""Photographs of estates, buildings and flats at the desk (照片管理)."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.files.actions import TooManyUploads, check_upload
from juxian.apps.housing.actions.picturing import MOST, add_photo, caption_photo, move_photo_up, remove_photo
from juxian.apps.housing.models import Building, Estate, Photo, Unit
from juxian.apps.housing.models.stock import estate_of
from juxian.apps.housing.queries.photos import PURPOSE, photos_of, photos_visible_to
from juxian.apps.housing.queries.stock import estates_visible_to
from juxian.apps.housing.rules import NotPossible, may_manage
from juxian.core.files.kinds import ENDINGS, IMAGES
from juxian.core.source import Rejected
from juxian.web.desk.forms import text_field
from juxian.web.desk.housing.finding import carried_out
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.templatetags.kit import name_of
from juxian.web.kit.uploads import AttachmentField, checks_files, kept_file

LONGEST_CAPTION = 120
PICTURES = ",".join(sorted(ending for kind in IMAGES for ending in ENDINGS[kind]))


class PhotoForm(forms.Form):
    """A picture and what is to be seen on it."""

    file = AttachmentField(
        label=gettext_lazy("照片"),
        help_text=gettext_lazy("jpg、png、webp 或 bmp；只保留画面，拍摄地点等信息会去掉"),
        widget=forms.ClearableFileInput(attrs={"accept": PICTURES}),
    )
    caption = text_field(
        gettext_lazy("说明"),
        LONGEST_CAPTION,
        help_text=gettext_lazy("写明画面上是什么，看不到照片的人靠它了解"),
    )

    def clean_file(self) -> object:
        """Pictures alone; what else is wrong is told when the file is kept."""
        upload = self.cleaned_data["file"]
        try:
            checked = check_upload(upload, None)
        except (Rejected, TooManyUploads):
            return upload
        if checked.found.kind not in IMAGES:
            raise forms.ValidationError(_("只收照片（jpg、png、webp、bmp）。"))
        return upload


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@once
def photos(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The photographs of one place in their order, and a form to add one."""
    place, scope, user = find_place(request, kind, pk), current_scope(request), user_of(request)
    posted = request.method == "POST"
    form = PhotoForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        file = kept_file(request, form, "file", home=estate_of(place).home, purpose=PURPOSE)
        if file is not None:
            try:
                add_photo(
                    place=place, file=file, caption=form.cleaned_data["caption"], day=scope.as_of, by=user
                )
                return go(request, "desk:housing-photos", kind=kind, pk=pk)
            except NotPossible as refused:
                form.add_error(None, str(refused))
    context = {
        "title": name_of_place(place),
        "estate": estate_of(place),
        "photos": photos_of(place),
        "most": MOST,
        "back": _page_of(place),
        "form": form,
    }
    return render(request, "desk/housing/photos.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_POST
def caption(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words for a picture."""
    found, user = managed_photo(request, pk), user_of(request)
    words = request.POST.get("caption", "").replace("\0", "").strip()[:LONGEST_CAPTION]
    return _done(
        request, found, lambda: caption_photo(photo=found, caption=words, by=user), _("说明已更新。")
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def up(request: HttpRequest, pk: int) -> HttpResponse:
    """One place earlier."""
    found, user = managed_photo(request, pk), user_of(request)
    return _done(request, found, lambda: move_photo_up(photo=found, by=user), _("次序已更新。"))


@for_roles(Role.OFFICE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a picture."""
    found, user = managed_photo(request, pk), user_of(request)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:200]
    return _done(request, found, lambda: remove_photo(photo=found, by=user, reason=reason), _("照片已删除。"))


def find_place(request: HttpRequest, kind: str, pk: int) -> Estate | Building | Unit:
    """An estate, a building or a flat of the acting jurisdiction; 404 for all others."""
    estates = estates_visible_to(user_of(request)).filter(home=home_of(current_scope(request)))
    found: Estate | Building | Unit
    match kind:
        case "estate":
            found = get_object_or_404(estates, pk=pk)
        case "building":
            buildings = Building.objects.filter(estate__in=estates).select_related("estate__home")
            found = get_object_or_404(buildings, pk=pk)
        case "unit":
            units = Unit.objects.filter(building__estate__in=estates)
            found = get_object_or_404(units.select_related("building__estate__home"), pk=pk)
        case _:
            raise Http404
    may_manage(user_of(request), estate_of(found).home).or_refuse()
    return found


def managed_photo(request: HttpRequest, pk: int) -> Photo:
    """A photograph of the acting jurisdiction that the user may change; 404 for all others."""
    found = get_object_or_404(photos_visible_to(user_of(request)), pk=pk)
    home = estate_of(found.place).home
    if home != home_of(current_scope(request)):
        raise Http404
    may_manage(user_of(request), home).or_refuse()
    return found


def address_of_photos(place: Estate | Building | Unit) -> str:
    """Where the photographs of a place are put in order."""
    return reverse("desk:housing-photos", args=[type(place).__name__.lower(), place.pk])


def name_of_place(place: Estate | Building | Unit) -> str:
    """What a place is called in the language in force."""
    if isinstance(place, Unit):
        return f"{name_of(place.building)} {place.number}"
    return str(name_of(place))


def _page_of(place: Estate | Building | Unit) -> str:
    if isinstance(place, Unit):
        return reverse("desk:housing-unit", args=[place.pk])
    return reverse("desk:housing-estate", args=[estate_of(place).code])


def _done(request: HttpRequest, photo: Photo, act: Callable[[], object], told: str) -> HttpResponse:
    place = photo.place
    return carried_out(request, act, told, "desk:housing-photos", type(place).__name__.lower(), place.pk)
