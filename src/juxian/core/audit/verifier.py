"""Check an exported audit log against its chain and its heads (核验导出的审计日志).

    python verifier.py LOG.jsonl [HEADS.jsonl]

LOG: one JSON object a line, ``{"number": …, "digest": …, "content": {…}}``, as ``juxian audit export`` writes it.
HEADS: the lines of ``juxian audit sign``, best a copy that was kept on another machine. Needs Python 3.9 or newer and
nothing else; signatures of heads are checked by ``juxian audit verify``. Exit status 0: everything fits; 1: the first
entry that does not is named.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIRST = "0" * 64  # what the first entry names as the one before


@dataclass(frozen=True)
class Head:
    """The last entry of the log at some moment. entries: how many there were, this one included."""

    number: int
    entries: int
    digest: str


@dataclass(frozen=True)
class Finding:
    """entries: how many fit. broken: number of the first that does not, or None. why: a word of ``WORDS``."""

    entries: int
    broken: int | None = None
    why: str = ""


WORDS = {
    "edited": ("内容与摘要不符", "its content does not fit its digest"),
    "order": ("与前一条不相连：有记录被删除、插入或调换", "does not follow the one before: deleted, inserted or swapped"),
    "recomputed": ("与另处保存的链头不符：此处起被重新计算过", "differs from a head kept elsewhere: recomputed from here on"),
    "cut": ("链头所记的记录已不存在：末尾被删除", "a head names it, and it is not there: the end was cut off"),
}  # fmt: skip


def canonical(content: Mapping[str, Any]) -> bytes:
    """What a digest covers: keys sorted, no blanks, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def examine(
    entries: Iterable[tuple[int, str, Mapping[str, Any]]],
    heads: Sequence[Head] = (),
    start: Head = Head(0, 0, FIRST),
) -> Finding:
    """(number, digest, content) of every entry in the order of their numbers, and heads in any order.

    start: the head that the first of ``entries`` follows. What was recomputed is found at the entry after the last head that still agrees.
    """
    awaited = sorted(heads, key=lambda head: head.number)
    previous, count, last, agreed, nxt = start.digest, start.entries, start.number, start.number, 0
    after_agreed: int | None = None
    for number, digest, content in entries:
        if after_agreed is None and number > agreed:
            after_agreed = number
        if content.get("previous") != previous or number <= last:
            return Finding(count, number, "order")
        if hashlib.sha256(canonical(content)).hexdigest() != digest:
            return Finding(count, number, "edited")
        previous, count, last = digest, count + 1, number
        while nxt < len(awaited) and awaited[nxt].number <= number:
            head = awaited[nxt]
            if (head.number, head.digest, head.entries) != (number, digest, count):
                return Finding(count - 1, after_agreed, "recomputed")
            agreed, after_agreed, nxt = number, None, nxt + 1
    if nxt < len(awaited):
        return Finding(count, last + 1, "cut")
    return Finding(count)


def entries_in(lines: Iterable[str]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Entries of an exported file."""
    for line in lines:
        if line.strip():
            found = json.loads(line)
            yield found["number"], found["digest"], found["content"]


def heads_in(lines: Iterable[str]) -> list[Head]:
    """Heads of a file of signed heads; whether they are signed is not looked at."""
    found = (json.loads(line) for line in lines if line.strip())
    return [Head(line["number"], line["entries"], line["digest"]) for line in found]


def main(arguments: Sequence[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(__doc__ or "")
        return 2
    heads = heads_in(Path(arguments[1]).read_text(encoding="utf-8").splitlines()) if arguments[1:] else []
    with Path(arguments[0]).open(encoding="utf-8") as lines:
        found = examine(entries_in(lines), heads)
    if found.broken is None:
        sys.stdout.write(f"{found.entries} entries, {len(heads)} heads: all fit · 全部相符\n")
        return 0
    zh, en = WORDS[found.why]
    sys.stdout.write(f"entry {found.broken} · 第 {found.broken} 条: {en} · {zh}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
