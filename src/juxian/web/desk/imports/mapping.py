"""What the columns of a table mean, corrected by hand (列对应)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from juxian.apps.imports.actions import correct_mapping
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.rules import may_decide
from juxian.core.facts.schema import Schema
from juxian.core.source import Rejected
from juxian.core.tables.mapping import NUMBER, NUMBER_KIND, How
from juxian.web.desk.imports.batch import wording_for
from juxian.web.desk.imports.finding import SENDERS, find_batch
from juxian.web.desk.imports.forms import MappingForm
from juxian.web.desk.imports.wording import Wording
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go


@for_roles(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Read on GET; on POST the file is read again with the corrected columns, which are remembered."""
    batch = find_batch(request, pk)
    table = get_object_or_404(batch.tables.select_related("batch"), position=position)
    words = wording_for(batch)
    open_ = batch.state == BatchState.STAGED
    form = MappingForm(
        request.POST if request.method == "POST" else None,
        columns=table.columns,
        choices=_choices(words.schema, words),
    )
    if request.method == "POST":
        may_decide(user_of(request), batch).or_refuse()
        if not open_:
            return go(request, "desk:import", pk=pk)
        if form.is_valid():
            try:
                correct_mapping(table=table, targets=form.targets(), by=user_of(request))
            except Rejected as refused:
                form.add_error(None, "\n".join(problem.message.zh for problem in refused.problems))
            else:
                return go(request, "desk:import", pk=pk)
    context = {
        "batch": batch,
        "table": table,
        "form": form,
        "open": open_,
        "columns": [_shown(column, form, words) for column in table.columns if column["header"]],
        "skipped": [{**item, "role": _role(item["role"])} for item in table.skipped],
    }
    return render(request, "desk/imports/mapping.html", context, status=422 if form.errors else 200)


def _choices(schema: Schema, words: Wording) -> list[tuple[str, Any]]:
    """Every target in groups: documents, then the kinds of facts."""
    groups: list[tuple[str, Any]] = [("", _("不导入"))]
    groups.append((_("证件"), [(NUMBER, words.target(NUMBER)), (NUMBER_KIND, words.target(NUMBER_KIND))]))
    for kind in schema.kinds.values():
        targets = [f"{kind.code}.{name}" for name in kind.fields]
        targets += [f"{kind.code}.since", *([f"{kind.code}.until"] if kind.lasting else [])]
        options = [(target, words.target(target)) for target in targets]
        if not kind.single and kind.lasting is False:
            options += [(f"{target}@2", words.target(f"{target}@2")) for target in targets]
        groups.append((kind.title.in_language(words.language), options))
    return groups


def _shown(column: dict[str, Any], form: MappingForm, words: Wording) -> dict[str, Any]:
    return {
        **column,
        "field": form[f"column_{column['index']}"],
        "how": _how(column["how"]),
        "meaning": words.target(column["target"]),
        "sample": formats.listed(column["sample"]),
        "tone": "ok" if column["confidence"] >= 90 else "warn",
    }


def _how(how: str) -> str:
    return {
        How.REMEMBERED: _("沿用上次的修正"),
        How.TITLE: _("列名一致"),
        How.VARIANT: _("列名相近写法"),
        How.CONTEXT: _("参照相邻列"),
        How.NEAR: _("列名相似，请核对"),
        How.VALUES: _("按内容判断，请核对"),
        How.BY_HAND: _("人工指定"),
        How.REPEATED: _("与前面的列重复"),
        How.DERIVED: _("由系统推算"),
        How.ORDINAL: _("序号"),
        How.UNKNOWN: _("不认识的列名"),
        How.EMPTY: _("没有列名"),
    }[How(how)]


def _role(role: str) -> str:
    return {
        "title": _("标题"),
        "header": _("表头"),
        "repeated": _("重复的表头"),
        "total": _("合计"),
        "note": _("说明"),
        "section": _("分组标题"),
        "signature": _("落款"),
        "numbered": _("空白编号行"),
    }.get(role, role)
