"""Taking a merge apart (拆分): what came after is assigned by source."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.linking.actions import CannotMerge, sources_after, unmerge
from juxian.apps.linking.queries import merges_visible_to
from juxian.apps.linking.rules import may_undo
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Both records, what came after the merge by source, and a reason."""
    home = home_of(current_scope(request))
    found = get_object_or_404(merges_visible_to(user_of(request)).filter(keep__home=home), pk=pk)
    may_undo(user_of(request), found).or_refuse()
    later = sources_after(found)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        wanted = set(request.POST.getlist("to_drop"))
        chosen = [item.source.pk for item in later if str(item.source.pk) in wanted]
        try:
            restored = unmerge(
                merge=found,
                by=user_of(request),
                reason=form.cleaned_data["reason"],
                to_drop=chosen,
            )
        except CannotMerge as refused:
            form.add_error("reason", str(refused))
        else:
            messages.success(request, _("已拆分，恢复档案 %(number)s。") % {"number": restored.number})
            return go(request, "desk:person", number=restored.number)
    context = {
        "merge": found,
        "later": later,
        "form": form,
        "facts": len(found.moved.get("persons.Fact.person", [])),
    }
    return render(request, "desk/linking/merge.html", context, status=422 if form.errors else 200)
