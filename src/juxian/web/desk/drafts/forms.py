"""What is typed on the pages of a draft (草稿表单)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from juxian.web.desk.forms import day_field

LONGEST_TEXT = 200_000
LONGEST_AHEAD_DAYS = 731


class TextForm(forms.Form):
    """The text of a draft as the browser sends it; line ends are those of the file."""

    text = forms.CharField(
        label=_("政策文本"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 26, "spellcheck": "false", "class": "code", "data-words": "#words"}
        ),
    )
    cases = forms.CharField(
        label=_("用例（YAML）"),
        max_length=LONGEST_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "code"}),
        help_text=_(
            "随政策一同提交和发布。规则改变后不再适用的用例，在这里改写预期；清空后保存，恢复为现行的用例。"
        ),
    )
    revision = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        return _plain(self.cleaned_data["text"])

    def clean_cases(self) -> str:
        return _plain(self.cleaned_data["cases"])


def _plain(written: str) -> str:
    """Line ends as in a file; characters that no file holds are refused."""
    text = written.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError(_("含有看不见的字符，请重新输入。"))
    return text


class SubmitForm(forms.Form):
    """From which day the text shall count."""

    effective_on = day_field(_("启用日"), help_text=_("从这一天的筛查和查询起按新文本计算"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"effective_on": today + timedelta(days=1)})
        self.today = today

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        if not self.today <= day <= self.today + timedelta(days=LONGEST_AHEAD_DAYS):
            raise ValidationError(_("启用日应在今天至两年之内。"))
        return day


class PasteForm(forms.Form):
    """A table of amounts from a document or a sheet."""

    table = forms.CharField(
        label=_("粘贴表格"),
        max_length=20_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "code"}),
        help_text=_("从 Word 或 Excel 复制：第一行写字段名，最后一列是金额，例如“学历、职称、金额（万元）”"),
    )
