"""What a service is: form, materials, steps, deadlines, letters, effects (事项定义). Frozen data; read by ``reading``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from functools import cached_property
from typing import Any

from juxian.core.facts.schema import Schema, ValueType
from juxian.core.policy import Expression
from juxian.core.positioned import Document
from juxian.core.text import Text
from juxian.core.workdays import Period

NO_TEXT = Text("")
SERVICE_TIMER = "service"  # key of the timer over the whole case (总时限)
DEFAULT_FORMATS = ("pdf", "jpg", "png")  # of a material
REMIND = "remind"  # what a deadline does by default: it is told, nothing moves


class Role(StrEnum):
    """Who acts; the same words as the roles of accounts."""

    PERSON = "person"
    EMPLOYER = "employer"
    DEPARTMENT = "department"
    OFFICE = "office"
    LEADER = "leader"
    REVIEWER = "reviewer"


class Relation(StrEnum):
    """Which organisation, seen from the case."""

    APPLICANT = "applicant"  # the person or unit that applied
    EMPLOYER = "employer"  # the applicant's employer (用人单位)
    ABOVE_EMPLOYER = "above_employer"  # the unit above that (主管部门)
    OFFICE = "office"  # the talent office of the place (人才办)
    UNIT = "unit"  # a named unit: an organisation, or a duty that a place assigns (教育, 财政…)


# every pair of role and relation that somebody can hold
PARTIES = frozenset(
    {
        (Role.PERSON, Relation.APPLICANT),
        (Role.EMPLOYER, Relation.APPLICANT),
        (Role.EMPLOYER, Relation.EMPLOYER),
        (Role.DEPARTMENT, Relation.ABOVE_EMPLOYER),
        (Role.DEPARTMENT, Relation.UNIT),
        (Role.OFFICE, Relation.OFFICE),
        (Role.LEADER, Relation.OFFICE),
        (Role.LEADER, Relation.UNIT),
        (Role.REVIEWER, Relation.OFFICE),
        (Role.REVIEWER, Relation.UNIT),
    }
)


@dataclass(frozen=True, slots=True)
class Party:
    """A role in an organisation (办理主体). ``unit`` is set with Relation.UNIT only."""

    role: Role
    relation: Relation
    unit: str = ""

    @property
    def place(self) -> str:
        """``applicant``, ``employer``, ``unit:finance`` …: the word an actor must hold."""
        return f"{self.relation}:{self.unit}" if self.unit else str(self.relation)


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of the form (表单字段). ``prefill`` is a profile field.

    suggest: ``kind.field`` of the person's own facts; the newest stands in the field, to be changed or kept.
    """

    name: str
    title: Text
    type: ValueType
    required: bool = False
    required_if: Expression | None = None
    shown_if: Expression | None = None
    prefill: str = ""
    suggest: str = ""
    format: str = ""  # a further check of a text: see ``answers.FORMATS``
    help: Text = NO_TEXT
    sensitive: bool = False
    long: bool = False  # a text of several lines


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Must:
    """What has to hold of the answers together (校验规则)."""

    condition: Expression
    message: Text


@dataclass(frozen=True, slots=True)
class Material:
    """A document that is handed in (申请材料).

    evidence: fact kind; a verified fact of it with evidence stands in, so that nothing held already is asked (免提交).
    """

    name: str
    title: Text
    required: bool = True
    required_if: Expression | None = None
    evidence: str = ""
    formats: tuple[str, ...] = DEFAULT_FORMATS
    max_mb: int = 10
    help: Text = NO_TEXT


class EffectKind(StrEnum):
    FACT = "fact"  # a fact about the person begins
    END_FACT = "end_fact"  # facts of a kind end
    GRANT = "grant"  # a benefit is granted: a payment, quota or place follows
    HAND_OVER = "hand_over"  # another part of the product goes on
    OPEN = "open"  # a case of another service opens
    CARD = "card"  # the talent card of the person is issued, renewed, replaced, revoked


HAND_OVERS = ("housing", "repairs", "recruitment", "reviews", "care")
CARD_ACTS = (
    "issue",
    "renew",
    "replace",
    "revoke",
)  # kinds, benefits and terms of cards stand in the card file


