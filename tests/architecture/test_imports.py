"""Imports point one way: config → web → apps → core (contracts in .importlinter)."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ("app", "apps", "audiences", "core", "pure", "whole")


def test_every_contract_is_named_here():
    settings = configparser.ConfigParser()
    settings.read(ROOT / ".importlinter", encoding="utf-8")

    found = [name.rpartition(":")[2] for name in settings.sections() if ":contract:" in name]

    assert tuple(sorted(found)) == CONTRACTS


@pytest.mark.parametrize("contract", CONTRACTS)
def test_contract_is_kept(contract, capsys, tmp_path):
    status = lint_imports(
        str(ROOT / ".importlinter"),
        limit_to_contracts=(contract,),
        cache_dir=str(tmp_path),
        no_logo=True,
    )

    assert status == 0, capsys.readouterr().out
