"""Whatever is done to a log that was exported, the verifier finds it (篡改套件), and names where."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from juxian.core.audit import verifier
from juxian.core.audit.heads import Forged, public_pem, read_signed, signed_line, signing_key
from juxian.core.audit.verifier import FIRST, Finding, Head, canonical, entries_in, examine

KEY = signing_key(b"only-for-tests-" + b"2" * 32)
COLUMNS = ("action", "actor_id", "at", "detail", "reason", "subject_id")
SIZE, SIGNED = 12, (4, 8, 12)
Entry = tuple[int, str, dict[str, Any]]


def chained(contents: list[dict[str, Any]], numbers: list[int] | None = None) -> list[Entry]:
    """Entries whose digests fit, as a writer or a forger who recomputes everything makes them."""
    entries, before = [], FIRST
    for number, content in zip(numbers or range(1, len(contents) + 1), contents, strict=True):
        content = content | {"previous": before}
        before = hashlib.sha256(canonical(content)).hexdigest()
        entries.append((number, before, content))
    return entries


def content(step: int) -> dict[str, Any]:
    return {
        "action": "persons.registered",
        "actor_id": step % 3,
        "at": f"2026-01-01T00:00:{step:02}.000000+00:00",
        "detail": {"步": step},
        "reason": "核对",
        "subject_id": str(step),
    }


LOG = chained([content(step) for step in range(SIZE)])
HEADS = [Head(LOG[size - 1][0], size, LOG[size - 1][1]) for size in SIGNED]


def changed(entry: Entry, **values: Any) -> Entry:
    return entry[0], entry[1], entry[2] | values


def with_own_digest(entry: Entry) -> Entry:
    return entry[0], hashlib.sha256(canonical(entry[2])).hexdigest(), entry[2]


def renumbered(entries: list[Entry]) -> list[Entry]:
    return chained([dict(entry[2]) for entry in entries], list(range(1, len(entries) + 1)))


def edits() -> list[tuple[int, list[Entry]]]:
    """Each column of each entry, with the digest left as it was and with the entry's own digest made to fit."""
    found = []
    for place in range(SIZE):
        for column in COLUMNS:
            for fit in (False, True):
                forged = changed(LOG[place], **{column: "其他"})
                found.append(
                    (place, [*LOG[:place], with_own_digest(forged) if fit else forged, *LOG[place + 1 :]])
                )
    return found


def deletions() -> list[list[Entry]]:
    """Each run of entries taken out, the last ones included."""
    return [LOG[:start] + LOG[end:] for start, end in combinations(range(SIZE + 1), 2)]


def insertions() -> list[list[Entry]]:
    """A copy of an entry at each place, with a number between or of its own."""
    return [
        [*LOG[:place], (LOG[place][0], *LOG[other][1:]), *LOG[place:]]
        for place in range(SIZE)
        for other in range(SIZE)
    ]


def swaps() -> list[list[Entry]]:
    """Each two entries change their numbers."""
    found = []
    for first, second in combinations(range(SIZE), 2):
        entries = list(LOG)
        entries[first], entries[second] = (LOG[first][0], *LOG[second][1:]), (LOG[second][0], *LOG[first][1:])
        found.append(entries)
    return found


def recomputations() -> list[list[Entry]]:
    """Each of the above that changed contents, with everything behind it computed anew, so that the chain fits."""
    forged = [entries for _place, entries in edits()] + deletions() + insertions() + swaps()
    return [renumbered(entries) for entries in forged if entries]


def test_a_sound_log_fits_with_and_without_heads() -> None:
    assert examine(LOG) == Finding(SIZE)
    assert examine(LOG, HEADS) == Finding(SIZE)
    assert examine([]) == Finding(0)


def test_every_edit_is_found_at_its_entry_or_the_next() -> None:
    found = [(place, examine(entries, HEADS).broken) for place, entries in edits()]

    assert len(found) == 144
    assert [item for item in found if item[1] not in (item[0] + 1, item[0] + 2)] == [
        (place, broken) for place, broken in found if place in (3, 7, 11) and broken in (1, 5, 9)
    ]
    assert None not in [broken for _place, broken in found]


