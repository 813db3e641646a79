"""The form of a service as a form of a page (事项表单): fields of its types, its materials, and what the engine says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from juxian.apps.files.actions import check_upload
from juxian.apps.organisations.models import Organisation
from juxian.core.facts.schema import Kind
from juxian.core.files.kinds import ENDINGS
from juxian.core.files.kinds import Kind as FileKind
from juxian.core.money import yuan
from juxian.core.services import CaseRefused, Service, materials_needed
from juxian.core.services.answers import Need, fields_required, shown_fields
from juxian.core.services.definition import FormField, Material
from juxian.core.services.papers import paper_refused
from juxian.web.kit.formats import listed
from juxian.web.kit.services import conditions, words_schema
from juxian.web.kit.typed import words_in
from juxian.web.kit.uploads import AttachmentField, kept_file

FIELD, MATERIAL = "f-", "m-"
LONGEST_TEXT = 2000
PURPOSE = "case_material"


class ServiceForm(forms.Form):
    """known: canonical answers and prefilled values by field. only: names that may be changed (of a supplement), None: all.

    Fields that are known not to be shown are left out. The engine has the last word: ``tell`` puts it beside the fields.
    """

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        service: Service,
        language: str,
        day: date,
        known: Mapping[str, Any] | None = None,
        profile: Mapping[str, Any] | None = None,
        held: Collection[str] = (),
        only: Collection[str] | None = None,
        home: Organisation | None = None,
    ) -> None:
        super().__init__(data, files)
        self.service, self.language, self.home = service, language, home
        known, profile = dict(known or {}), dict(profile or {})
        shown = shown_fields(service, known, profile, day)
        needs = materials_needed(service, known, profile, held, day)
        required = fields_required(service, known, profile, day)
        self.held = [
            material.title.in_language(language)
            for name, material in service.materials.items()
            if needs[name] is Need.HELD and (only is None or name in only)
        ]
        for item in shown.values():
            if only is None or item.name in only:
                self._add(item, known.get(item.name), required[item.name])
        for name, material in service.materials.items():
            if needs[name] in (Need.HELD, Need.NOT_NEEDED) and (only is None or name not in only):
                continue
            if only is None or name in only:
                found = material_field(material, language)
                mark_need(found, *need_of_material(material, needs[name], service, language))
                found.need_held = needs[name] is Need.HELD  # type: ignore[attr-defined]  # read by kit/field_need.html
                self.fields[MATERIAL + name] = found

    def _add(self, item: FormField, value: Any, required: bool | None) -> None:
        field = field_of(item, self.service, self.language, self.home)
        field.initial = shown_value(item, value)
        mark_need(field, required, need_words(item, self.service, self.language))
        self.fields[FIELD + item.name] = field

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(title, fields) in the order of the definition."""
        found = [
            (
                section.title.in_language(self.language),
                [self[FIELD + item.name] for item in section.fields if FIELD + item.name in self.fields],
            )
            for section in self.service.sections
        ]
        return [(title, fields) for title, fields in found if fields]

    @property
    def attachments(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(MATERIAL)]

    def answers(self) -> dict[str, Any]:
        """Raw answers by field of the definition; what was left empty stays empty."""
        found: dict[str, Any] = {}
        for name in self.fields:
            if name.startswith(FIELD):
                value = self.cleaned_data.get(name)
                raw = value.isoformat() if isinstance(value, date) else value
                found[name.removeprefix(FIELD)] = "" if raw is None else raw
        return found

    def raw(self) -> dict[str, Any]:
        """What was typed, unchecked, for a draft."""
        found: dict[str, Any] = {}
        for name in self.fields:
            if name.startswith(FIELD) and name in self.data:
                values = self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data[name]]
                values = [words_in(value, LONGEST_TEXT) for value in values]
                found[name.removeprefix(FIELD)] = values if len(values) > 1 else values[0]
        return found

    def keep_files(self, request: Any, home: Organisation) -> dict[str, list[str]]:
        """Keep what was uploaded; material → ids. A refused file is an error of its field."""
        kept: dict[str, list[str]] = {}
        for name in self.fields:
            if name.startswith(MATERIAL) and not self._not_for_it(name):
                file = kept_file(request, self, name, home=home, purpose=PURPOSE)
                if file is not None:
                    kept[name.removeprefix(MATERIAL)] = [str(file.uuid)]
        return kept

    def material_of(self, key: str) -> Material:
        """The material of a field."""
        return self.service.materials[key]

    def _not_for_it(self, name: str) -> bool:
        """Whether a sound file is of a kind or a size that its material does not take, which its field then says."""
        upload = self.cleaned_data.get(name)
        if not isinstance(upload, File) or getattr(upload, "refused", None) != []:
            return False  # what is wrong with it altogether is told by ``kept_file``
        checked = check_upload(upload, None)
        material = self.material_of(name.removeprefix(MATERIAL))
        refused = paper_refused(material, checked.found.kind.value, checked.size)
        if refused is not None:
            self.add_error(name, refused.in_language(self.language))
        return refused is not None

    def tell(self, refused: CaseRefused) -> None:
        """What the engine said: beside the fields, the rest above them; in general where it named no field."""
        rest = []
        for name, text in refused.fields.items():
            words = text.in_language(self.language)
            place = next((key for key in (FIELD + name, MATERIAL + name) if key in self.fields), None)
            if place:
                self.add_error(place, words)
            else:
                rest.append(words)
        if rest or not refused.fields:
            self.add_error(None, rest or refused.reason.in_language(self.language))


