"""Cases in words, for every audience: answers, materials, steps, history (办件的表述)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.files.models import StoredFile
from juxian.apps.services.models import Case, CaseEffect, CaseEvent
from juxian.core.facts.schema import Kind
from juxian.core.facts.values import show_value
from juxian.core.identity.masking import mask_middle
from juxian.core.packs.schema import Pack
from juxian.core.services import CaseState, Service, materials_needed
from juxian.core.services.answers import Need, shown_fields
from juxian.core.services.definition import FormField
from juxian.core.services.phrases import ROLES, action_title
from juxian.web.kit.dossier import names_of

# lines of the history that the office adds beside the steps
NOTES: dict[str, str | Promise] = {
    "assign": _("指派专员"),
    "hand_over": _("移交"),
    "move": _("转交其他机构"),
    "agenda": _("提请联席会议"),
    "resolution": _("联席会议决议"),
}
RESULT_TONES = {"granted": "ok", "refused": "bad", "withdrawn": "mute", "lapsed": "mute", "closed": "ok"}
EVENT_TONES = {"return": "warn", "refuse": "bad", "fail": "bad", "decline": "bad", "reject": "warn", "lapse": "mute", "overdue": "bad", "withdraw": "mute"}  # fmt: skip
NEEDS: dict[Need, str | Promise] = {
    Need.REQUIRED: _("必须提交"),
    Need.OPTIONAL: _("可不提交"),
    Need.HELD: _("已有凭证，免提交"),
    Need.NOT_NEEDED: _("无需提交"),
}
EFFECTS: dict[str, str | Promise] = {
    "fact": _("登记信息项"),
    "end_fact": _("信息项失效"),
    "grant": _("核定待遇"),
    "hand_over": _("转入"),
    "open": _("另开办件"),
    "card": _("人才服务卡"),
}
HANDED_OVER: dict[str, str | Promise] = {
    "housing": _("人才公寓"),
    "repairs": _("公寓维修"),
    "recruitment": _("招才引智"),
    "reviews": _("专家评审"),
    "care": _("联系服务"),
}
CARD_ACTS: dict[str, str | Promise] = {
    "issue": _("制发"),
    "renew": _("续期"),
    "replace": _("补办"),
    "revoke": _("注销"),
}
MADE: dict[str, str | Promise] = {"no lease": _("申请人没有租约")}
NUMBERED = ("card", "application")  # what was made is known by its number
LONGEST_PATH = 8


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One field with its answer in words. hidden: the value is masked. mark: what has to be supplemented, or None."""

    name: str
    title: str
    value: str
    hidden: bool = False
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What a decision does. waits_for: why it is not done yet. made: the number of what was made, or why nothing was."""

    title: str
    target: str
    state: str | Promise
    waits_for: str
    made: str


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One document. files: what was handed in; names: files that are not kept here (of an import)."""

    name: str
    title: str
    need: str | Promise
    files: Sequence[StoredFile]
    names: Sequence[str] = ()
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step for ``c-steps``: state done, now or next."""

    title: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of the history in words."""

    at: datetime
    title: str
    who: str
    step: str
    reason: str
    more: str
    tone: str
    marks: Sequence[str] = field(default_factory=tuple)


def answer_sections(
    service: Service, state: CaseState, language: str, *, day: date, revealed: frozenset[str] = frozenset()
) -> list[tuple[str, list[AnswerRow]]]:
    """The form as it was filled in, section by section; sensitive values are masked unless ``revealed``."""
    shown = shown_fields(service, state.answers, state.profile, day)
    marks = {mark.name: mark.note for mark in state.marks}
    names = names_of(_organisations(shown.values(), state.answers), language)
    sections = []
    for section in service.sections:
        rows = [
            _answer(item, service, state, language, names, marks, revealed)
            for item in section.fields
            if item.name in shown
        ]
        if rows:
            sections.append((section.title.in_language(language), rows))
    return sections


def _organisations(fields: Iterable[FormField], answers: Mapping[str, Any]) -> set[str]:
    return {
        str(answers[item.name])
        for item in fields
        if item.type.kind is Kind.ORGANISATION and answers.get(item.name)
    }


def _answer(
    item: FormField,
    service: Service,
    state: CaseState,
    language: str,
    names: Mapping[str, str],
    marks: Mapping[str, str],
    revealed: frozenset[str],
) -> AnswerRow:
    value = state.answers.get(item.name)
    hidden = item.sensitive and value is not None and item.name not in revealed
    words = masked(str(value)) if hidden else show_value(value, item.type, service.schema, language)
    if item.type.kind is Kind.ORGANISATION and not hidden:
        words = names.get(str(value), words)
    return AnswerRow(item.name, item.title.in_language(language), words, hidden, marks.get(item.name))


def masked(text: str) -> str:
    """The last four characters of a long value, none of a short one."""
    return mask_middle(text, 0, 4) if len(text) > 7 else "*" * max(3, len(text))


