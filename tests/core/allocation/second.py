"""A second implementation of JX-DRAW-1 after docs/en/reference/draw.md; slow and plain on purpose.

It shares no code with the engine or the verifier: it reads a transcript and says what the result must be.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from itertools import combinations
from typing import Any


def result_of(data: bytes) -> dict[str, Any]:
    """pool_hash, commitments, seed, order, rounds, selected of a drawn transcript, from its inputs alone."""
    body = json.loads(data)["body"]
    frozen = body["frozen"]
    spelled = json.dumps(
        {"frozen": frozen, "protocol": "JX-DRAW-1"}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    pool_hash = hashlib.sha256(spelled.encode()).digest()
    reveals = {row["name"]: row for row in body["reveals"]}
    material, commitments = b"", {}
    for contributor in frozen["contributors"]:
        row = reveals[contributor["name"]]
        parts = [row["name"].encode(), bytes.fromhex(row["nonce"]), row["value"].encode()]
        material += b"".join(map(_sized, parts))
        if contributor["role"] != "public":
            whole = b"".join(map(_sized, [b"JX-DRAW-1|commit", pool_hash, *parts]))
            commitments[row["name"]] = hashlib.sha256(whole).hexdigest()
    seed = _hkdf(material, pool_hash, f"JX-DRAW-1|{frozen['draw']}|{frozen['attempt']}".encode())
    order = _order(seed, frozen["pool"])
    rounds, members = _rounds(frozen, order, [row["declined"] for row in body["rounds"]][1:])
    return {
        "pool_hash": pool_hash.hex(),
        "commitments": commitments,
        "seed": seed.hex(),
        "order": order,
        "rounds": rounds,
        "selected": members,
    }


def _sized(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def _hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869, one block."""
    extracted = hmac.new(salt, material, hashlib.sha256).digest()
    return hmac.new(extracted, info + bytes([1]), hashlib.sha256).digest()


def _order(seed: bytes, pool: dict[str, Any]) -> list[str]:
    points = dict(zip(pool["entries"], pool["points"] or [0] * len(pool["entries"]), strict=True))

    def key(entry: str) -> tuple[int, bytes]:
        return -points[entry], hmac.new(seed, entry.encode(), hashlib.sha256).digest()

    return sorted(pool["entries"], key=key)


def _rounds(frozen: dict[str, Any], order: list[str], declined: list[str]) -> tuple[list[Any], list[str]]:
    pool, members, gone, rounds = frozen["pool"], [], set(), []
    for leaver in ["", *declined]:
        if leaver:
            members.remove(leaver)
            gone.add(leaver)
        able = [entry for entry in order if entry not in pool["barred"] and entry not in gone]
        taken, skips = [], []
        for entry in order:
            full = len(members) + len(taken) == frozen["rule"]["size"]
            if full or not extends(frozen, [*members, *taken], able):
                break
            if entry in members or entry in gone:
                continue
            reason = pool["barred"].get(entry) or _reason(frozen, [*members, *taken], entry, able)
            if reason:
                skips.append([entry, reason])
            else:
                taken.append(entry)
        rounds.append({"declined": leaver, "taken": taken, "skips": skips})
        members += taken
    return rounds, members


def _reason(frozen: dict[str, Any], members: list[str], entry: str, able: list[str]) -> str:
    if extends(frozen, [*members, entry], able):
        return ""
    value_of = {
        name: dict(zip(frozen["pool"]["entries"], column, strict=True))
        for name, column in frozen["pool"]["groups"].items()
    }
    for quota in frozen["rule"]["quotas"]:
        mine = value_of[quota["attribute"]][entry]
        if quota["value"] in ("", mine):
            count = sum(value_of[quota["attribute"]][member] == mine for member in members)
            if count >= quota["most"]:
                return "limit"
    return "held"


def extends(frozen: dict[str, Any], members: list[str], able: list[str]) -> bool:
    """Every set of the right size that contains the members is tried."""
    missing = frozen["rule"]["size"] - len(members)
    others = [entry for entry in able if entry not in members]
    return missing >= 0 and any(_valid(frozen, [*members, *more]) for more in combinations(others, missing))


def _valid(frozen: dict[str, Any], panel: list[str]) -> bool:
    pool = frozen["pool"]
    for quota in frozen["rule"]["quotas"]:
        column = dict(zip(pool["entries"], pool["groups"][quota["attribute"]], strict=True))
        for value in {quota["value"]} if quota["value"] else set(column.values()):
            if not quota["least"] <= sum(column[member] == value for member in panel) <= quota["most"]:
                return False
    return True
