"""Fields that several forms of the desk use; most are those of the kit (共用表单字段)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from juxian.apps.organisations.models import Organisation
from juxian.web.kit.fields import (
    LONGEST_TITLE,
    ReasonForm,
    day_field,
    text_field,
    visible_text,
    within_bounds,
)
from juxian.web.kit.templatetags.kit import name_of

__all__ = [
    "LONGEST_TITLE",
    "OrganisationField",
    "ReasonForm",
    "day_field",
    "text_field",
    "visible_text",
    "within_bounds",
]


class OrganisationField(forms.ModelChoiceField):
    """An organisation at or below ``root`` (set by the form), chosen by name, its depth in the tree shown."""

    def __init__(self) -> None:
        super().__init__(
            label=_("机构"),
            queryset=Organisation.objects.none(),
            to_field_name="code",
            empty_label=_("请选择"),
        )

    def below(self, root: Organisation) -> None:
        self.queryset = Organisation.objects.under(root.path).order_by("path")
        self.depth = root.path.count("/")

    def label_from_instance(self, obj: Organisation) -> str:
        return "\u2003" * (obj.path.count("/") - self.depth) + name_of(obj)
