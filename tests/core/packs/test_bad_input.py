"""Whatever the files of a pack hold, the check answers with problems and never stops half-way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.core.packs import check_pack
from tests.core.packs.place import write_base, write_pack

FILES = ("scales", "facts", "organisations", "indicators", "reported", "targets", "population")
WORDS = [
    "scales", "kinds", "profile", "organisations", "indicators", "figures", "targets", "title", "zh", "levels", "code",
    "degree", "type", "level(degree)", "derive", "op", "latest", "kind", "field", "where", "employment", "id", "measure",
    "facts", "ratio", "of", "to", "value", "unit", "yuan", "year", "as_of", "relation", "exact", "parent", "name", "fields",
    "cohorts", "seed", "count", "filler", "5万元", "2022-01-31", "学历 >= 硕士", "{x}", "",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 3000), st.sampled_from(WORDS), st.text(max_size=5)
)
TREES = st.recursive(
    SCALARS,
    lambda part: st.one_of(
        st.lists(part, max_size=4), st.dictionaries(st.sampled_from(WORDS), part, max_size=5)
    ),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("packs")
    write_base(directory)
    return write_pack(directory)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.data())
def test_any_tree_in_any_file_is_told_and_not_stumbled_over(
    place: Path, name: str, data: st.DataObject
) -> None:
    tree = data.draw(TREES)
    top = {"scales": "scales", "reported": "figures", "facts": "kinds", "population": "cohorts"}.get(
        name, name
    )
    wrapped: Any = data.draw(st.sampled_from([tree, {top: tree}, {top: [tree]}, {top: {"degree": tree}}]))
    path = place / f"{name}.yaml"
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(yaml.safe_dump(wrapped, allow_unicode=True), encoding="utf-8")
    try:
        pack, problems = check_pack(place)
        for problem in problems:
            assert problem.render("zh")
            assert problem.render("en")
        assert (pack is None) == any(problem.severity == "error" for problem in problems)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("name", ["pack", *FILES])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[",
        b"- &a 1\n- *a\n",
        b"!!python/object:os.system {}\n",
        b"a: " + b"[" * 3000,
        b"? [a]\n: 1\n",
    ],
)
def test_no_content_of_a_file_stops_the_check(tmp_path: Path, name: str, content: bytes) -> None:
    write_base(tmp_path)
    directory = write_pack(tmp_path)
    (directory / f"{name}.yaml").write_bytes(content)

    pack, problems = check_pack(directory)

    assert pack is None
    assert problems
