"""Forms of the pages of funds (资金表单)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from juxian.apps.funds.enums import ChangeKind, LineState, OpenPromises
from juxian.core.funds.book import FundsBook
from juxian.web.desk.forms import day_field, text_field
from juxian.web.kit.fields import set_choices

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
        set_choices(self, "bank", banks)


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
        set_choices(self, "bank", banks)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_STATEMENT:
            raise ValidationError(_("文件超过 8 MB。"))
        return file


class ChangeForm(forms.Form):
    """What every change to a budget names: the year and the paper that says so."""

    kind: ChangeKind
    document = text_field(_("依据文件"), 100, help_text=_("文号或会议纪要，写入分录"))
    field_order = ("fund", "source", "line", "other", "amount", "promises", "document")

    def __init__(self, *args: Any, book: FundsBook, language: str, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book, self.language, self.year = book, language, year
        self.fill()

    def fill(self) -> None:
        """Choices of the place."""

    def lines(self) -> list[tuple[str, str]]:
        """Every line of every fund: ``fund/line`` and its title."""
        return [
            (
                f"{fund.id}/{line.id}",
                f"{fund.title.in_language(self.language)} · {line.title.in_language(self.language)}",
            )
            for fund in self.book.funds.values()
            for line in fund.lines.values()
        ]

    @property
    def values(self) -> dict[str, Any]:
        """Columns of the change."""
        return {"kind": self.kind, "year": self.year, "document": self.cleaned_data["document"]}


class AmountForm(ChangeForm):
    """A change of an amount, of one line or from one line to another."""

    line = forms.ChoiceField(label=_("科目"))
    amount = forms.DecimalField(
        label=_("金额（元）"), max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )

    def fill(self) -> None:
        set_choices(self, "line", self.lines())

    @property
    def values(self) -> dict[str, Any]:
        fund, _slash, line = self.cleaned_data["line"].partition("/")
        amount_fen = int(self.cleaned_data["amount"] * 100)
        return super().values | {"fund": fund, "line": line, "amount_fen": amount_fen}


class AppropriateForm(AmountForm):
    """A source gives more to a line."""

    kind = ChangeKind.APPROPRIATE
    source = forms.ChoiceField(label=_("资金来源"))

    def fill(self) -> None:
        super().fill()
        titles = [(item.id, item.title.in_language(self.language)) for item in self.book.sources.values()]
        set_choices(self, "source", titles)

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"source": self.cleaned_data["source"]}


class MoveForm(AmountForm):
    """From one line to another of the same fund."""

    kind = ChangeKind.MOVE
    other = forms.ChoiceField(label=_("调入科目"))

    def fill(self) -> None:
        super().fill()
        self.fields["line"].label = _("调出科目")
        set_choices(self, "other", self.lines())

    def clean_other(self) -> str:
        other: str = self.cleaned_data["other"]
        line = self.cleaned_data.get("line", other)
        if other.partition("/")[0] != line.partition("/")[0]:
            raise ValidationError(_("只能在同一项资金的科目之间调剂。"))
        if other == line and "line" in self.cleaned_data:
            raise ValidationError(_("调出和调入须是两个科目。"))
        return other

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"other_line": self.cleaned_data["other"].partition("/")[2]}


class AllotForm(AmountForm):
    """From a line of a fund to a line of the fund below it."""

    kind = ChangeKind.ALLOT
    other = forms.ChoiceField(label=_("下级资金科目"))

    def fill(self) -> None:
        super().fill()
        upper = {fund.within for fund in self.book.funds.values() if fund.within}
        lower = {fund.id for fund in self.book.funds.values() if fund.within}
        self.fields["line"].label = _("上级资金科目")
        for name, funds in (("line", upper), ("other", lower)):
            found = [pair for pair in self.lines() if pair[0].partition("/")[0] in funds]
            set_choices(self, name, found)

    def clean_other(self) -> str:
        other: str = self.cleaned_data["other"]
        below = self.book.funds[other.partition("/")[0]].within
        if "line" in self.cleaned_data and self.cleaned_data["line"].partition("/")[0] != below:
            raise ValidationError(_("只能补助本资金的下级资金。"))
        return other

    @property
    def values(self) -> dict[str, Any]:
        fund, _slash, line = self.cleaned_data["other"].partition("/")
        return super().values | {"other_fund": fund, "other_line": line}


class CloseForm(ChangeForm):
    """The end of a fund's year, and what becomes of promises that are open."""

    kind = ChangeKind.CLOSE
    fund = forms.ChoiceField(label=_("资金"))
    promises = forms.ChoiceField(
        label=_("未付承诺"), choices=OpenPromises.choices, help_text=_("已在批次中的款项一律保留承诺")
    )

    def fill(self) -> None:
        titles = [(fund.id, fund.title.in_language(self.language)) for fund in self.book.funds.values()]
        set_choices(self, "fund", titles)

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return super().values | {"fund": data["fund"], "promises": data["promises"]}


CHANGE_FORMS: dict[str, type[ChangeForm]] = {
    form.kind: form for form in (AppropriateForm, MoveForm, AllotForm, CloseForm)
}
