"""What units need (岗位需求): lines pasted from a spreadsheet, all of them right or none recorded."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.stocktake.actions import NeedDraft, state_needs
from juxian.apps.stocktake.queries import AGE, needs_on
from juxian.apps.stocktake.rules import may_state_needs
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.scope import employers_of, home_of
from juxian.web.desk.stocktake.asking import fields_of, levels_of, title_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope

MOST_LINES, LONGEST, MOST_PEOPLE = 500, 60_000, 100_000


class NeedsForm(forms.Form):
    """lines: 单位, 结构项, 级别, 人数, 依据; separated by tabs as a spreadsheet copies them, or by commas."""

    lines = forms.CharField(
        label=gettext_lazy("需求"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "每行：单位、结构项、级别、人数、依据（可空）。可从表格整块复制粘贴；人数写 0 表示取消"
        ),
    )
    since = day_field(gettext_lazy("自何日起"))
    reason = text_field(gettext_lazy("理由"), 200, help_text=gettext_lazy("写入审计记录"))

    def __init__(self, data: Any, *, scope: Scope, home: Organisation, **values: Any) -> None:
        super().__init__(data, **values)
        self.scope, self.home = scope, home

    def clean_lines(self) -> list[NeedDraft]:
        text: str = self.cleaned_data["lines"]
        tabs = "\t" in text
        rows = [row for row in csv.reader(io.StringIO(text), delimiter="\t" if tabs else ",") if any(row)]
        if len(rows) > MOST_LINES:
            raise forms.ValidationError(_("最多 %(number)s 行。") % {"number": MOST_LINES})
        reader = _Reader(self.scope, self.home)
        found = [reader.read(place, row) for place, row in enumerate(rows, start=1)]
        problems = [problem for problem in found if isinstance(problem, str)]
        if problems:
            raise forms.ValidationError(problems[:20])
        drafts = [draft for draft in found if isinstance(draft, NeedDraft)]
        if len({(draft.unit, draft.field, draft.level) for draft in drafts}) < len(drafts):
            raise forms.ValidationError(_("同一单位的同一级别写了两行。"))
        return drafts


class _Reader:
    """Words of the office or codes of the pack, as the line has them."""

    def __init__(self, scope: Scope, home: Organisation) -> None:
        employers = employers_of(home, scope.language)
        self.units = {name: code for code, name in employers} | {code: code for code, _name in employers}
        names = [name for name in fields_of(scope.pack.schema) if name != AGE]
        self.fields = {title_of(name, scope): name for name in names} | {name: name for name in names}
        self.levels = {
            name: {words: code for code, words in levels_of(name, scope) if code}
            | {code: code for code, _words in levels_of(name, scope) if code}
            for name in names
        }

    def read(self, place: int, row: list[str]) -> NeedDraft | str:
        """The line as a need, or what is wrong with it in words."""
        cells = [cell.replace("\0", "").strip() for cell in [*row, "", "", "", "", ""]]
        unit, name = self.units.get(cells[0]), self.fields.get(cells[1])
        if unit is None:
            return _("第 %(line)s 行：没有单位“%(word)s”。") % {"line": place, "word": cells[0][:40]}
        if name is None:
            return _("第 %(line)s 行：没有结构项“%(word)s”。") % {"line": place, "word": cells[1][:40]}
        level = self.levels[name].get(cells[2])
        if level is None:
            return _("第 %(line)s 行：没有级别“%(word)s”。") % {"line": place, "word": cells[2][:40]}
        if not re.fullmatch(r"[0-9]{1,6}", cells[3]) or int(cells[3]) > MOST_PEOPLE:
            return _("第 %(line)s 行：人数“%(word)s”不是整数。") % {"line": place, "word": cells[3][:40]}
        return NeedDraft(unit, name, level, int(cells[3]), cells[4])


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def needs(request: HttpRequest) -> HttpResponse:
    """What stands today, and the lines that change it."""
    scope = current_scope(request)
    home = home_of(scope)
    may_state_needs(user_of(request), home).or_refuse()
    form = NeedsForm(
        request.POST if request.method == "POST" else None,
        scope=scope,
        home=home,
        initial={"since": scope.as_of},
    )
    if request.method == "POST" and form.is_valid():
        made = state_needs(
            home=home,
            needs=form.cleaned_data["lines"],
            day=form.cleaned_data["since"],
            by=user_of(request),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("已登记 %(number)s 项需求。") % {"number": len(made)})
        return go(request, "desk:stocktake-needs")
    words = {name: dict(levels_of(name, scope)) for name in fields_of(scope.pack.schema)}
    names = dict(employers_of(home, scope.language))
    rows = [
        (
            names.get(need.unit.code, need.unit.name),
            title_of(need.field, scope),
            words[need.field].get(need.level, need.level),
            need,
        )
        for need in needs_on(home, scope.as_of, None)
        if need.field in words
    ]
    context = {"form": form, "rows": rows}
    return render(request, "desk/stocktake/needs.html", context, status=422 if form.errors else 200)
