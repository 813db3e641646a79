"""Letters: placeholders of a fixed list, and their words filled in (文书).

S131 unknown placeholder · S132 a brace that does not close · S133 a placeholder in one language alone (a reminder).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from juxian.core.policy.names import close_words
from juxian.core.positioned import Path
from juxian.core.services.definition import Letter
from juxian.core.services.effects import EffectReader
from juxian.core.services.phrases import PLACEHOLDERS, RECIPIENTS
from juxian.core.source import problem_at
from juxian.core.text import Text

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}|[{}]")
_UNKNOWN = "—"


def render_letter(letter: Letter, values: Mapping[str, str], language: str) -> tuple[str, str]:
    """Subject and body in ``language``. values: by placeholder; one that is not given shows as ``—``."""
    subject, body = (_filled(part.in_language(language), values) for part in (letter.subject, letter.body))
    return subject, body


def placeholders_in(text: str) -> set[str]:
    return {match[1] for match in _PLACEHOLDER.finditer(text) if match[1] is not None}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], _UNKNOWN), text)


class LetterReader(EffectReader):
    """``letters`` of a file."""

    def letters(self, path: Path) -> dict[str, Letter]:
        return {name: letter for name, place in self.entries(path) if (letter := self.letter(name, place))}

    def letter(self, name: str, path: Path) -> Letter | None:
        if not self.mapping(path, ("to", "subject", "body", "hold"), ("subject", "body")):
            return None
        to = tuple(word for word in self.texts((*path, "to")) if self.recipient((*path, "to"), word))
        subject, body = self.both_languages((*path, "subject")), self.both_languages((*path, "body"))
        for part, text in (("subject", subject), ("body", body)):
            self.check_placeholders((*path, part), text)
        return Letter(name, to or ("applicant",), subject, body, self.flag((*path, "hold")))

    def recipient(self, path: Path, word: str) -> bool:
        return self.known(path, word, RECIPIENTS, "S104", Text("收件人", "recipient"))

    def check_placeholders(self, path: Path, text: Text) -> None:
        mapping = isinstance(self.get(path), dict)
        for language, words in (("zh", text.zh), ("en", text.en)):
            place = (*path, language) if mapping else path
            for match in _PLACEHOLDER.finditer(words) if words else ():
                self.check_placeholder(place, match)
        if text.en and (apart := placeholders_in(text.zh) ^ placeholders_in(text.en)):
            shown = [f"{{{word}}}" for word in sorted(apart)]
            message = Text(
                f"只在一种语言中出现：{'、'.join(shown)}", f"found in one language alone: {', '.join(shown)}"
            )
            self.wrong(path, "S133", message, severity="warning")

    def check_placeholder(self, path: Path, match: re.Match[str]) -> None:
        word = match[1]
        if word in PLACEHOLDERS:
            return
        span = self.document.span_within(path, match.start(), match.end() - match.start())
        if word is None:
            message, code = Text(f"“{match[0]}”没有配对", f"“{match[0]}” has no partner"), "S132"
            hint = Text("写成 {number}", "write {number}")
        else:
            near = close_words(word, PLACEHOLDERS) or list(PLACEHOLDERS)
            message, code = Text(f"没有占位符 {{{word}}}", f"there is no placeholder {{{word}}}"), "S131"
            hint = Text(
                "可写：" + "、".join(f"{{{name}}}" for name in near),
                "write one of " + ", ".join(f"{{{name}}}" for name in near),
            )
        self.problems.append(problem_at(self.document.source, span, code, message, hint))
