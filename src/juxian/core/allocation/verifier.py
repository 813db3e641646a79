"""Check a transcript of JX-DRAW-1 (抽取记录核验): python verifier.py FILE [POOL_HASH [VOID_FILE]]

POOL_HASH: as published at the freeze. VOID_FILE: the void attempt before it. Needs Python 3.9 or newer and nothing else.
Exit status 0: all was recomputed and agrees; 1: the first field that differs is named."""

# fmt: off
# ruff: noqa: B905, E401, I001 (short enough to be read at one sitting, and for every Python from 3.9)
import gc, hashlib, hmac, json, re, sys, unicodedata
from collections import Counter, defaultdict
from itertools import compress, islice, zip_longest
from pathlib import Path
from typing import Any
def require(holds: Any, field: str, zh: str = "与重新计算的结果不符", en: str = "differs from what was recomputed") -> None:
    if not holds:
        raise ValueError(field, zh, en)
def canonical(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
def prefixed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
def circulates(edges: Any) -> bool:
    """Is there a flow within (from, to, least, most)? What must flow is sent from “+” to “-” along shortest paths."""
    room, surplus = defaultdict[str, dict[str, int]](dict), Counter[str]()
    for start, end, least, most in edges:
        room[start][end], room[end][start] = most - least, 0
        surplus.update({end: least, start: -least})
    for node, amount in surplus.items():
        start, end = ("+", node) if amount > 0 else (node, "-")
        room[start][end], room[end][start] = abs(amount), 0
    while any(room["+"].values()):
        came, queue = {"+": list[Any]()}, ["+"]
        for node in queue:
            queue += (fresh := [after for after, left in room[node].items() if left > 0 and after not in came])
            came.update({after: [*came[node], (node, after)] for after in fresh})
        if not (path := came.get("-")):
            return False
        least = min(room[start][end] for start, end in path)
        for start, end in path:
            room[start][end], room[end][start] = room[start][end] - least, room[end][start] + least
    return all(least <= most for _, _, least, most in edges)
class Panel:
    """Members by cell (their values of the one or two attributes under quota): can they still become a full panel?"""
    def __init__(self, frozen: Any) -> None:
        self.pool, self.size, quotas = frozen["pool"], frozen["rule"]["size"], frozen["rule"]["quotas"]
        names = list(dict.fromkeys(quota["attribute"] for quota in quotas))
        require(len(names) <= 2, "frozen.rule.quotas", "属性过多", "too many attributes")
        columns = ([self.pool["groups"][name] for name in names] + [[""] * len(self.pool["entries"])] * 2)[:2]
        self.cells: Any = list(map({cell: cell for cell in {*zip(*columns)}}.get, islice(zip(*columns), len(self.pool["entries"]))))
        self.able, self.taken, self.refused = Counter(self.cells), Counter[Any](), dict[Any, str]()
        barred = {entry: cell for entry, cell in zip(self.pool["entries"], self.cells) if entry in self.pool["barred"]}
        self.able.subtract(barred[entry] for entry in self.pool["barred"])
        self.bounds, values = dict[Any, Any](), {(axis, cell[axis]) for cell in self.able for axis in (0, 1)}
        for axis, value in values | {(names.index(q["attribute"]), q["value"]) for q in quotas if q["value"]}:
            mine = [q for q in quotas if [q["attribute"]] == names[axis:axis + 1] and q["value"] in ("" if (axis, value) in values else value, value)]
            self.bounds[axis, value] = max([0, *(q["least"] for q in mine)]), min([self.size, *(q["most"] for q in mine)])
    def completable(self) -> bool:
        edges: Any = [("0" + a, "1" + b, self.taken[a, b], able) for (a, b), able in self.able.items()]
        edges += [(*(("1" + value, "total") if axis else ("panel", "0" + value)), *self.bounds[axis, value]) for axis, value in self.bounds]
        return circulates([*edges, ("total", "panel", self.size, self.size)])
    def refuses(self, cell: Any) -> str:
        """Empty: one of this cell is taken and counted. A refusal lasts until somebody declines."""
        self.taken[cell] += 1
        if len(self.able) == 1 or self.completable():
            return ""
        self.taken[cell] -= 1
        sums = [sum(n for other, n in self.taken.items() if other[axis] == cell[axis]) for axis in (0, 1)]
        return self.refused.setdefault(cell, "limit" if any(sums[axis] >= self.bounds[axis, cell[axis]][1] for axis in (0, 1)) else "held")
def check_frozen(body: Any, spelled: Any) -> Panel:
    frozen, pool, rule = body["frozen"], body["frozen"]["pool"], body["frozen"]["rule"]
    found = hashlib.sha256(b'{"frozen":%s,"protocol":%s}' % (spelled["frozen"], spelled["protocol"])).hexdigest()
    require(body["protocol"] == "JX-DRAW-1", "protocol")
    require(body["pool_hash"] == found, "pool_hash", "名单、规则或提供人不是冻结时的", "the pool, rule or contributors are not those frozen")
    require(all(map(str.__lt__, pool["entries"], islice(pool["entries"], 1, None))), "frozen.pool.entries", "重复或未排序", "twice or unsorted")
    names, roles = ([one[key] for one in frozen["contributors"]] for key in ("name", "role"))
    require({"organiser", "witness"} <= set(roles) and len(set(names)) == len(names), "frozen.contributors")
    require(rule["size"] % 2 if rule["odd"] else rule["size"] >= 0, "frozen.rule.size", "人数应为奇数", "the size must be odd")
    require((frozen["attempt"] > 1) == bool(frozen["previous"]), "frozen.attempt")
    require((panel := Panel(frozen)).completable(), "frozen.rule", "名额约束无法满足", "the quotas cannot be met")
    return panel
def check_chance(body: Any) -> None:
    salt, failures, material, frozen = bytes.fromhex(body["pool_hash"]), [], b"", body["frozen"]
    committed = {one["name"]: one["commitment"] for one in body["commitments"]}
    shown = {one["name"]: (one["nonce"], one["value"]) for one in body["reveals"]}
    for name, role in ((one["name"], one["role"]) for one in frozen["contributors"]):
        nonce, value = shown.get(name, ("", ""))
        require(re.fullmatch("([0-9a-f]{64})?", nonce), f"reveals.{name}")
        material += (own := prefixed(name.encode(), bytes.fromhex(nonce), value.encode()))
        commitment = hashlib.sha256(prefixed(b"JX-DRAW-1|commit", salt) + own).hexdigest()
        absent = "not_committed" if role != "public" and name not in committed else "" if name in shown else "not_revealed"
        fits = not nonce if role == "public" else nonce and committed.get(name) == commitment
        failures += [{"name": name, "reason": absent or "no_fit"}] if absent or not fits else []
        require(fits or body["state"] == "void", f"reveals.{name}", "与承诺不符或未揭示", "does not fit the commitment, or is missing")
    require(body["failures"] == failures, "failures")
    require(body["state"] == ("void" if failures else "drawn"), "state")
    info, key = f"JX-DRAW-1|{frozen['draw']}|{frozen['attempt']}\1".encode(), hmac.digest(salt, material, "sha256")
    require(body["seed"] == ("" if failures else hmac.digest(key, info, "sha256").hex()), "seed")
def check_result(body: Any, panel: Panel) -> None:
    pool, seed, members, tickets = body["frozen"]["pool"], bytes.fromhex(body["seed"]), list[str](), list[bytes]()
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in seed.ljust(64, b"\0"))) for pad in (0x36, 0x5C))
    for entry in map(str.encode, pool["entries"] if seed else ()):  # HMAC; the two padded keys are hashed once
        (one := inner.copy()).update(entry)
        (two := outer.copy()).update(one.digest())
        tickets.append(two.digest())
    ranks, points, barred = sorted(range(len(tickets)), key=tickets.__getitem__), pool["points"], pool["barred"]
    ranks = sorted(ranks, key=points.__getitem__, reverse=True) if points else ranks
    order, cells = list(map(pool["entries"].__getitem__, ranks)), list(map(panel.cells.__getitem__, ranks))
    require(body["order"] == order, "order", "次序与号票不符", "the order is not that of the tickets")
    require(bool(body["rounds"]) == bool(seed), "rounds")
    for number, row in enumerate(body["rounds"]):
        taken, leaver = list[Any](), row["declined"]
        require(leaver in members if number else leaver == "", f"rounds[{number}].declined")
        if leaver:
            members.remove(leaver)
            cell, panel.refused = cells[order.index(leaver)], {}
            panel.able[cell], panel.taken[cell] = panel.able[cell] - 1, panel.taken[cell] - 1
        passed, left = {*members, *(before["declined"] for before in body["rounds"][:number + 1])}, panel.size - len(members)
        going, out, still = left > 0 and panel.completable(), passed | barred.keys(), {*cells}  # still: cells not refused yet
        for place in compress(range(len(order)), map(still.__contains__, cells)) if going else ():
            taken += [] if order[place] in out or panel.refuses(cells[place]) else [order[place]]
            still.difference_update(panel.refused)
            if len(taken) == left:
                break
        walked, passed = order[:order.index(taken[-1]) + 1 if len(taken) == left else None] if going else [], passed.union(taken)
        skips = ([entry, (barred and barred.get(entry)) or panel.refused[cell]] for entry, cell in zip(walked, cells) if entry not in passed)
        require({**row, "skips": row["skips"][:0]} == {"declined": leaver, "taken": taken, "skips": []} and all(one == other for one, other in zip_longest(row["skips"], skips)), f"rounds[{number}]")
        members += taken
    require(body["selected"] == members, "selected")