def material_rows(
    service: Service,
    state: CaseState,
    files: Mapping[str, Sequence[StoredFile]],
    language: str,
    day: date,
) -> list[MaterialRow]:
    needs = materials_needed(service, state.answers, state.profile, state.held, day)
    marks = {mark.name: mark.note for mark in state.marks}
    return [
        MaterialRow(
            name=name,
            title=material.title.in_language(language),
            need=NEEDS[needs[name]],
            files=files.get(name, ()),
            names=() if files.get(name) else state.materials.get(name, ()),
            mark=marks.get(name),
        )
        for name, material in service.materials.items()
        if needs[name] is not Need.NOT_NEEDED or state.materials.get(name)
    ]


def step_rows(service: Service, case: Case, events: Iterable[CaseEvent], language: str) -> list[StepRow]:
    """Steps behind, the present one, and the shortest way ahead."""
    visited = list(
        dict.fromkeys(event.before for event in events if event.before != event.after and event.before)
    )
    ahead = [] if case.ended else _ahead(service, case.state)
    path = [state for state in visited if state != case.state]
    rows = [StepRow(title_of(service, state, language), "done") for state in path]
    rows.append(StepRow(title_of(service, case.state, language), "done" if case.ended else "now"))
    return [*rows, *(StepRow(title_of(service, state, language), "next") for state in ahead)]


def _ahead(service: Service, state: str) -> list[str]:
    """The states of the first action of each step, by its first route."""
    found: list[str] = []
    while state in service.steps and len(found) < LONGEST_PATH:
        move = next(iter(service.steps[state].moves.values()))
        state = move.routes[0].to
        if state in found:
            break
        found.append(state)
    return found


def title_of(service: Service, state: str, language: str) -> str:
    return service.title_of(state).in_language(language)


def action_words(service: Service, state: str, action: str, language: str) -> str:
    """What an action is called in the step where it was taken."""
    if action in NOTES:
        return str(NOTES[action])
    step = service.steps.get(state)
    move = step.moves.get(action) if step else None
    return (move.title if move else action_title(action)).in_language(language)


def effect_rows(effects: Iterable[CaseEffect], pack: Pack, language: str) -> list[EffectRow]:
    """The effects of a case in words; codes stay only where the pack does not know them any more."""
    return [
        EffectRow(
            title=str(EFFECTS.get(effect.kind, effect.kind)),
            target=_target_title(effect, pack, language),
            state=effect.get_state_display(),
            waits_for=effect.waits_for,
            made=_made(effect.made),
        )
        for effect in effects
    ]


def _target_title(effect: CaseEffect, pack: Pack, language: str) -> str:
    target = effect.target
    if effect.kind in ("fact", "end_fact") and target in pack.schema.kinds:
        return pack.schema.kinds[target].title.in_language(language)
    if effect.kind == "open" and target in pack.services:
        return pack.services[target].title.in_language(language)
    if effect.kind == "grant":
        found = (policy.benefits[target] for policy in pack.policies.values() if target in policy.benefits)
        return next((benefit.title.in_language(language) for benefit in found), target)
    words = HANDED_OVER if effect.kind == "hand_over" else CARD_ACTS
    return str(words.get(target, target))


def _made(made: str) -> str:
    kind, _colon, number = made.partition(":")
    return str(MADE.get(made, "")) or (number if kind in NUMBERED else "")


def history_rows(events: Iterable[CaseEvent], service: Service, language: str) -> list[HistoryRow]:
    """The newest line first; ``events`` with their actors."""
    return [_line(event, service, language) for event in reversed(list(events))]


def _line(event: CaseEvent, service: Service, language: str) -> HistoryRow:
    role = next((words.in_language(language) for role, words in ROLES.items() if role == event.role), "")
    who = str(event.actor) if event.actor else str(_("系统")) if not event.role else role
    post = service.posts.get(event.task)
    step = (post.title if post else service.title_of(event.before)).in_language(language)
    names = [name for name in event.detail.get("marks", ()) if isinstance(name, str)]
    items = [service.fields.get(name) or service.materials.get(name) for name in names]
    return HistoryRow(
        at=event.at,
        title=action_words(service, event.before, event.action, language),
        who=" · ".join(part for part in (who, role if event.actor else "") if part),
        step=step,
        reason=event.reason,
        more=_more(event, service, language),
        tone=EVENT_TONES.get(event.action, "ok" if event.before != event.after else "mute"),
        marks=[item.title.in_language(language) for item in items if item],
    )


def _more(event: CaseEvent, service: Service, language: str) -> str:
    """On whose behalf, what was proposed, which days moved."""
    parts = []
    if event.on_behalf:
        parts.append(str(_("代申请人办理")))
    for key in ("proposes", "proposed"):
        if event.detail.get(key):
            parts.append(action_words(service, event.before, str(event.detail[key]), language))
    if event.action == "redate":
        parts += [f"{days[0]} → {days[1]}" for key, days in event.detail.items() if isinstance(days, list)]
    return " · ".join(parts)
