"""A server under load is killed again and again; what it had answered is there, and nothing is there by half (断电)."""

from __future__ import annotations

import http.client
import json
import random
import secrets
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from juxian.web.kit.once import FIELD, new_key
from tests import rosters
from tests.config.serving import PATIENCE_SECONDS, PERSONS, clerk_of, free_port, kill, serve
from tests.config.sites import juxian, set_up

KILLS, CLERKS, BETWEEN = 3, 4, (8, 20)


@dataclass
class Load:
    """What clerks send, and what they were told. registered: name → address; facts: evidence that was acknowledged."""

    port: int
    session: str
    registered: dict[str, str] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def acknowledged(self) -> int:
        return len(self.registered) + len(self.facts)

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Sent again with the same key until it is answered, as a browser's "try again" does."""
        token = secrets.token_hex(16)
        body = urlencode(fields | {"csrfmiddlewaretoken": token, FIELD: new_key()})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.session}; csrftoken={token}",
        }
        while True:
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                link.request("POST", path, body, headers)
                answer = link.getresponse()
                answer.read()
                with self.lock:
                    self.statuses[answer.status] += 1
                return answer.status, answer.getheader("Location") or ""
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.unanswered += 1
                time.sleep(0.2)  # the server is being started; nothing tells when it listens
            finally:
                link.close()

    def clerk(self, number: int) -> None:
        at = 0
        while not self.over.is_set():
            at += 1
            name = (
                "测试" + "甲乙丙丁"[number] + "".join("零一二三四五六七八九"[int(digit)] for digit in str(at))
            )
            status, address = self.post(PERSONS + "new/", _person(name, number * 1000 + at))
            if status != 303:
                continue
            with self.lock:
                self.registered[name] = address
            evidence = f"毕业证书{number}-{at}"
            status, _address = self.post(address + "facts/education/", _degree(evidence))
            if status == 303:
                with self.lock:
                    self.facts.add(evidence)


def _person(name: str, at: int) -> dict[str, str]:
    return {
        "name": name,
        "document_kind": "resident_id",
        "document_number": rosters.resident_id(
            f"19{70 + at % 25}0{1 + at % 9}1{at % 9}", at % 1000, "620201"
        ),
        "phone": f"139{at:08d}",
        "employer": "jyg-first-hospital",
        "position": "医师",
        "hired_on": "2020-01-01",
        "source": "本人到窗口登记",
        "evidence": "身份证",
        "confirmed": "on",
    }


def _degree(evidence: str) -> dict[str, str]:
    return {
        "value-degree": "doctor",
        "value-school": "测试大学",
        "since": "2020-07-01",
        "source": "本人申报",
        "evidence": evidence,
    }


def test_what_was_answered_survives_a_server_that_is_killed_under_load(tmp_path: Path) -> None:
    home, chance = tmp_path / "home", random.Random(7)
    set_up(home)
    port = free_port()
    load = Load(port, clerk_of(home))
    clerks = [threading.Thread(target=load.clerk, args=(number,), daemon=True) for number in range(CLERKS)]
    server = serve(home, port)
    try:
        for clerk in clerks:
            clerk.start()
        for _kill_number in range(KILLS):
            target = load.acknowledged + chance.randint(*BETWEEN)
            _wait_until(load, target)
            kill(server)
            server = serve(home, port)
        _wait_until(load, load.acknowledged + BETWEEN[0])
        load.over.set()
        for clerk in clerks:
            clerk.join(timeout=PATIENCE_SECONDS)
            assert not clerk.is_alive()
    finally:
        load.over.set()
        kill(server)

    counts = {
        "kills": KILLS,
        "registered": len(load.registered),
        "facts": len(load.facts),
        "unanswered": load.unanswered,
        "statuses": dict(load.statuses),
    }
    print(json.dumps(counts))  # noqa: T201  # pytest -s shows the counts
    assert set(load.statuses) == {303}
    assert load.unanswered >= KILLS
    _everything_is_there(home, load)
    for words in (("invariants",), ("audit", "verify"), ("ledger", "verify")):
        result = juxian(home, *words)
        assert result.returncode == 0, (words, result.stdout, result.stderr)


def _wait_until(load: Load, target: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while load.acknowledged < target:
        assert time.monotonic() < deadline, f"{load.acknowledged} of {target}, {load.statuses}"
        time.sleep(0.01)  # clerks are at work


def _everything_is_there(home: Path, load: Load) -> None:
    """Each acknowledged person and fact once, each person whole, each with its entry of the audit log."""
    database = sqlite3.connect(f"file:{home / 'juxian.sqlite3'}?mode=ro", uri=True)
    try:
        people = database.execute(
            "SELECT number, name, id FROM persons_person WHERE name LIKE '测试%' AND length(name) > 3"
        ).fetchall()
        found = {name: f"{PERSONS}{number}/" for number, name, _pk in people}
        assert {name: found.get(name) for name in load.registered} == load.registered
        assert len(found) == len(people), "registered twice"
        given = [
            row[0]
            for row in database.execute("SELECT evidence FROM persons_fact WHERE evidence LIKE '毕业证书%-%'")
        ]
        assert load.facts <= set(given)
        assert len(given) == len(set(given)), "recorded twice"
        for _number, _name, pk in people:
            held = [
                database.execute(f"SELECT count(*) FROM {table} WHERE person_id = ?", [pk]).fetchone()[0]
                for table in ("persons_identitydocument", "persons_profile", "persons_fact")
            ]
            assert held[:2] == [1, 1]
            assert held[2] >= 3
        (entries,) = database.execute(
            "SELECT count(*) FROM audit_auditentry WHERE action = 'persons.registered'"
        ).fetchone()
        assert entries == len(people)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        database.close()
