"""The reference page names every word that a definition may use (参考文档)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from juxian.core.services import definition, effects, forms, phrases, reading, steps, walking
from juxian.core.services.formats import FORMATS
from juxian.core.services.refusals import Why
from juxian.core.workdays import Unit

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/en/reference/service.md").read_text(encoding="utf-8")
PACKAGES = [ROOT / "src/juxian/core/services", ROOT / "src/juxian/core/workdays"]
WORDS = {
    "keys": [*reading._KEYS, *forms._FIELD_KEYS, *forms._MATERIAL_KEYS, *steps._STEP_KEYS, *steps._MOVE_KEYS, *walking._CASE_KEYS, *walking._STEP_KEYS],
    "kinds": [*definition.StepKind, *definition.Join, *definition.Result, *definition.EffectKind],
    "parties": [*definition.Role, *definition.Relation],
    "effects": [key for keys in effects._KEYS.values() for key in keys] + list(definition.HAND_OVERS) + list(definition.CARD_ACTS),
    "actions": [*phrases.ACTIONS, *phrases.RESERVED],
    "letters": [*(f"{{{word}}}" for word in phrases.PLACEHOLDERS), *phrases.RECIPIENTS, *phrases.AUDIENCES, *phrases.TOPICS, *phrases.BASES],
    "others": [*FORMATS, *Unit, *Why],
}  # fmt: skip


@pytest.mark.parametrize("group", WORDS)
def test_every_word_is_on_the_page(group):
    missing = [word for word in WORDS[group] if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", PAGE)]

    assert missing == []


def test_every_code_is_on_the_page_and_no_other():
    code = re.compile(r"\b[SW]1\d\d\b")
    sources = [path.read_text(encoding="utf-8") for package in PACKAGES for path in package.glob("*.py")]

    used = {found for text in sources for found in code.findall(text)}

    assert set(code.findall(PAGE)) == used