@pytest.mark.parametrize(
    ("forge", "count"), [(deletions, 78), (insertions, 143), (swaps, 66), (recomputations, 430)]
)
def test_every_forgery_is_found(forge: Callable[[], list[list[Entry]]], count: int) -> None:
    forged = [
        entries
        for entries in forge()
        if [entry[1:] for entry in entries[:SIZE]] != [entry[1:] for entry in LOG]
    ]

    missed = [entries for entries in forged if examine(entries, HEADS).broken is None]

    assert missed == []
    assert len(forged) == count


def test_without_heads_a_cut_end_and_a_recomputation_are_not_seen() -> None:
    """Why heads are kept elsewhere."""
    assert examine(LOG[:-1]).broken is None
    assert examine(renumbered(LOG[1:])).broken is None


def test_what_was_recomputed_is_named_after_the_last_head_that_agrees() -> None:
    forged = renumbered([*LOG[:6], changed(LOG[6], reason="其他"), *LOG[7:]])

    assert examine(forged, HEADS) == Finding(7, 5, "recomputed")


def test_a_cut_end_is_named() -> None:
    assert examine(LOG[:10], HEADS) == Finding(10, 11, "cut")


def test_the_chain_is_examined_from_a_head_on() -> None:
    assert examine(LOG[4:], start=HEADS[0]) == Finding(SIZE)
    assert examine(LOG[5:], start=HEADS[0]).broken == 6


# heads


def lines() -> list[str]:
    made: list[str] = []
    for head in HEADS:
        made.append(signed_line(head, "2026-01-01T00:00:00+00:00", made[-1] if made else "", KEY))
    return made


def test_signed_heads_are_read() -> None:
    assert read_signed(lines(), KEY.public_key()) == HEADS
    assert public_pem(KEY).startswith("-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize("position", range(3))
@pytest.mark.parametrize("key", ["number", "entries", "digest", "at", "before", "signature"])
def test_a_changed_head_is_found(position: int, key: str) -> None:
    forged = lines()
    forged[position] = canonical(json.loads(forged[position]) | {key: "9"}).decode()

    with pytest.raises(Forged) as found:
        read_signed(forged, KEY.public_key())

    assert found.value.line == position + 1


@pytest.mark.parametrize("forged", [[1, 2], [0, 2], [1, 0, 2], [0, 0, 1]])
def test_heads_taken_out_or_moved_are_found(forged: list[int]) -> None:
    with pytest.raises(Forged):
        read_signed([lines()[position] for position in forged], KEY.public_key())


@pytest.mark.parametrize(
    "line", ["", "x", "[]", "1", "null", "{}", '{"signature": 1}', '{"signature": "AA=="}']
)
def test_what_is_no_head_is_told(line: str) -> None:
    with pytest.raises(Forged):
        read_signed([line], KEY.public_key())


def test_another_key_signs_nothing() -> None:
    with pytest.raises(Forged):
        read_signed(lines(), signing_key(b"another-key-" + b"3" * 32).public_key())


# the file that stands alone


def run_alone(directory: Path, entries: list[Entry], heads: list[str]) -> subprocess.CompletedProcess[str]:
    log, kept = directory / "log.jsonl", directory / "heads.jsonl"
    rows = [json.dumps({"number": n, "digest": d, "content": c}, ensure_ascii=False) for n, d, c in entries]
    log.write_text("\n".join(rows), encoding="utf-8")
    kept.write_text("\n".join(heads), encoding="utf-8")
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(verifier.__file__), str(log), str(kept)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_verifier_stands_alone(tmp_path: Path) -> None:
    """With the standard library only: no site packages, no project."""
    sound, cut = run_alone(tmp_path, LOG, lines()), run_alone(tmp_path, LOG[:-1], lines())

    assert (sound.returncode, sound.stderr) == (0, "")
    assert "12 entries, 3 heads" in sound.stdout
    assert cut.returncode == 1
    assert "entry 12" in cut.stdout


def test_an_exported_line_is_read() -> None:
    number, digest, inner = LOG[0]
    line = json.dumps({"number": number, "digest": digest, "content": inner})

    assert list(entries_in([line, ""])) == [LOG[0]]
