"""Which files a pack has, where packs are found, and the digest over them (文件、目录与摘要).

K201 no pack · K206 file that cannot be read · K207 file that is not part of a pack.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import juxian
from juxian.core.packs.reading import one_of
from juxian.core.positioned import Document, read_yaml
from juxian.core.source import Problem, Rejected, Source
from juxian.core.text import Text

PACK_FILE = "pack.yaml"
FILES = (
    PACK_FILE,
    "scales.yaml",
    "facts.yaml",
    "organisations.yaml",
    "indicators.yaml",
    "reported.yaml",
    "targets.yaml",
    "population.yaml",
    "lint.yaml",
    "bundles.yaml",
    "housing.yaml",
    "funds.yaml",
    "pools.yaml",
    "needs.yaml",
    "cards.yaml",
    "privacy.yaml",
    "collectives.yaml",
    "attrition.yaml",
)
FOLDERS = ("policies", "services")
CASES = ".cases.yaml"
PLACE = "JUXIAN_PACKS"


def find_packs_dir() -> Path:
    """Where packs lie: ``JUXIAN_PACKS``, else ``packs`` of the repository, else those of the installed product.

    Raises FileNotFoundError when none of them is a directory.
    """
    package = Path(juxian.__file__).parent
    named = os.environ.get(PLACE)
    places = [Path(named)] if named else [package.parents[1] / "packs", package / "_packs"]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no directory of packs at {' or '.join(map(str, places))}; set {PLACE}")


def packs_in(directory: Path) -> list[Path]:
    """The packs of a directory, by name."""
    return sorted(path.parent for path in directory.glob(f"*/{PACK_FILE}"))


def files_of(directory: Path) -> list[Path]:
    """Every file of a pack in a fixed order; hidden files and plain notes (*.md) are not part of it."""
    found = (path for path in directory.rglob("*") if path.is_file() and path.suffix != ".md")
    return sorted(
        path for path in found if not any(p.startswith(".") for p in path.relative_to(directory).parts)
    )


def digest_of(directory: Path, parent_digest: str) -> str:
    """SHA-256 over relative names and bytes, and over the parent's digest, in hexadecimal."""
    digest = hashlib.sha256(parent_digest.encode())
    for path in files_of(directory):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(directory).as_posix()}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def text_of_cases(directory: Path, policy_id: str) -> str:
    """The file of cases of a policy; without one, the head of such a file."""
    path = directory / "policies" / f"{policy_id}{CASES}"
    return Source.read(path).text if path.is_file() else f"policy: {policy_id}\ncases:\n"


def strange_files(directory: Path) -> Iterator[Problem]:
    """A problem for each file that no part of the product would read: most often a slip in its name."""
    for path in files_of(directory):
        relative = path.relative_to(directory)
        in_folder = len(relative.parts) == 2 and relative.parts[0] in FOLDERS and path.suffix == ".yaml"
        if not in_folder and str(relative) not in FILES:
            message = Text(f"不认识的文件“{relative}”", f"unknown file “{relative}”")
            hint = one_of(str(relative), [*FILES, *(f"{folder}/….yaml" for folder in FOLDERS)])
            yield Problem("K207", message, str(path), hint=hint)


def read_document(path: Path, problems: list[Problem]) -> Document | None:
    """The file as a positioned document; None (and problems) when it cannot be read or is no YAML."""
    try:
        return read_yaml(Source.read(path))
    except Rejected as rejected:
        problems.extend(rejected.problems)
    except UnicodeDecodeError:
        hint = Text("另存为 UTF-8 编码", "save it as UTF-8")
        problems.append(
            Problem(
                "K206",
                Text("文件不是 UTF-8 编码", "the file is not UTF-8"),
                str(path),
                hint=hint,
            )
        )
    except OSError as error:
        reason = error.strerror or str(error)
        message = Text(f"无法读取文件：{reason}", f"the file cannot be read: {reason}")
        problems.append(Problem("K206", message, str(path)))
    return None


def codes_elsewhere(directory: Path) -> tuple[dict[str, str], dict[str, str]]:
    """(code of an organisation → pack, prefix of person numbers → pack) of the packs beside this one."""
    codes: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for other in packs_in(directory.resolve().parent):
        if other.name != directory.resolve().name:
            prefix, found = _codes_in(
                other,
                *(_stamp(other / name) for name in (PACK_FILE, "organisations.yaml")),
            )
            codes.update(dict.fromkeys(found, other.name))
            if prefix:
                prefixes[prefix] = other.name
    return codes, prefixes


def _stamp(path: Path) -> tuple[int, int]:
    if not path.is_file():
        return 0, 0
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=64)
def _codes_in(directory: Path, _pack: object, _organisations: object) -> tuple[str, tuple[str, ...]]:
    """Prefix and codes as far as they can be read: mistakes of another pack are told by its own check."""
    ignored: list[Problem] = []
    head = read_document(directory / PACK_FILE, ignored)
    prefix = head.data.get("number_prefix") if head and isinstance(head.data, dict) else None
    path = directory / "organisations.yaml"
    body = read_document(path, ignored) if path.is_file() else None
    entries = body.data.get("organisations") if body and isinstance(body.data, dict) else None
    found = [entry.get("code") for entry in entries or [] if isinstance(entry, dict)]
    return str(prefix or ""), tuple(code for code in found if isinstance(code, str))
