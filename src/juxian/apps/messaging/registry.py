"""Templates of messages and where people are reached; both are named by other apps (消息模板与地址).

In ``AppConfig.ready``: ``template("funds.paid", Text("…{amount}…", "…"), Text(…))``, ``addresses(Channel.SMS, phone_of)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from juxian.apps.messaging.enums import Channel
from juxian.core.text import Text

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
MISSING = "—"
Addresses = Callable[[Iterable[Any]], Mapping[int, str]]  # users → id → address; who has none is left out


@dataclass(frozen=True, slots=True)
class Template:
    """held: a person reads it before it leaves. channels: by which it may leave."""

    name: str
    subject: Text
    body: Text
    held: bool = False
    channels: tuple[str, ...] = tuple(Channel.values)

    @property
    def placeholders(self) -> frozenset[str]:
        texts = (self.subject.zh, self.subject.en, self.body.zh, self.body.en)
        return frozenset(name for text in texts for name in _PLACEHOLDER.findall(text))

    def filled(self, values: Mapping[str, str | Text], language: str) -> tuple[str, str]:
        """Subject and body; a placeholder without a value shows as ``—``, values are never read as templates."""
        return (
            _filled(self.subject.in_language(language), values, language),
            _filled(self.body.in_language(language), values, language),
        )


_templates: dict[str, Template] = {}
_addresses: dict[str, Addresses] = {}


def template(
    name: str,
    subject: Text,
    body: Text,
    *,
    held: bool = False,
    channels: Iterable[str] = tuple(Channel.values),
) -> Template:
    """Register a template; the two languages have to hold the same placeholders."""
    made = Template(name, subject, body, held, tuple(channels))
    for part in (subject, body):
        if set(_PLACEHOLDER.findall(part.zh)) != set(_PLACEHOLDER.findall(part.en)):
            raise ValueError(f"{name}: the languages differ in their placeholders")
    _templates[name] = made
    return made


def template_called(name: str) -> Template:
    """Raises ``KeyError``."""
    return _templates[name]


def addresses(channel: str, resolver: Addresses) -> None:
    """Who knows the addresses of users for a channel; of mail it is the account itself."""
    _addresses[channel] = resolver


def addresses_of(channel: str) -> Addresses | None:
    return _addresses.get(channel)


def _filled(text: str, values: Mapping[str, str | Text], language: str) -> str:
    def word(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if value is None or value == "":
            return MISSING
        return value.in_language(language) if isinstance(value, Text) else value

    return _PLACEHOLDER.sub(word, text)
