"""A small, right pack to change in tests: ``write_pack`` beside a copy of the national one."""

from __future__ import annotations

import shutil
from pathlib import Path

from juxian.core.packs import find_packs_dir

PACK = """\
pack: {code}
title: {{zh: 试验市, en: Test City}}
product: {{zh: 试验市人才平台, en: Test Talent Platform}}
level: city
extends: base
root: {code}-root
number_prefix: {prefix}
as_of: 2022-12-15
"""
ORGANISATIONS = """\
organisations:
- {{code: {code}-root, name: {{zh: 试验市, en: Test City}}, kind: government, basis: assumed}}
- {{code: {code}-hospital, name: {{zh: 市医院}}, kind: 医疗机构, employer_kind: 医院, industry: q, parent: {code}-root, basis: assumed}}
"""
POLICY = """\
policy: {policy}
title: {{zh: 安家补贴, en: Settlement}}
basis: assumed
source: 试验
versions:
- since: 2021-01-01
  benefits:
  - {{id: {benefit}, title: {{zh: 安家补贴}}, article: 第一条, who: 学历 >= 硕士, amount: 5万元}}
"""


def write_base(directory: Path) -> None:
    """The national vocabulary, without services: a test adds those that it speaks of."""
    ignored = shutil.ignore_patterns("services", "bundles.yaml")
    shutil.copytree(find_packs_dir() / "base", directory / "base", ignore=ignored)


def write_pack(directory: Path, code: str = "shiyan", prefix: str = "SY", **files: str) -> Path:
    """A right pack in ``directory/code``; ``scales="…"`` writes ``scales.yaml``, also in place of a right file."""
    place = directory / code
    place.mkdir()
    texts = {
        "pack": PACK.format(code=code, prefix=prefix),
        "organisations": ORGANISATIONS.format(code=code),
    } | files
    for name, text in texts.items():
        (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    return place


def write_policy(pack: Path, policy: str, benefit: str, name: str = "") -> Path:
    folder = pack / "policies"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name or policy}.yaml"
    path.write_text(POLICY.format(policy=policy, benefit=benefit), encoding="utf-8")
    return path
