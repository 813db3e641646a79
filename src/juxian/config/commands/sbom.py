"""``juxian sbom``: what this installation is made of (软件物料清单), CycloneDX 1.6 as JSON."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Any
from uuid import UUID

OWN = "juxian"


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("sbom", help="bill of materials of this installation, CycloneDX")
    parser.add_argument("--out", type=Path, default=None, metavar="FILE", help="default: standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    text = json.dumps(bill(), ensure_ascii=False, indent=1)
    if args.out is None:
        print(text)
        return 0
    args.out.write_text(text + "\n", encoding="utf-8")
    count = len(json.loads(text)["components"])
    if args.json:
        print(json.dumps({"file": str(args.out), "components": count}))
    else:
        print(f"{args.out}: {count}", file=sys.stderr)
    return 0


def bill() -> dict[str, Any]:
    """The same installation gives the same bill: no moment, and a serial number made of the components."""
    found = {_name(item): item for item in distributions()}
    components = [_component(item) for name, item in sorted(found.items()) if name != OWN]
    digest = hashlib.sha256(json.dumps(components, sort_keys=True).encode()).digest()
    own = distribution(OWN)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{UUID(bytes=digest[:16], version=4)}",
        "version": 1,
        "metadata": {"component": _component(own, kind="application")},
        "components": components,
        "dependencies": [_dependency(name, item, found) for name, item in sorted(found.items())],
    }


def _name(item: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", item.metadata["Name"]).lower()


def _reference(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def _component(item: Distribution, kind: str = "library") -> dict[str, Any]:
    name = _name(item)
    made = {
        "type": kind,
        "bom-ref": _reference(name, item.version),
        "name": name,
        "version": item.version,
        "purl": _reference(name, item.version),
    }
    licence = item.metadata.json.get("license_expression")
    return made | ({"licenses": [{"expression": licence}]} if licence else {})


def _dependency(name: str, item: Distribution, found: dict[str, Distribution]) -> dict[str, Any]:
    """What of the installation it asks for; requirements of extras and other machines are those that are not here."""
    asked = {
        re.sub(r"[-_.]+", "-", match.group()).lower()
        for requirement in item.requires or ()
        if (match := re.match(r"[\w.-]+", requirement)) and "extra ==" not in requirement
    }
    needs = [_reference(other, found[other].version) for other in sorted(asked & set(found))]
    return {"ref": _reference(name, item.version), "dependsOn": needs}
