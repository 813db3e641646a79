"""Who a form names as the spouse (登记配偶)."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from juxian.apps.accounts.models import User
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import persons_visible_to
from juxian.web.desk.forms import text_field


class NumberForm(forms.Form):
    """Somebody by ``number``, a field of each form; only records that the user may see are found."""

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_number(self) -> Person:
        found = persons_visible_to(self.user).filter(number=self.cleaned_data["number"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("没有找到这个编号的人才档案。"))
        return found


class SpouseForm(NumberForm):
    """The other of a couple, and what proves it."""

    number = text_field(gettext_lazy("配偶的人才编号"), 32, help_text=gettext_lazy("配偶须先在人才库建档"))
    evidence = text_field(gettext_lazy("凭据"), 200, help_text=gettext_lazy("如结婚证号；写入审计记录"))
