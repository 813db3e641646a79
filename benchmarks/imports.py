"""Import of a roster of 20,000 rows with 15 columns: read, check, stage and accept on SQLite with full durability.

Budget: 15 s of CPU, with the reading process, and 500 MB. The file is made first and does not count. Usage:
``python benchmarks/imports.py [--rows 20000] [--home DIR]``.
"""

from __future__ import annotations

import argparse
import atexit
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

BUDGET_SECONDS, BUDGET_MEGABYTES = 15, 500
ROOT, EMPLOYER = "jiayuguan", "jyg-first-hospital"
AS_OF = date(2022, 12, 15)
HEADERS = (
    "序号", "姓名", "性别", "出生年月", "民族", "政治面貌", "身份证号码", "学历", "毕业院校", "毕业时间",
    "职称", "工作单位", "入职时间", "联系电话", "年薪（万元）",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--home", type=Path, help="directory to keep; a temporary one when left out")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    home = args.home or Path(tempfile.mkdtemp(prefix="juxian-benchmark-"))
    if args.file:
        return measure(args.file, home)
    if args.home is None:
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    file = home / "roster.xlsx"
    home.mkdir(parents=True, exist_ok=True)
    write_roster(file, args.rows)
    # a process of its own, so that the memory of making the file does not count
    command = [sys.executable, __file__, "--file", str(file), "--home", str(home)]
    return subprocess.run(command, check=False).returncode


def write_roster(file: Path, rows: int) -> None:
    """Plausible rows with valid, made-up numbers; the year and month forms that offices use."""
    import xlsxwriter

    from juxian.core.identity.resident_id import check_digit

    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("花名册")
    sheet.write_row(0, 0, ["专业技术人才花名册"])
    sheet.write_row(1, 0, HEADERS)
    for row in range(rows):
        birth = date(1960, 1, 1) + timedelta(days=row * 7 % 14_000)
        first = f"620201{birth:%Y%m%d}{row * 7 // 14_000 * 2 + 1:03d}"
        name = "王" + chr(0x4E00 + row % 5000) + chr(0x4E00 + row // 7 % 3000)
        cells: list[Any] = [
            row + 1, name, "男", f"{birth:%Y.%m}", "汉族", "中共党员", first + check_digit(first), "本科", "兰州大学",
            f"{birth.year + 22}.7", "工程师", "嘉峪关市第一人民医院", f"{birth.year + 22}年9月",
            str(13_800_000_000 + row), 8.5,
        ]  # fmt: skip
        sheet.write_row(row + 2, 0, cells)
    book.close()


def measure(file: Path, home: Path) -> int:
    """Run the steps, print the table; exit 1 when a budget is broken or a row is missing."""
    os.environ |= {"JUXIAN_HOME": str(home), "JUXIAN_DEMO": "true", "JUXIAN_TODAY": AS_OF.isoformat()}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from juxian.apps.imports.actions import accept_batch, stage_file
    from juxian.apps.organisations.models import Organisation
    from juxian.apps.persons.models import Fact, Person

    organisation = register_organisations(Organisation)
    data = file.read_bytes()
    batch, stage = timed(
        lambda: stage_file(
            data=data, file_name=file.name, organisation=organisation, as_of=AS_OF, by=None, at_once=True
        )
    )
    staged_megabytes = peak_megabytes()
    _, accept = timed(lambda: accept_batch(batch=batch, by=None))
    rows = batch.rows_total
    print(f"{'step':<24}{'seconds':>10}{'CPU s':>10}{'rows/s':>10}")
    total = (stage[0] + accept[0], stage[1] + accept[1])
    for title, (wall, cpu) in (("read, check, stage", stage), ("accept", accept), ("whole", total)):
        print(f"{title:<24}{wall:>10.1f}{cpu:>10.1f}{rows / wall:>10,.0f}")
    megabytes = peak_megabytes()
    print(f"\n{rows:,} rows, {Person.objects.count():,} persons, {Fact.objects.count():,} facts")
    print(f"peak {staged_megabytes} MB until staged, {megabytes} MB in all")
    print(f"budget {BUDGET_SECONDS} s of CPU, {BUDGET_MEGABYTES} MB")
    whole = batch.rows_done == rows == batch.rows_accepted + batch.rows_waiting + batch.rows_refused
    return 0 if whole and total[1] <= BUDGET_SECONDS and megabytes <= BUDGET_MEGABYTES else 1


def register_organisations(model: Any) -> Any:
    """The jurisdiction and one employer, without the rest of the pack; returns who sends the roster."""
    root, _made = model.objects.get_or_create(
        code=ROOT, defaults={"name": "嘉峪关市", "kind": "government", "path": ROOT, "pack": ROOT}
    )
    model.objects.get_or_create(
        code=EMPLOYER,
        defaults={
            "name": "嘉峪关市第一人民医院",
            "kind": "hospital",
            "employer_kind": "hospital",
            "employs": True,
            "parent": root,
            "path": f"{ROOT}/{EMPLOYER}",
            "pack": ROOT,
        },
    )
    return root


def peak_megabytes() -> int:
    """The most that this process or one of its children has held so far."""
    parts = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(part).ru_maxrss // 1024 for part in parts)


def timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """(result, (wall seconds, CPU seconds of this process and its children))."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return result, (time.perf_counter() - wall, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    return sum(os.times()[:4])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
    sys.exit(main())
