"""Forms of the pages of funds (资金表单)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import LineState
from juxian.web.desk.forms import day_field, text_field

LARGEST_STATEMENT = 8 * 1024**2


class AccountForm(forms.Form):
    """Bank details as the clerk types them in."""

    holder = text_field(_("户名"), 60)
    bank = text_field(_("开户行"), 100)
    number = text_field(_("账号"), 40, help_text=_("8 至 32 位数字，可有空格。"))
    evidence = text_field(
        _("凭证"), 200, required=False, help_text=_("本人签字的账户确认书等；由本人在网上确认时可不填。")
    )


class RunForm(forms.Form):
    """What a run is called and how the bank wants its file."""

    title = text_field(_("批次名称"), 120)
    bank = forms.ChoiceField(label=_("银行文件"))

    def __init__(self, *args: Any, banks: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = banks  # type: ignore[attr-defined]


class ReasonOptional(forms.Form):
    """A reason where the step needs one."""

    reason = text_field(_("理由"), 200, required=False)


class TellForm(forms.Form):
    """What became of a payment, by a paper of the bank."""

    state = forms.ChoiceField(
        label=_("结果"),
        choices=[
            (state.value, state.label) for state in (LineState.CONFIRMED, LineState.RETURNED, LineState.VOID)
        ],
    )
    day = day_field(_("日期"))
    reason = text_field(_("依据"), 200, help_text=_("银行回单编号等"))


class StatementForm(forms.Form):
    """A statement as the bank gave it."""

    bank = forms.ChoiceField(label=_("对账单格式"))
    file = forms.FileField(label=_("文件"), help_text=_("银行导出的 CSV 文件，不超过 8 MB。"))

    def __init__(self, *args: Any, banks: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = banks  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_STATEMENT:
            raise ValidationError(_("文件超过 8 MB。"))
        return file
