"""What a process of its own answers, and what is said of one that does not."""

from __future__ import annotations

import pytest

from juxian.core.confinement import TooHeavy, answer_of


def test_a_process_that_cannot_begin_is_a_fault_of_the_installation() -> None:
    with pytest.raises(RuntimeError, match="no_such_module"):
        answer_of("juxian.core.no_such_module", b"", 30)


def test_what_fails_while_it_works_is_too_heavy() -> None:
    with pytest.raises(TooHeavy):
        answer_of("juxian.core.files.confined", b"no json", 30)


def test_what_takes_too_long_is_too_heavy() -> None:
    with pytest.raises(TooHeavy):
        answer_of("juxian.core.files.confined", b"{}", 0.001)
