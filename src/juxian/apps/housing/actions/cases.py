"""An application for a flat that a case has decided joins the queue (资格审定后转入轮候)."""

from __future__ import annotations

from typing import Any

from juxian.apps.housing.actions.applying import apply_for_flat
from juxian.apps.housing.models import Application, Estate
from juxian.apps.housing.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions.facts import living
from juxian.apps.services.queries.definitions import service_from
from juxian.apps.services.registry import EffectCall, EffectRefused
from juxian.core.facts.values import show_value
from juxian.core.housing.words import HOUSEHOLD_MEMBERS
from juxian.core.text import Text

NO_ESTATE = Text("本地没有人才公寓项目", "the place has no apartments")
SEVERAL = Text(
    "本地有多个公寓项目，请在轮候页代为登记",
    "there are several estates; enter the application on the page of one of them",
)
WISH = "wish"  # the field of the form that says which kind of flat is wished for
HOUSEHOLD = "household"  # the field of the form that says how many live there


def queue_of_case(call: EffectCall) -> str:
    """``application:<number>``; one that the person has already stands for it. Raises ``EffectRefused``."""
    person = living(call.case.person)
    found = Application.objects.live().filter(person=person).first()
    if found is None:
        try:
            found = apply_for_flat(
                estate=_estate(person.home), person=person, asked=_asked(call), day=call.since, by=None,
                wish=_wish(call),
            )  # fmt: skip
        except NotPossible as why:
            raise EffectRefused(Text(str(why))) from why
    return f"application:{found.number}"


def _wish(call: EffectCall) -> str:
    """The kind of flat that the form says is wished for, in the office's words."""
    code = (call.case.data or {}).get("answers", {}).get(WISH)
    if code is None:
        return ""
    service = service_from(call.case.definition)
    return show_value(code, service.fields[WISH].type, service.schema, "zh")


def _estate(home: Organisation) -> Estate:
    estates = list(Estate.objects.filter(home=home)[:2])
    if not estates:
        raise EffectRefused(NO_ESTATE)
    if len(estates) > 1:
        raise EffectRefused(SEVERAL)
    return estates[0]


def _asked(call: EffectCall) -> dict[str, Any]:
    """What the scheme may ask of the application, as far as the form has it."""
    members = (call.case.data or {}).get("answers", {}).get(HOUSEHOLD)
    return {} if members is None else {HOUSEHOLD_MEMBERS: members}
