"""Fields of a file among which are conditions of the rule language (含条件的字段)."""

from __future__ import annotations

from juxian.core.policy.fields import Fields
from juxian.core.policy.language import Expression, read_condition
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.names import Names
from juxian.core.positioned import Document, Path


class ConditionalFields(Fields):
    """``names``: the words that conditions may use."""

    def __init__(self, document: Document, names: Names) -> None:
        super().__init__(document)
        self.names = names

    def condition(self, path: Path) -> Expression | None:
        """A condition; none where nothing or ``是`` is written, which come out of YAML as nothing and true, ``否`` as false."""
        value = self.get(path)
        if value is None or value is True:
            return None
        text = "否" if value is False else self.text(path)
        if not text:
            return None
        expression, problems = read_condition(text, self.names, value_in(self.document, path))
        self.problems += problems
        return expression
