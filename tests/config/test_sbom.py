"""The bill of materials is CycloneDX, whole, and the same for the same installation."""

import json
from importlib.metadata import version

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from juxian.config.cli import main
from juxian.config.commands.sbom import bill


def test_the_bill_fits_the_schema() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill())) is None


def test_the_bill_names_what_is_installed_and_what_needs_what(tmp_path, capsys) -> None:
    assert main(["sbom", "--out", str(tmp_path / "bom.json"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    found = json.loads((tmp_path / "bom.json").read_text(encoding="utf-8"))

    versions = {item["name"]: item["version"] for item in found["components"]}
    needs = {item["ref"].split("@")[0]: item["dependsOn"] for item in found["dependencies"]}
    assert versions["django"] == version("django")
    assert told["components"] == len(versions)
    assert any(ref.startswith("pkg:pypi/django@") for ref in needs["pkg:pypi/juxian"])
    assert bill() == found
