"""Forms of the wizard (导入表单)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from juxian.apps.organisations.models import Organisation
from juxian.web.desk.forms import day_field
from juxian.web.kit.fields import set_choices, set_rows
from juxian.web.kit.templatetags.kit import name_of

MEGABYTE = 1024 * 1024


class SenderField(forms.ModelChoiceField):
    """Organisations by their name in the language in force."""

    def label_from_instance(self, obj: Organisation) -> str:
        return name_of(obj)


class HandInForm(forms.Form):
    """A file, who sends it and the day it speaks of."""

    organisation = SenderField(
        label=_("报送单位"),
        queryset=Organisation.objects.none(),
        help_text=_("名册没有“工作单位”列时，视为该单位的人员"),
    )
    as_of = day_field(_("截至日"), help_text=_("名册反映哪一天的情况"))
    file = forms.FileField(
        label=_("名册文件"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et,.csv,.txt,.tsv"}),
        help_text=_("xlsx、xls 或 csv；表头、合并单元格、合计行不必整理"),
    )
    of_teams = forms.BooleanField(
        label=_("这是团队名册，每行一名成员"),
        required=False,
        help_text=_(
            "列：团队名称、类别、级别、依托单位、认定日期、姓名、身份证号码、角色、加入日期；成员须已在人才库中"
        ),
    )

    def __init__(self, *args: Any, senders: QuerySet[Organisation], keeps_teams: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not keeps_teams:
            del self.fields["of_teams"]
        set_rows(self, "organisation", senders)

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.JUXIAN_UPLOAD_LIMIT_BYTES
        if file.size is not None and file.size > limit:
            raise ValidationError(_("文件超过 %(limit)s MB 的上限。") % {"limit": limit // MEGABYTE})
        return file


class MappingForm(forms.Form):
    """One choice for each column of a table; ``columns`` as in ``Table.columns``."""

    def __init__(
        self, *args: Any, columns: Sequence[dict[str, Any]], choices: Sequence[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = {
            value for _group, options in choices if isinstance(options, list) for value, _label in options
        }
        for column in columns:
            if not column["header"]:
                continue
            target = column["target"]
            extra = [] if not target or target in known else [(target, target)]
            self.fields[f"column_{column['index']}"] = forms.ChoiceField(
                label=column["header"], choices=[*choices, *extra], required=False, initial=target
            )

    def targets(self) -> dict[int, str]:
        """Column index → target, of a valid form."""
        return {int(name.removeprefix("column_")): value for name, value in self.cleaned_data.items()}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        chosen = [value for value in found.values() if value]
        if "identity.name" not in chosen:
            raise ValidationError(_("必须有一列对应“姓名”。"))
        twice = sorted({value for value in chosen if chosen.count(value) > 1})
        if twice:
            raise ValidationError(_("有两列对应同一个信息项，请只保留一列。"))
        return found


class DecisionForm(forms.Form):
    """What is decided about one row, and which record it joins."""

    decision = forms.ChoiceField(label=_("决定"), widget=forms.RadioSelect)
    person = forms.ChoiceField(label=_("并入档案"), required=False)

    def __init__(
        self,
        *args: Any,
        decisions: Sequence[tuple[str, str]],
        people: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "decision", decisions)
        if people:
            set_choices(self, "person", [("", "—"), *people])
        else:
            del self.fields["person"]
