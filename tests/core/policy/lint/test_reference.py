"""The reference pages tell every code of the lint."""

import pytest

from juxian.core.policy.lint import CODES
from tests.docs.pages import DOCS, LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_row(language):
    page = (DOCS / language / "reference" / "policy-lint.md").read_text(encoding="utf-8")

    assert [code for code in CODES if f"| {code} |" not in page] == []
