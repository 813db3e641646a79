"""Several people at one case at the same moment, on both databases: one wins, nothing happens twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT

pytestmark = pytest.mark.own_databases


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def raced(request, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What six threads were told in each race of ``race``, and what stands afterwards."""
    home, more = tmp_path_factory.mktemp("races"), {"JUXIAN_SECRET_KEY": "only-for-tests-" + "0" * 40}
    if request.param == "postgresql":
        more |= {
            "JUXIAN_DATABASE_URL": request.getfixturevalue("new_database")(),
            "JUXIAN_DATABASE_POOL": "false",
        }
    copy_migrated(home, more.get("JUXIAN_DATABASE_URL", ""))
    process = started(home, "tests.apps.services.race", PYTHONPATH=str(ROOT), **more)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return json.loads(out)


def test_of_many_at_one_step_one_is_first(raced):
    found = raced["one_step"]

    assert found["told"] == ["done", *["overtaken"] * 5]
    assert found["events"] == ["open", "submit", "endorse"]


def test_a_step_and_a_withdrawal_never_both_happen(raced):
    found = raced["withdrawal"]

    assert found["told"] == ["done", *["overtaken"] * 5]
    assert found["events"] in (["open", "submit", "endorse"], ["open", "submit", "withdraw"])


def test_parallel_branches_each_count_once(raced):
    found, done = raced["branches"], raced["branches"]["told"].count("done")
    [(_number, state, version)] = found["cases"]

    assert done <= 3
    assert version == 3 + done
    assert (state == "decide") == (done == 3)


def test_no_case_number_is_given_twice(raced):
    found = raced["numbers"]

    assert found["told"] == ["done"] * 6
    assert len({number for number, _state, _version in found["cases"]}) == 6


def test_workers_at_the_same_deadlines_let_each_act_once(raced):
    found = raced["clocks"]

    assert {state for _number, state, _version in found["cases"]} == {"granted"}
    assert (found["effects"], found["timers"]) == (6, 0)
    assert found["events"].count("quiet") == 1


def test_seats_say_what_turns_and_cases_say_whatever_happens_at_once(raced):
    assert (
        raced["officers"]["told"].count("done") >= 4
    )  # one officer may be overtaken by the other, or by the step
    assert {name: found["differing_seats"] for name, found in raced.items() if found["differing_seats"]} == {}
