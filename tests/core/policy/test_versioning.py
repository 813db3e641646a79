"""Versions that apply already: told when a text changes them, and kept beside the change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.policy import Policy
from juxian.core.policy.drafts import read_draft
from juxian.core.policy.versioning import kept_apart, rewritten_versions

PACK = load_pack(find_packs_dir() / "loudi")
BEFORE = PACK.policies["core-teams"]
TEXT = BEFORE.origin.source.text
TODAY, LATER, NEW = date(2026, 11, 29), date(2027, 1, 1), "min(团队核定资助, 600万元)"
OLD = "min(团队核定资助, 500万元)"


def policy(text: str) -> Policy:
    found, problems = read_draft(text, "core-teams", PACK.schema)
    assert found, problems
    return found


CHANGED = policy(TEXT.replace(OLD, NEW))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TEXT, []),
        (TEXT + "# 说明\n", []),
        (TEXT.replace(OLD, NEW), [date(2022, 4, 13)]),
        (TEXT.replace("1000万元", "900万元"), [date(2019, 4, 1)]),
        (TEXT[: TEXT.index("- since: 2022")], [date(2022, 4, 13)]),
        (TEXT + "opt_out_days: 5\n", [date(2019, 4, 1), date(2022, 4, 13)]),
    ],
)
def test_a_change_of_a_version_that_applies_is_told_with_its_day(text, told):
    assert rewritten_versions(BEFORE, policy(text), TODAY) == told


def test_a_version_that_does_not_apply_yet_may_be_rewritten():
    assert rewritten_versions(BEFORE, CHANGED, date(2022, 4, 12)) == []


def test_the_change_becomes_a_version_of_its_own_and_the_rest_stays_byte_for_byte():
    tail = "# 结尾的说明\n"
    changed = policy(TEXT.replace(OLD, NEW) + tail)

    text = kept_apart(BEFORE, changed, LATER, PACK.schema)

    block = TEXT[TEXT.index("- since: 2022") :].replace("2022-04-13", "2027-01-01", 1).replace(OLD, NEW)
    assert text == TEXT + block + tail
    found = policy(text)
    assert rewritten_versions(BEFORE, found, TODAY) == []
    assert [version.since for version in found.versions] == [date(2019, 4, 1), date(2022, 4, 13), LATER]


@pytest.mark.parametrize("since", [date(2022, 4, 13), date(2020, 1, 1)])
def test_a_day_that_is_not_after_the_newest_version_is_refused(since):
    assert kept_apart(BEFORE, CHANGED, since, PACK.schema) is None


def test_a_change_of_an_earlier_version_alone_is_not_taken_apart():
    assert kept_apart(BEFORE, policy(TEXT.replace("1000万元", "900万元")), LATER, PACK.schema) is None


def test_versions_that_are_not_lines_of_their_own_are_not_taken_apart():
    """The list of versions in one line."""
    head, versions = TEXT.split("versions:\n")
    flow = "versions: [{since: 2022-04-13, benefits: [{id: team-grant, title: 资助, article: 一, who: 全职, amount: %s}]}]\n"
    one, other = (policy(head + flow % amount) for amount in ("1万元", "2万元"))
    assert versions

    assert kept_apart(one, other, LATER, PACK.schema) is None


def test_every_policy_of_the_packs_that_are_here_can_be_kept_apart():
    """A changed note of the newest version, written beside it: what comes out is read again without mistakes."""
    told = 0
    for found in PACK.policies.values():
        text = found.origin.source.text
        newest = max(version.since for version in found.versions).isoformat()
        changed = text.replace(f"since: {newest}", f"since: {newest}\n  note: 改", 1)
        after, _problems = read_draft(changed, found.id, PACK.schema)
        if after is None:  # a note stands there already
            continue

        parted = kept_apart(found, after, date(2030, 1, 1), PACK.schema)

        closed = replace(found.versions[-1], until=None) != found.versions[-1]
        assert (parted is None) == closed, found.id
        told += parted is not None
    assert told > 3
