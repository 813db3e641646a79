"""Services in plain words: what is asked, who decides, how long it takes (办事指南). Made from the definitions alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from juxian.core.facts.schema import ProfileField, Schema
from juxian.core.packs.schema import Pack
from juxian.core.policy.language import Expression
from juxian.core.policy.nodes import AllOf
from juxian.core.policy.wording import statement
from juxian.core.services import Party, Relation, Service
from juxian.core.services.bundles import Bundle
from juxian.core.services.definition import Material, Move, Post, Step, StepKind
from juxian.core.services.diagram import layout
from juxian.core.services.phrases import RELATIONS, TOPICS, action_title
from juxian.core.workdays import Period, Unit
from juxian.web.kit import formats, phrases
from juxian.web.kit.policies import BASIS_TONES

AUDIENCES: Mapping[str, str | Promise] = {
    "person": gettext_lazy("人才个人"),
    "employer": gettext_lazy("用人单位"),
    "public": gettext_lazy("社会公众"),
}
TOPIC_ICONS = {
    "recognition": "award",
    "subsidy": "banknote",
    "housing": "house",
    "living": "users",
    "career": "briefcase-business",
    "innovation": "folder-kanban",
    "voice": "scale",
}


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service in a catalogue. ``limit``: time for the whole case in words, empty when none is set."""

    id: str
    title: str
    summary: str
    topic: str
    audience: tuple[str, ...]
    limit: str
    materials: int
    basis: str
    basis_tone: str


@dataclass(frozen=True, slots=True)
class MaterialRow:
    title: str
    need: str
    tone: str
    when: tuple[str, ...]
    held: str  # fact kind of which evidence in the register stands in, in words
    formats: str
    help: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """Who works on a step, and how long. ``only_if``: the branch is asked under these conditions alone."""

    title: str
    who: str
    limit: str
    only_if: tuple[str, ...] = ()
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class StepRow:
    """``ways``: what may come of the step: title of the action, where it leads, under which conditions."""

    title: str
    kind: str
    posts: tuple[PostRow, ...]
    ways: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the form. ``known``: the register knows the answer, so that nobody fills it in."""

    title: str
    help: str
    required: bool
    known: bool
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    row: ServiceRow
    who: tuple[str, ...]
    sections: tuple[tuple[str, tuple[Question, ...]], ...]
    musts: tuple[str, ...]
    materials: tuple[MaterialRow, ...]
    steps: tuple[StepRow, ...]
    results: tuple[str, ...]
    supplement: str
    withdrawal: str
    counted_from: str
    source: str
    note: str


def words_schema(service: Service) -> Schema:
    """The vocabulary with the form's own questions, so that a condition names them by their titles."""
    own = {field.name: ProfileField(field.name, field.title, field.type) for field in service.fields.values()}
    return replace(service.schema, profile={**service.schema.profile, **own})


def conditions(expression: Expression | None, schema: Schema, language: str) -> tuple[str, ...]:
    """The parts that must all hold, each in words; nothing for no condition."""
    if expression is None:
        return ()
    clause = expression.clause
    parts = clause.parts if isinstance(clause, AllOf) else (clause,)
    return tuple(statement(part, schema).in_language(language) for part in parts)


def period_words(period: Period) -> str:
    """``10 个工作日``, ``15 日``."""
    if period.unit is Unit.WORKING:
        return ngettext("%(days)d 个工作日", "%(days)d 个工作日", period.days) % {"days": period.days}
    return ngettext("%(days)d 日", "%(days)d 日", period.days) % {"days": period.days}


def party_words(party: Party, pack: Pack, language: str) -> str:
    """Who acts, by the name that the organisation has at the place."""
    if party.relation is Relation.UNIT:
        code = pack.units.get(party.unit, "")
        found = next((entry for entry in pack.organisations if entry.code == code), None)
        return found.name.in_language(language) if found else party.unit
    return RELATIONS[party.relation].in_language(language)


def service_row(service: Service, language: str) -> ServiceRow:
    return ServiceRow(
        id=service.id,
        title=service.title.in_language(language),
        summary=service.summary.in_language(language),
        topic=service.topic,
        audience=tuple(str(AUDIENCES[word]) for word in service.audience),
        limit=period_words(service.limit.period) if service.limit else "",
        materials=len(service.materials),
        basis=str(phrases.BASIS[service.basis]) if service.basis else "",
        basis_tone=BASIS_TONES.get(service.basis, "mute"),
    )


def catalogue(services: Iterable[Service], language: str) -> list[tuple[str, str, list[ServiceRow]]]:
    """(topic, its title, rows) in the order of the topics; what has no topic comes last."""
    rows = [service_row(service, language) for service in services if service.audience]
    topics = {**{code: text.in_language(language) for code, text in TOPICS.items()}, "": _("其他事项")}
    found = ((code, title, [row for row in rows if row.topic == code]) for code, title in topics.items())
    return [(code, title, mine) for code, title, mine in found if mine]