def mark_need(field: forms.Field, required: bool | None, when: str) -> None:
    """Say beside a field that it has to be answered, or, while that is open, when it has to. The engine alone refuses."""
    field.needed = required is True  # type: ignore[attr-defined]  # read by kit/field_need.html
    field.needed_if = when if required is None else ""  # type: ignore[attr-defined]


def need_words(item: FormField, service: Service, language: str) -> str:
    """Under which conditions a field is asked and has to be answered; empty for no condition."""
    schema = words_schema(service)
    parts = (*conditions(item.shown_if, schema, language), *conditions(item.required_if, schema, language))
    return str(_("，且")).join(dict.fromkeys(parts))


def need_of_material(
    material: Material, need: Need, service: Service, language: str
) -> tuple[bool | None, str]:
    """Whether a material has to be handed in, None while that is open; and when it has to."""
    if need is Need.OPTIONAL and material.required_if is not None:
        return None, str(_("，且")).join(conditions(material.required_if, words_schema(service), language))
    return need is Need.REQUIRED, ""


class LongText(forms.CharField):
    """Paragraphs; a line ends in one character however the browser sends it, as the page counts it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5}), **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


def material_field(material: Material, language: str) -> AttachmentField:
    """A field that takes the kinds of its material and says which."""
    takes = _("%(formats)s，不超过 %(size)d MB") % {
        "formats": listed(material.formats).upper(),
        "size": material.max_mb,
    }
    endings = sorted(ending for kind in material.formats for ending in ENDINGS[FileKind(kind)])
    return AttachmentField(
        label=material.title.in_language(language),
        required=False,
        help_text=" ".join(text for text in (material.help.in_language(language), takes) if text),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(endings)}),
    )


def field_of(item: FormField, service: Service, language: str, home: Organisation | None) -> forms.Field:
    options: dict[str, Any] = {
        "label": item.title.in_language(language),
        "help_text": item.help.in_language(language),
        "required": item.required and item.shown_if is None,
    }
    match item.type.kind:
        case Kind.LEVEL:
            return forms.ChoiceField(
                choices=[("", _("请选择")), *_levels(item, service, language)], **options
            )
        case Kind.LEVELS:
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(
                choices=_levels(item, service, language), widget=widget, **options
            )
        case Kind.BOOLEAN:
            return forms.ChoiceField(
                choices=[("true", _("是")), ("false", _("否"))], widget=forms.RadioSelect, **options
            )
        case Kind.DATE:
            widget_of_day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(
                widget=widget_of_day, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"], **options
            )
        case Kind.INTEGER | Kind.MONTHS:
            return forms.IntegerField(min_value=0, max_value=10**9, **options)
        case Kind.MONEY:
            options["help_text"] = options["help_text"] or _("如 5万元、1500元；不写单位按元")
            return forms.CharField(max_length=40, **options)
        case Kind.ORGANISATION:
            return forms.ChoiceField(choices=[("", _("请选择")), *_organisations(home, language)], **options)
    return LongText(**options) if item.long else forms.CharField(max_length=LONGEST_TEXT, **options)


def _levels(item: FormField, service: Service, language: str) -> list[tuple[str, str]]:
    scale = service.schema.scales[item.type.scale or ""]
    return [(code, level.title.in_language(language)) for code, level in scale.levels.items()]


def _organisations(home: Organisation | None, language: str) -> Iterable[tuple[str, str]]:
    if home is None:
        return []
    rows = Organisation.objects.under(home.path).employers().order_by("path")
    return [(row.code, row.name_en if language == "en" and row.name_en else row.name) for row in rows]


def shown_value(item: FormField, value: Any) -> Any:
    """A canonical value as its field shows it."""
    if value is None or item.type.kind is not Kind.MONEY:
        return str(value).lower() if isinstance(value, bool) else value
    return yuan(value).replace(",", "") if isinstance(value, int) else value