CLAIMED = "claims"  # target of a grant: whichever of the service's claims the person is entitled to


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does (办理结果). ``target``: fact kind, benefit id, part of the product, service id, word of CARD_ACTS.

    constants: canonical values by fact field; answers: fact field → form field (``amount`` → form field for a grant).
    since: name of a date field of the form, or empty for the day of decision. months: length of a lasting fact, 0 open.
    """

    kind: EffectKind
    target: str
    constants: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    since: str = ""
    months: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """Where an action leads; the first route whose ``when`` holds is taken, unknown does not hold."""

    to: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """An action of a step (办理动作)."""

    action: str
    title: Text
    routes: tuple[Route, ...]
    reason: bool = False  # must be given in words
    letter: str = ""
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A deadline of a step (办理时限). ``late``: ``remind``, or the action that the clock performs then."""

    period: Period
    late: str = REMIND
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One place of work in a step (办理岗位): the step itself, or one branch of a parallel step."""

    key: str  # step, or step/branch
    title: Text
    who: tuple[Party, ...]
    limit: Limit | None = None
    may_return: bool = False
    second_person: bool = False  # another person has to confirm (双人复核)
    only_if: Expression | None = None  # the branch is left out when this does not hold


class StepKind(StrEnum):
    APPLY = "apply"  # the applicant fills in
    ENDORSE = "endorse"  # 推荐
    CHECK = "check"  # 审核
    PARALLEL = "parallel"  # 并联审核
    DECIDE = "decide"  # 决定
    NOTICE = "notice"  # 公示
    TASK = "task"  # something is done: a card made, keys handed over


class Join(StrEnum):
    """When a parallel step is over."""

    ALL = "all"  # all have answered; it passes when all pass
    FIRST_FAIL = "first_fail"  # as ``all``, but one that fails ends it at once
    ANY = "any"  # one that passes suffices; it fails when all fail


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    title: Text
    kind: StepKind
    posts: tuple[Post, ...]
    moves: Mapping[str, Move]
    join: Join = Join.ALL

    @property
    def targets(self) -> tuple[str, ...]:
        """States that its actions lead to, each once."""
        return tuple(dict.fromkeys(route.to for move in self.moves.values() for route in move.routes))


class Result(StrEnum):
    """How a case ends (办理结果)."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # not supplemented in time
    CLOSED = "closed"  # answered, nothing was asked for that could be granted


@dataclass(frozen=True, slots=True)
class End:
    """A final state (办结状态)."""

    id: str
    title: Text
    result: Result
    letter: str = ""
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplement:
    """Return for supplement (补正): how long, how often, where a case ends that is not answered."""

    period: Period
    lapses_to: str
    times: int = 1
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """From which steps the applicant may withdraw (撤回), and where that ends."""

    states: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in two languages (文书) with placeholders of a fixed list. hold: somebody reads it before it leaves."""

    id: str
    to: tuple[str, ...]  # applicant, employer, handlers
    subject: Text
    body: Text
    hold: bool = False


@dataclass(frozen=True, eq=False)
class Service:
    """A service with everything that happens in it. Compared by identity; ``digest`` tells versions apart."""

    id: str
    title: Text
    summary: Text
    audience: tuple[str, ...]
    who: Expression | None
    sections: tuple[Section, ...]
    musts: tuple[Must, ...]
    materials: Mapping[str, Material]
    steps: Mapping[str, Step]
    ends: Mapping[str, End]
    letters: Mapping[str, Letter]
    supplement: Supplement | None
    withdrawal: Withdrawal | None
    limit: Limit | None
    cut_off: time | None
    schema: Schema
    origin: Document
    digest: str
    note: Text = NO_TEXT
    topic: str = ""  # a word of ``phrases.TOPICS``: where a catalogue shows it
    claims: tuple[str, ...] = ()  # benefits that are asked for with it, beside those that its effects grant
    basis: str = ""  # sourced, analogue or assumed: where conditions and periods come from
    source: str = ""

    @cached_property
    def fields(self) -> dict[str, FormField]:
        return {item.name: item for section in self.sections for item in section.fields}

    @cached_property
    def posts(self) -> dict[str, Post]:
        return {post.key: post for step in self.steps.values() for post in step.posts}

    @cached_property
    def profile_fields(self) -> frozenset[str]:
        """Profile fields that the form or a condition reads: what a case keeps of the profile, and no more."""
        conditions = [self.who, *(must.condition for must in self.musts)]
        conditions += [item.required_if for item in self.materials.values()]
        conditions += [
            condition for item in self.fields.values() for condition in (item.required_if, item.shown_if)
        ]
        conditions += [post.only_if for post in self.posts.values()]
        for step in self.steps.values():
            conditions += [route.when for move in step.moves.values() for route in move.routes]
        read = {name for condition in conditions if condition is not None for name in condition.fields}
        return frozenset(
            (read | {item.prefill for item in self.fields.values()}) & self.schema.profile.keys()
        )

    @cached_property
    def first(self) -> Step:
        """The step in which a case opens."""
        return next(iter(self.steps.values()))

    @cached_property
    def benefits(self) -> tuple[str, ...]:
        """Benefits that are asked for with this service (申领的待遇), each once."""
        granted = (
            effect.target
            for effect in self.effects()
            if effect.kind is EffectKind.GRANT and effect.target != CLAIMED
        )
        return tuple(dict.fromkeys((*granted, *self.claims)))

    def title_of(self, state: str) -> Text:
        found = self.steps.get(state) or self.ends.get(state)
        return found.title if found else Text(state)

    def effects(self) -> Iterator[Effect]:
        for step in self.steps.values():
            for move in step.moves.values():
                yield from move.effects
        for end in self.ends.values():
            yield from end.effects
