"""A form for each kind of fact, made from its fields (信息项表单)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.enums import Verification
from juxian.core.facts.schema import FactKind, Field, Kind, Schema
from juxian.core.facts.values import BIRTH, Refusal, is_born_after, parse_value
from juxian.web.kit.fields import day_field, text_field

PREFIX = "value-"
HINTS = {Kind.MONEY: _("例如：5万元、1500元"), Kind.MONTHS: _("例如：36个月、3年")}


class FactForm(forms.Form):
    """The fields of a kind, then when it became true and how we know.

    asks_verified: whether the one who fills it in may say that it was checked; else somebody else does, later.
    """

    def __init__(
        self,
        data: Any,
        *,
        kind: FactKind,
        schema: Schema,
        language: str,
        employers: Sequence[tuple[str, str]],
        as_of: date,
        asks_verified: bool = False,
    ) -> None:
        super().__init__(data)
        self.kind, self.schema, self.language, self.as_of = kind, schema, language, as_of
        for field in kind.fields.values():
            self.fields[PREFIX + field.name] = form_field(field, schema, language, employers)
        self.fields["since"] = day_field(_("生效日") if kind.lasting else _("日期"))
        if kind.lasting:
            self.fields["until"] = day_field(_("失效日"), required=False, help_text=_("至今有效的不填"))
        self.fields["source"] = text_field(_("来源"), 200, help_text=_("谁提供的，例如：本人申报、单位来函"))
        self.fields["evidence"] = text_field(_("凭证"), 200, help_text=_("证书、合同、文件的名称或编号"))
        if asks_verified:
            self.fields["verified"] = forms.BooleanField(label=_("已核对凭证原件"), required=False)

    def clean(self) -> dict[str, Any]:
        """Values in canonical form under ``value``; every one that is refused is told at its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        value: dict[str, Any] = {}
        for field in self.kind.fields.values():
            raw = cleaned.get(PREFIX + field.name)
            if raw in (None, "", []):
                continue
            parsed = parse_value(raw, field.type, self.schema)
            if isinstance(parsed, Refusal):
                self.add_error(PREFIX + field.name, parsed.reason.in_language(self.language))
            else:
                value[field.name] = parsed
        if not value and not self.errors:
            self.add_error(None, forms.ValidationError(_("请至少填写一项内容。")))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until <= since:
            self.add_error("until", forms.ValidationError(_("失效日应晚于生效日。")))
        if since and since > self.as_of:
            self.add_error("since", forms.ValidationError(_("不能晚于今天。")))
        if is_born_after(self.kind.code, value, self.as_of):
            self.add_error(PREFIX + BIRTH, forms.ValidationError(_("不能晚于今天。")))
        cleaned["value"] = value
        return cleaned

    def draft(self, verified_by: str) -> FactDraft:
        """The fact to record; call when valid."""
        wanted = self.cleaned_data
        verified = wanted.get("verified", False)
        return FactDraft(
            kind=self.kind.code,
            value=wanted["value"],
            since=wanted["since"],
            until=wanted.get("until"),
            evidence=wanted["evidence"],
            verification=Verification.VERIFIED if verified else Verification.UNVERIFIED,
            verified_by=verified_by if verified else "",
        )

    def value_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def proof_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(PREFIX)]


def as_typed(value: Any, field: Field) -> Any:
    """A canonical value as somebody would type it into its form field, so that handing it in changes nothing."""
    if field.type.kind is Kind.BOOLEAN:
        return "true" if value else "false"
    if field.type.kind is Kind.MONEY:
        yuan, fen = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{yuan}.{fen:02d}"
    return value


def form_field(
    field: Field, schema: Schema, language: str, employers: Sequence[tuple[str, str]]
) -> forms.Field:
    """The form field of one typed field; what is typed is read by the same parser as rosters and packs."""
    label = field.title.in_language(language)
    options: dict[str, Any] = {"label": label, "required": field.required}
    return _MAKERS.get(field.type.kind, _line)(field, schema, language, employers, options)


def _line(
    field: Field, _schema: Schema, _language: str, _employers: Any, options: dict[str, Any]
) -> forms.Field:
    return text_field(options.pop("label"), 200, help_text=HINTS.get(field.type.kind, ""), **options)


def _date(
    _field: Field, _schema: Schema, _language: str, _employers: Any, options: dict[str, Any]
) -> forms.Field:
    return day_field(options.pop("label"), **options)


def _boolean(
    _field: Field, _schema: Schema, _language: str, _employers: Any, options: dict[str, Any]
) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("未知")), ("true", _("是")), ("false", _("否"))], **options)


def _level(
    field: Field, schema: Schema, language: str, _employers: Any, options: dict[str, Any]
) -> forms.Field:
    return forms.ChoiceField(
        choices=[("", _("请选择")), *level_choices(field.type.scale, schema, language)], **options
    )


def _levels(
    field: Field, schema: Schema, language: str, _employers: Any, options: dict[str, Any]
) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=level_choices(field.type.scale, schema, language),
        widget=forms.CheckboxSelectMultiple,
        **options,
    )


def _organisation(
    _field: Field,
    _schema: Schema,
    _language: str,
    employers: Sequence[tuple[str, str]],
    options: dict[str, Any],
) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("请选择")), *employers], **options)


def level_choices(scale: str, schema: Schema, language: str) -> list[tuple[str, str]]:
    return [(level.code, level.title.in_language(language)) for level in schema.scales[scale].levels.values()]


_MAKERS: dict[Kind, Callable[..., forms.Field]] = {
    Kind.DATE: _date,
    Kind.BOOLEAN: _boolean,
    Kind.LEVEL: _level,
    Kind.LEVELS: _levels,
    Kind.ORGANISATION: _organisation,
}


def employers_of(home: Organisation, language: str) -> list[tuple[str, str]]:
    """(code, name) of every employer of the jurisdiction, in the order of the tree."""
    rows = (
        Organisation.objects.under(home.path)
        .employers()
        .order_by("path")
        .values_list("code", "name", "name_en")
    )
    return [(code, english if language == "en" and english else name) for code, name, english in rows]