def bundle_rows(bundles: Iterable[Bundle], pack: Pack, language: str) -> list[tuple[Bundle, str, str, str]]:
    """(bundle, title, summary, titles of its services)."""
    return [
        (
            bundle,
            bundle.title.in_language(language),
            bundle.summary.in_language(language),
            formats.listed(pack.services[name].title.in_language(language) for name in bundle.services),
        )
        for bundle in bundles
    ]


def guide(service: Service, pack: Pack, language: str) -> Guide:
    return _Guiding(service, pack, language).guide()


@dataclass(frozen=True)
class _Guiding:
    service: Service
    pack: Pack
    language: str

    def guide(self) -> Guide:
        service = self.service
        return Guide(
            row=service_row(service, self.language),
            who=self._conditions(service.who),
            sections=tuple(
                (
                    section.title.in_language(self.language),
                    tuple(self._question(name) for name in (field.name for field in section.fields)),
                )
                for section in service.sections
            ),
            musts=tuple(must.message.in_language(self.language) for must in service.musts),
            materials=tuple(self._material(material) for material in service.materials.values()),
            steps=tuple(self._step(step) for step in self._in_order()),
            results=tuple(end.title.in_language(self.language) for end in service.ends.values()),
            supplement=self._supplement(),
            withdrawal=self._withdrawal(),
            counted_from=service.cut_off.strftime("%H:%M") if service.cut_off else "",
            source=service.source,
            note=service.note.in_language(self.language),
        )

    def _conditions(self, expression: Expression | None) -> tuple[str, ...]:
        return conditions(expression, words_schema(self.service), self.language)

    def _in_order(self) -> list[Step]:
        """Steps from the top of the drawing to its foot."""
        places = {box.id: (box.layer, box.x) for box in layout(self.service).boxes}
        return sorted(self.service.steps.values(), key=lambda step: places[step.id])

    def _question(self, name: str) -> Question:
        field = self.service.fields[name]
        return Question(
            title=field.title.in_language(self.language),
            help=field.help.in_language(self.language),
            required=field.required,
            known=bool(field.prefill),
            when=self._conditions(field.shown_if or field.required_if),
        )

    def _material(self, material: Material) -> MaterialRow:
        kind = self.service.schema.kinds.get(material.evidence)
        need, tone = (_("必交"), "info") if material.required else (_("选交"), "mute")
        if not material.required and material.required_if:
            need, tone = _("视情况"), "warn"
        return MaterialRow(
            title=material.title.in_language(self.language),
            need=need,
            tone=tone,
            when=self._conditions(material.required_if),
            held=kind.title.in_language(self.language) if kind else "",
            formats=_("%(formats)s，不超过 %(size)d MB")
            % {"formats": formats.listed(material.formats).upper(), "size": material.max_mb},
            help=material.help.in_language(self.language),
        )

    def _step(self, step: Step) -> StepRow:
        return StepRow(
            title=step.title.in_language(self.language),
            kind=step.kind,
            posts=tuple(self._post(post, step) for post in step.posts),
            ways=tuple(way for name, move in step.moves.items() for way in self._ways(name, move)),
        )

    def _post(self, post: Post, step: Step) -> PostRow:
        who = dict.fromkeys(party_words(party, self.pack, self.language) for party in post.who)
        return PostRow(
            title=post.title.in_language(self.language) if step.kind is StepKind.PARALLEL else "",
            who=" / ".join(who),
            limit=period_words(post.limit.period) if post.limit else "",
            only_if=self._conditions(post.only_if),
            second_person=post.second_person,
        )

    def _ways(self, action: str, move: Move) -> list[tuple[str, str, tuple[str, ...]]]:
        title = (move.title if move.title.zh else action_title(action)).in_language(self.language)
        return [
            (
                title,
                self.service.title_of(route.to).in_language(self.language),
                self._conditions(route.when),
            )
            for route in move.routes
        ]

    def _supplement(self) -> str:
        rule = self.service.supplement
        if rule is None:
            return ""
        return _("退回补正的，须在 %(period)s 内补交，最多 %(times)d 次；补正期间办理时限暂停。") % {
            "period": period_words(rule.period),
            "times": rule.times,
        }

    def _withdrawal(self) -> str:
        rule = self.service.withdrawal
        if rule is None:
            return ""
        titles = [self.service.title_of(state).in_language(self.language) for state in rule.states]
        return _("在以下环节可以撤回：%(steps)s。") % {"steps": formats.listed(titles)}