def verify(data: bytes, pool_hash: str = "", previous: bytes = b"") -> Any:
    """None when all agrees, else (field, why in Chinese, why in English) of the first difference."""
    try:
        whole = json.loads(data, parse_float=str)
        body, spelled = whole["body"], {key: canonical(part) for key, part in sorted(whole["body"].items())}
        text = b"{%s}" % b",".join(canonical(key) + b":" + value for key, value in spelled.items())
        panel, digest = check_frozen(body, spelled), hashlib.sha256(text).hexdigest()
        require(pool_hash in ("", body["pool_hash"]), "pool_hash", "与事先公布的哈希不符", "is not the hash published beforehand")
        check_chance(body)
        check_result(body, panel)
        require(whole["sha256"] == digest, "sha256")
        plain = data == b'{"body":%s,"sha256":"%s"}\n' % (text, digest.encode()) and (data.isascii() or unicodedata.is_normalized("NFC", data.decode()))
        require(plain, "file", "不是规范字节", "is not canonical")
        if previous:
            old, now = json.loads(previous), body["frozen"]
            again = {**old["body"]["frozen"], "attempt": old["body"]["frozen"]["attempt"] + 1, "previous": old["sha256"], "contributors": now["contributors"]}
            require(now == again and old["body"]["state"] == "void" and verify(previous) is None, "frozen.previous", "不是对作废记录的原样重抽", "is not the same draw again")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        return error.args if len(error.args) == 3 else ("file", f"格式不符：{error!r}", f"has not the form of the protocol: {error!r}")
    return None
if __name__ == "__main__":
    gc.disable()  # a million small lists: looking for rubbish among them would take longer than the check
    name, given_hash, void = (*sys.argv[1:], "", "")[:3] if sys.argv[1:] else sys.exit(__doc__)
    sys.exit(": ".join(verify(Path(name).read_bytes(), given_hash, Path(void).read_bytes() if void else b"") or ()) or None)
