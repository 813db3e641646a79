"""Policies of this directory, on the national vocabulary with one field that nothing can record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from juxian.core.facts.schema import Kind, ProfileField, Schema, ValueType
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.merits import merits_of
from juxian.core.policy.document import Policy
from juxian.core.policy.reading import read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from juxian.core.text import Text

HERE = Path(__file__).parent
DAY = date(2024, 2, 29)
BASE = load_pack(find_packs_dir() / "base")
MERITS = merits_of(BASE)
DEAD = ProfileField("nobody_knows", Text("无人登记", "Recorded by nobody"), ValueType(Kind.BOOLEAN))
SCHEMA: Schema = replace(BASE.schema, profile={**BASE.schema.profile, DEAD.name: DEAD})


def policy_of(text: str, name: str = "policy.yaml") -> Policy:
    policy, problems = read_policy(read_yaml(Source(name, text)), SCHEMA)
    assert policy is not None, [problem.render("en") for problem in problems]
    return policy


def policy_in(name: str) -> Policy:
    return policy_of((HERE / name).read_text(encoding="utf-8"), name)
