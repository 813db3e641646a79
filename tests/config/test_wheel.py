"""The built wheel carries everything: installed in an empty environment it gives the demonstration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(directory),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(directory.glob("*.whl"))


def test_the_wheel_holds_packs_templates_styles_and_translations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "juxian/_packs/base/scales.yaml",
        "juxian/_packs/jiayuguan/reported.yaml",
        "juxian/web/kit/static/kit/juxian.css",
        "juxian/web/kit/templates/kit/base.html",
        "juxian/locale/en/LC_MESSAGES/django.mo",
    } <= names


def test_an_empty_environment_runs_the_demonstration(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    zipfile.ZipFile(wheel).extractall(site)
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("JUXIAN_", "DJANGO_", "PYTEST_", "PYTHONPATH"))
    }
    # the dependencies of this environment, without the source tree that its own .pth file names
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    result = subprocess.run(
        [python, "-m", "juxian.config.cli", "demo", "--no-serve", "--json", "--home", str(tmp_path / "home")],
        cwd=tmp_path,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    assert len({account["place"] for account in json.loads(result.stdout)["accounts"]}) == 6
