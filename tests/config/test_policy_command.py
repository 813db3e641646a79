"""``juxian policy explain|sweep``."""

import json
from pathlib import Path

import polars as pl
import pytest

from juxian.config.cli import main

PERSON = {
    "学历": "博士",
    "年龄": 35,
    "全职": "是",
    "引进方式": "全职",
    "引进日期": "2020-05-01",
    "已享受待遇": {},
}
WHERE = ["--pack", "jiayuguan", "--as-of", "2022-12-15"]


def person_file(tmp_path: Path, person: object) -> str:
    path = tmp_path / "person.json"
    path.write_text(
        person if isinstance(person, str) else json.dumps(person, ensure_ascii=False), encoding="utf-8"
    )
    return str(path)


def test_explain_prints_one_json_object(tmp_path, capsys):
    status = main(
        ["policy", "explain", *WHERE, "--person", person_file(tmp_path, PERSON), "--json", "--lang", "en"]
    )

    found = json.loads(capsys.readouterr().out)
    assert (status, found["pack"], found["as_of"]) == (0, "jiayuguan", "2022-12-15")
    assert {"policy", "benefit", "verdict", "amount_fen", "missing", "turns_on", "changes", "reasons"} <= set(
        found["benefits"][0]
    )
    assert {benefit["verdict"] for benefit in found["benefits"]} <= {"yes", "no", "unknown"}


def test_explain_tells_the_reasons_in_words(tmp_path, capsys):
    assert main(["policy", "explain", *WHERE, "--person", person_file(tmp_path, PERSON), "--lang", "zh"]) == 0

    assert "施行的规定" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ({"学力": "博士", "学历": "高人"}, ["P503", "P504"]),
        ({"年龄": -3}, ["P504"]),
        ("[1, 2]", ["P502"]),
        ("{", ["P502"]),
        ("[" * 100_000, ["P502"]),
    ],
)
def test_a_wrong_person_file_is_told_and_exits_with_1(tmp_path, capsys, person, codes):
    assert main(["policy", "explain", *WHERE, "--person", person_file(tmp_path, person)]) == 1

    told = capsys.readouterr().err
    assert [code for code in codes if f"[{code}]" in told] == codes


def test_a_file_that_is_not_there_is_told(tmp_path, capsys):
    assert main(["policy", "explain", *WHERE, "--person", str(tmp_path / "none.json")]) == 1
    assert "[P501]" in capsys.readouterr().err


def test_a_wrong_day_is_wrong_usage(tmp_path):
    with pytest.raises(SystemExit) as stopped:
        main(["policy", "explain", "--pack", "jiayuguan", "--as-of", "2022-13-01", "--person", "x"])
    assert stopped.value.code == 2


def test_engines_sweep_a_population_alike(tmp_path, capsys):
    people = pl.DataFrame({"person": ["JY1", "JY2"], "degree": ["doctor", None], "full_time": [True, None]})
    people.write_parquet(tmp_path / "people.parquet")
    found = {}

    for engine in ("polars", "fused", "duckdb", "rowwise"):
        out = tmp_path / f"{engine}.parquet"
        arguments = [
            "--people",
            str(tmp_path / "people.parquet"),
            "--out",
            str(out),
            "--engine",
            engine,
            "--json",
        ]
        assert main(["policy", "sweep", *WHERE, *arguments]) == 0
        summary = json.loads(capsys.readouterr().out)
        found[engine] = pl.read_parquet(out)
        assert (summary["persons"], summary["rows"]) == (2, found[engine].height)

    assert found["polars"].equals(found["rowwise"])
    assert found["fused"].equals(found["rowwise"])
    assert found["duckdb"].equals(found["rowwise"])


def test_an_engine_without_its_server_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("JUXIAN_DATABASE_URL", raising=False)
    pl.DataFrame({"person": ["JY1"], "degree": ["doctor"]}).write_parquet(tmp_path / "people.parquet")
    files = ["--people", str(tmp_path / "people.parquet"), "--out", str(tmp_path / "out.parquet")]

    assert main(["policy", "sweep", *WHERE, *files, "--engine", "postgresql"]) == 1
    assert "JUXIAN_DATABASE_URL" in capsys.readouterr().err


def test_without_a_compiler_another_engine_answers(tmp_path, capsys, monkeypatch):
    pl.DataFrame({"person": ["JY1"], "degree": ["doctor"]}).write_parquet(tmp_path / "people.parquet")
    monkeypatch.setenv("PATH", "/nowhere")
    files = ["--people", str(tmp_path / "people.parquet"), "--out", str(tmp_path / "out.parquet")]

    status = main(["policy", "sweep", *WHERE, *files, "--engine", "fused", "--json", "--lang", "en"])

    told = capsys.readouterr()
    assert (status, json.loads(told.out)["engine"]) == (0, "polars")
    assert "there is no C compiler" in told.err


def test_a_wrong_population_is_told(tmp_path, capsys):
    (tmp_path / "people.csv").write_text("person,degree\n1,wizard\n", encoding="utf-8")
    (tmp_path / "people.parquet").write_text("no parquet", encoding="utf-8")
    out = ["--out", str(tmp_path / "out.parquet")]

    assert main(["policy", "sweep", *WHERE, "--people", str(tmp_path / "people.csv"), *out]) == 1
    assert "[S103]" in capsys.readouterr().err
    for name in ("people.parquet", "people.txt", "none.csv"):
        assert main(["policy", "sweep", *WHERE, "--people", str(tmp_path / name), *out]) == 1
        assert "[P501]" in capsys.readouterr().err
    assert not (tmp_path / "out.parquet").exists()
