"""Forms of teams, carriers and pairs (团队、平台载体、师徒的表单)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from juxian.web.desk.forms import ReasonForm, day_field, text_field
from juxian.web.kit.fields import set_choices

Choices = Sequence[tuple[Any, Any]]


class CollectiveForm(forms.Form):
    """A team or carrier; a change asks for a reason as well."""

    kind = forms.ChoiceField(label=_("类别"))
    name = text_field(_("名称"), 120)
    level = forms.ChoiceField(label=_("级别"), required=False)
    host = forms.ChoiceField(label=_("依托单位"))
    carrier = forms.ChoiceField(label=_("依托平台"), required=False, help_text=_("只有团队可填"))
    field = text_field(_("方向领域"), 120, required=False)
    document = text_field(_("批准文件"), 120, required=False)
    since = day_field(_("认定日期"))
    due = day_field(_("期满日"), required=False, help_text=_("不填则按类别的期限算出"))
    reason = text_field(_("变更理由"), 200, help_text=_("写入审计记录"))

    def __init__(
        self, data: Any = None, *, choices: dict[str, Choices], changing: bool = False, **values: Any
    ) -> None:
        super().__init__(data, **values)
        for name, known in choices.items():
            lead = [("", "—")] if not self.fields[name].required else []
            set_choices(self, name, [*lead, *known])
        if changing:
            self.fields["due"].help_text = ""
        else:
            del self.fields["reason"]


class JoinForm(forms.Form):
    """Somebody becomes a member, by the number of the record."""

    number = text_field(_("人才编号"), 16)
    role = forms.ChoiceField(label=_("角色"))
    since = day_field(_("加入日期"))

    def __init__(self, data: Any = None, *, roles: Choices, **values: Any) -> None:
        super().__init__(data, **values)
        set_choices(self, "role", list(roles))


class MemberForm(ReasonForm):
    """Another role, or none any more."""

    role = forms.ChoiceField(label=_("办理"))
    day = day_field(_("自何日起"))
    field_order = ("role", "day", "reason")

    def __init__(self, data: Any = None, *, roles: Choices, **values: Any) -> None:
        super().__init__(data, **values)
        set_choices(self, "role", list(roles))


class EquipmentForm(forms.Form):
    """Equipment of a carrier; the worth in yuan."""

    name = text_field(_("设备名称"), 120)
    pieces = forms.IntegerField(label=_("台（套）数"), min_value=1, max_value=100_000, initial=1)
    worth = forms.DecimalField(
        label=_("原值（元）"), min_value=0, max_digits=14, decimal_places=2, required=False
    )
    since = day_field(_("启用日期"))
    shared = forms.BooleanField(label=_("对外共享"), required=False)


class EndForm(ReasonForm):
    """From which day on, and why."""

    day = day_field(_("自何日起"))
    field_order = ("day", "reason")


class PairingForm(forms.Form):
    """A pair, by the numbers of both records."""

    kind = forms.ChoiceField(label=_("类别"))
    mentor = text_field(_("导师的人才编号"), 16)
    apprentice = text_field(_("学员的人才编号"), 16)
    since = day_field(_("结对日期"))
    due = day_field(_("约定期满日"), required=False, help_text=_("不填则按类别的期限算出"))
    aim = text_field(_("培养目标"), 200, required=False)

    def __init__(self, data: Any = None, *, kinds: Choices, **values: Any) -> None:
        super().__init__(data, **values)
        set_choices(self, "kind", list(kinds))


class OutcomeForm(ReasonForm):
    """How a pair ended."""

    day = day_field(_("自何日起"))
    outcome = forms.ChoiceField(label=_("结果"))
    field_order = ("outcome", "day", "reason")

    def __init__(self, data: Any = None, *, outcomes: Choices, **values: Any) -> None:
        super().__init__(data, **values)
        set_choices(self, "outcome", list(outcomes))
