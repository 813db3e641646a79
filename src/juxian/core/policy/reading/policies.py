"""A whole policy file (一份政策文件)."""

from __future__ import annotations

from typing import cast

from juxian.core.facts.schema import Schema
from juxian.core.policy.document import BASES, STAGES, Basis, Circular, Policy
from juxian.core.policy.names import names_of_schema
from juxian.core.policy.reading.versions import Versions
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, errors_in
from juxian.core.text import Text

_POLICY_KEYS = (
    "policy",
    "title",
    "summary",
    "basis",
    "source",
    "document",
    "stage",
    "versions",
    "caps",
    "opt_out_days",
    "note",
)
_DOCUMENT_KEYS = ("title", "reference", "issuer", "trial", "published", "url", "id")


def read_policy(document: Document, schema: Schema) -> tuple[Policy | None, list[Problem]]:
    """The policy that ``document`` holds, or None with every problem; warnings may come with a policy."""
    reader = _Reader(document, names_of_schema(schema))
    policy = reader.policy()
    return (None if errors_in(reader.problems) else policy), reader.in_order()


class _Reader(Versions):
    def policy(self) -> Policy | None:
        if not self.mapping((), _POLICY_KEYS, ("policy", "title", "basis", "versions")):
            return None
        basis = cast(Basis, self.choice(("basis",), BASES, "assumed"))
        caps = self.caps(("caps",))
        self.opt_out_days = self.days_to_object(("opt_out_days",))
        versions = self.versions(basis, caps)
        return Policy(
            id=self.code(("policy",)),
            title=self.title(("title",)) or Text(""),
            summary=self.title(("summary",)) or Text(""),
            basis=basis,
            source=self.text(("source",)),
            document=self.circular(("document",)),
            stage=self.choice(("stage",), STAGES),
            versions=versions,
            origin=self.document,
            paths=self.paths,
        )

    def circular(self, path: Path) -> Circular:
        if self.get(path) is None or not self.mapping(path, _DOCUMENT_KEYS):
            return Circular()
        return Circular(
            title=self.text((*path, "title")),
            reference=self.text((*path, "reference")) or self.text((*path, "id")),
            issuer=self.text((*path, "issuer")),
            trial=self.flag((*path, "trial")),
            published=self.day((*path, "published")),
            url=self.text((*path, "url")),
        )
