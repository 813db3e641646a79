"""``services/<id>.yaml``: from a document to a checked service (读取事项定义).

S112 no English · S111 a step and an end of the same name · S129 a service does not begin with the application. Codes of the
parts stand in their modules, those of the whole in ``soundness``.
"""

from __future__ import annotations

import hashlib

from juxian.core.facts.schema import Schema
from juxian.core.positioned import Document
from juxian.core.services.definition import Service
from juxian.core.services.phrases import AUDIENCES, BASES, TOPICS
from juxian.core.services.soundness import check_whole
from juxian.core.services.steps import StepReader
from juxian.core.source import Problem, errors_in
from juxian.core.text import Text

STATES_LIMIT = 80  # steps and ends of one service
_REQUIRED = ("service", "title", "audience", "steps", "ends", "letters")
_KEYS = (
    *_REQUIRED, "summary", "note", "who", "cut_off", "deadline", "form", "musts", "materials", "supplement", "withdrawal",
    "topic", "basis", "source", "claims",
)  # fmt: skip


def read_service(document: Document, schema: Schema) -> tuple[Service | None, list[Problem]]:
    """The service that ``document`` holds, None when it has an error, and every problem in the order of the file.

    schema: the vocabulary in force. Conditions see the answers first, then the profile.
    """
    reader = _Reader(document, schema)
    service = reader.service()
    problems = reader.problems
    if service is not None and not errors_in(problems):
        problems = [*problems, *check_whole(service)]
    problems.sort(key=lambda problem: (problem.span.line, problem.span.column) if problem.span else (0, 0))
    return (None if errors_in(problems) else service), problems


class _Reader(StepReader):
    def service(self) -> Service | None:
        if not self.mapping((), _KEYS, _REQUIRED):
            return None
        self.states = tuple(dict.fromkeys((*self.names_at("steps"), *self.names_at("ends"))))
        if len(self.states) > STATES_LIMIT:
            message = Text(f"环节和结果超过 {STATES_LIMIT} 个", f"more than {STATES_LIMIT} steps and ends")
            self.wrong(("steps",), "S107", message, key=True)
        for name in {*self.names_at("steps")} & {*self.names_at("ends")}:
            message = Text(f"“{name}”既是环节又是结果", f"“{name}” is a step and an end")
            self.wrong(("ends", name), "S111", message, key=True)
        sections = self.form(("form",))
        audience = tuple(
            word
            for index, word in enumerate(self.texts(("audience",)))
            if self.known(("audience", index), word, AUDIENCES, "S104", Text("申请主体", "audience"))
        )
        return Service(
            id=self.code(("service",)),
            title=self.both_languages(("title",)),
            summary=self.wording(("summary",)),
            note=self.wording(("note",)),
            topic=self.choice(("topic",), list(TOPICS)),
            claims=self.texts(("claims",)),
            basis=self.choice(("basis",), list(BASES)),
            source=self.text(("source",)),
            audience=audience,
            who=self.condition(("who",)),
            sections=sections,
            musts=self.musts(("musts",)),
            materials=self.materials(("materials",)),
            steps=self.steps(("steps",)),
            ends=self.ends(("ends",)),
            letters=self.letters(("letters",)),
            supplement=self.supplement(("supplement",)),
            withdrawal=self.withdrawal(("withdrawal",)),
            limit=self.limit(("deadline",), ()),
            cut_off=self.hour(("cut_off",)),
            schema=self.schema,
            origin=self.document,
            digest=hashlib.sha256(self.document.source.text.encode()).hexdigest(),
        )

    def names_at(self, key: str) -> tuple[str, ...]:
        value = self.get((key,))
        return tuple(value) if isinstance(value, dict) else ()
