from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from juxian.core.packs import check_pack, find_packs_dir, load_all, load_pack, pack_called, run_pack_cases
from juxian.core.source import Problem, Rejected, errors_in
from tests.core.packs.place import PACK, write_base, write_pack, write_policy


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    write_base(tmp_path)
    return tmp_path


def add_a_note(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "# 注\n", encoding="utf-8")


def codes(problems: Sequence[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_right_pack_is_read_with_canonical_words(packs: Path) -> None:
    pack, problems = check_pack(write_pack(packs))

    assert problems == []
    assert pack is not None
    assert (pack.code, pack.as_of, pack.title.en) == ("shiyan", date(2022, 12, 15), "Test City")
    hospital = pack.organisations[1]
    assert (hospital.kind, hospital.employer_kind, hospital.industry) == ("hospital", "hospital", "Q")
    assert pack.schema.find_field("学历") is pack.schema.profile["degree"]


def test_the_national_pack_needs_no_place(packs: Path) -> None:
    pack, problems = check_pack(packs / "base")

    assert problems == []
    assert pack is not None
    assert (pack.root, pack.organisations, pack.population) == ("", (), None)


def test_an_ordered_scale_keeps_its_order_and_takes_new_levels_where_they_are_listed(packs: Path) -> None:
    scales = """\
scales:
  degree:
    levels:
    - {code: bachelor, aliases: [学士毕业]}
    - {code: second_bachelor, title: {zh: 第二学士}}
    - {code: post_doctor, title: {zh: 博士后}}
"""
    pack = load_pack(write_pack(packs, scales=scales))

    degree = pack.schema.scales["degree"]
    assert list(degree.levels)[-5:] == ["bachelor", "second_bachelor", "post_doctor", "master", "doctor"]
    assert [level.rank for level in degree.levels.values()] == list(range(1, 11))
    assert degree.find("学士毕业") is degree.find("大学本科") is degree.levels["bachelor"]


def test_a_replaced_scale_forgets_the_parent_s_levels(packs: Path) -> None:
    scales = "scales: {talent_level: {replace: true, levels: [{code: top, title: {zh: 顶尖}}]}}\n"

    talent_level = load_pack(write_pack(packs, scales=scales)).schema.scales["talent_level"]

    assert list(talent_level.levels) == ["top"]
    assert talent_level.ordered
    assert talent_level.title.zh == "人才层次"


def test_a_word_of_the_place_counts_before_the_same_word_of_the_parent(packs: Path) -> None:
    scales = "scales: {card: {levels: [{code: local_card, title: {zh: 英才卡}, aliases: [人才卡]}]}}\n"

    card = load_pack(write_pack(packs, scales=scales)).schema.scales["card"]

    found = card.find("人才卡")
    assert found is not None
    assert found.code == "local_card"


def test_kinds_and_profile_fields_of_the_place_join_those_of_the_parent(packs: Path) -> None:
    facts = """\
kinds:
  employment: {fields: {night: {title: {zh: 夜班}, type: boolean}}}
profile:
  night: {title: {zh: 上夜班}, type: boolean, derive: {op: latest, kind: employment, field: night}}
"""
    schema = load_pack(write_pack(packs, facts=facts)).schema

    assert {"employer", "night"} <= set(schema.kinds["employment"].fields)
    assert schema.find_field("上夜班") is schema.profile["night"]
    assert "degree" in schema.profile


def test_codes_and_prefixes_are_unique_over_all_packs(packs: Path) -> None:
    write_pack(packs, "other")
    organisations = """\
organisations:
- {code: shiyan-root, name: {zh: 根}, kind: government, basis: assumed}
- {code: other-hospital, name: {zh: 医院}, kind: hospital, parent: shiyan-root, basis: assumed}
"""

    pack, problems = check_pack(write_pack(packs, organisations=organisations))

    assert pack is None
    assert codes(problems) == ["K209", "K403"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("extends: bace", "K202"),
        ("extends: shiyan", "K203"),
        ("extends: empty", "K205"),
    ],
)
def test_a_pack_needs_the_national_words(packs: Path, line: str, code: str) -> None:
    (packs / "empty").mkdir()
    (packs / "empty" / "pack.yaml").write_text("pack: empty\ntitle: 空\nlevel: country\n")
    head = PACK.format(code="shiyan", prefix="SY").replace("extends: base", line)

    pack, problems = check_pack(write_pack(packs, pack=head))

    assert pack is None
    assert codes(problems) == [code]


def test_a_broken_parent_is_told_with_the_child(packs: Path) -> None:
    (packs / "base" / "facts.yaml").write_text("kinds: {a: {}}\n")

    pack, problems = check_pack(write_pack(packs))

    assert pack is None
    assert codes(problems) == ["K210", "K103", "K103"]


def test_a_directory_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    assert codes(check_pack(tmp_path)[1]) == ["K201"]
    assert codes(check_pack(tmp_path / "nowhere")[1]) == ["K201"]
    with pytest.raises(Rejected):
        load_pack(tmp_path)


def test_a_policy_is_found_by_its_id_and_misses_its_cases(packs: Path) -> None:
    place = write_pack(packs)
    write_policy(place, "settlement", "allowance")

    pack, problems = check_pack(place)

    assert pack is not None
    assert list(pack.policies) == ["settlement"]
    assert [(problem.code, problem.severity) for problem in problems] == [("K605", "warning")]


def test_two_policies_may_not_share_an_id_or_a_benefit(packs: Path) -> None:
    place = write_pack(packs)
    write_policy(place, "settlement", "allowance")
    write_policy(place, "rent", "allowance")
    write_policy(place, "settlement", "other", name="again")

    pack, problems = check_pack(place)

    assert pack is None
    assert {problem.code for problem in problems if problem.severity == "error"} == {"K601", "K602"}


def test_cases_of_a_pack_are_run(packs: Path) -> None:
    place = write_pack(packs)
    write_policy(place, "settlement", "allowance").with_suffix(".cases.yaml").write_text(
        """\
policy: settlement
cases:
- {name: 硕士, person: {学历: 硕士}, day: 2022-01-01, expect: {allowance: {verdict: yes, amount: 5万元}}}
- {name: 写错的期望, person: {学历: 本科}, day: 2022-01-01, expect: {allowance: yes}}
""",
        encoding="utf-8",
    )

    (settlement,) = run_pack_cases(load_pack(place))

    assert [result.passed for result in settlement.results] == [True, False]


def test_the_digest_follows_names_bytes_and_the_parent(packs: Path) -> None:
    place = write_pack(packs)
    first = load_pack(place).digest

    (place / "notes.md").write_text("说明")
    unchanged = load_pack(place).digest
    add_a_note(packs / "base" / "pack.yaml")
    parent_changed = load_pack(place).digest
    add_a_note(place / "pack.yaml")

    assert unchanged == first
    assert len({first, parent_changed, load_pack(place).digest}) == 3


def test_a_pack_is_read_once_while_its_files_stay(packs: Path) -> None:
    place = write_pack(packs)

    assert load_pack(place) is load_pack(place)


def test_all_packs_are_loaded_or_all_problems_told(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(packs)
    monkeypatch.setenv("JUXIAN_PACKS", str(packs))

    assert list(load_all()) == ["base", "shiyan"]

    elsewhere = packs.parent / f"{packs.name}-broken"
    shutil.copytree(packs, elsewhere)
    write_pack(elsewhere, "other", "SY", targets="targets: 3\n")
    monkeypatch.setenv("JUXIAN_PACKS", str(elsewhere))
    with pytest.raises(Rejected) as told:
        load_all()
    assert codes(told.value.problems) == ["K209", "K101", "K209"]


def test_a_place_goes_on_when_the_pack_of_another_is_broken(
    packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pack(packs)
    write_pack(packs, "other", "OT", targets="targets: 3\n")
    monkeypatch.setenv("JUXIAN_PACKS", str(packs))

    assert pack_called("shiyan").code == "shiyan"
    with pytest.raises(Rejected):
        pack_called("other")
    for unknown in ("nowhere", "../base", ""):
        with pytest.raises(KeyError):
            pack_called(unknown)


def test_the_named_place_of_packs_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUXIAN_PACKS", str(tmp_path / "nowhere"))

    with pytest.raises(FileNotFoundError, match="JUXIAN_PACKS"):
        find_packs_dir()


@pytest.mark.parametrize(("line", "stars"), [("", 2), ("bad_rating: 3\n", 3)])
def test_a_place_says_how_many_stars_are_bad_or_leaves_it_to_the_base(tmp_path: Path, line: str, stars: int):
    write_base(tmp_path)
    text = PACK.format(code="shiyan", prefix="SY") + line

    pack, problems = check_pack(write_pack(tmp_path, pack=text))

    assert (pack and pack.bad_rating, errors_in(problems)) == (stars, [])


def test_a_rating_has_one_to_five_stars(tmp_path: Path):
    write_base(tmp_path)

    _pack, problems = check_pack(
        write_pack(tmp_path, pack=PACK.format(code="shiyan", prefix="SY") + "bad_rating: 6\n")
    )

    assert [problem.code for problem in errors_in(problems)] == ["K107"]


@pytest.mark.parametrize(
    ("line", "apart"),
    [
        ("", True),
        ("separation: {}\n", True),
        ("separation: {record_and_verify: false}\n", False),
    ],
)
def test_who_records_does_not_verify_unless_the_place_says_so(tmp_path: Path, line: str, apart: bool):
    write_base(tmp_path)
    text = PACK.format(code="shiyan", prefix="SY") + line

    pack, problems = check_pack(write_pack(tmp_path, pack=text))

    assert (pack and pack.separation.record_and_verify, errors_in(problems)) == (apart, [])


@pytest.mark.parametrize(("words", "code"), [("record: true", "K102"), ("record_and_verify: often", "K101")])
def test_the_separation_of_duties_is_said_with_known_words(tmp_path: Path, words: str, code: str):
    write_base(tmp_path)
    text = PACK.format(code="shiyan", prefix="SY") + f"separation: {{{words}}}\n"

    _pack, problems = check_pack(write_pack(tmp_path, pack=text))

    assert [problem.code for problem in errors_in(problems)] == [code]


FACTS = """\
kinds:
  ploughing:
    title: {zh: 耕作, en: Ploughing}
    single: true
    icon: award
    sentence: {zh: 登记耕作, en: Ploughing recorded}
    fields:
      acres: {title: {zh: 亩数, en: Acres}, type: integer}
profile:
  acres: {title: {zh: 耕作亩数, en: Acres ploughed}, type: integer, derive: {op: latest, kind: ploughing, field: acres}}
"""
PLOUGHMEN = """\
policy: {policy}
title: {{zh: 耕作补贴, en: Ploughing}}
basis: assumed
source: 试验
versions:
- since: 2021-01-01
  benefits:
  - {{id: {policy}, title: {{zh: 耕作补贴}}, who: 耕作亩数 >= 5, amount: 1万元}}
"""


def test_a_kind_of_fact_is_not_taken_away_from_the_policies_that_use_it(packs: Path) -> None:
    place = write_pack(packs, facts=FACTS)
    (place / "policies").mkdir()
    for policy in ("spring", "autumn"):
        (place / "policies" / f"{policy}.yaml").write_text(PLOUGHMEN.format(policy=policy), encoding="utf-8")
    assert errors_in(check_pack(place)[1]) == []

    _, _, profile = FACTS.partition("profile:")
    (place / "facts.yaml").write_text(f"profile:{profile}", encoding="utf-8")
    alone = check_pack(place)
    (place / "facts.yaml").write_text("kinds: {}\n", encoding="utf-8")
    with_field = check_pack(place)

    assert (alone[0], with_field[0]) == (None, None)
    assert [(one.code, one.message.zh) for one in errors_in(alone[1])] == [
        ("K322", "没有信息项类别“ploughing”"),
        *[("K606", "政策用到“耕作亩数”，而它来自没有的信息项类别“ploughing”")] * 2,
    ]
    assert [Path(one.path).name for one in errors_in(alone[1])[1:]] == ["autumn.yaml", "spring.yaml"]
    assert [one.render("en").replace(f"{place}/", "") for one in errors_in(with_field[1])] == [
        f"policies/{policy}.yaml:8:42: there is no field 耕作亩数 [P201]\n"
        f"      - {{id: {policy}, title: {{zh: 耕作补贴}}, who: 耕作亩数 >= 5, amount: 1万元}}\n"
        f"{' ' * 49}{'^' * 8}"
        for policy in ("autumn", "spring")
    ]


def test_a_kind_that_the_base_lost_names_the_policies_of_the_place(packs: Path) -> None:
    base = packs / "base" / "facts.yaml"
    _, _, profile = FACTS.partition("profile:")
    words = base.read_text(encoding="utf-8")
    base.write_text(words.replace("\nprofile:", f"\nprofile:{profile.rstrip()}", 1), encoding="utf-8")
    place = write_pack(packs)
    (place / "policies").mkdir()
    (place / "policies" / "spring.yaml").write_text(PLOUGHMEN.format(policy="spring"), encoding="utf-8")

    pack, problems = check_pack(place)

    assert pack is None
    told = {(one.code, Path(one.path).name) for one in errors_in(problems)}
    assert told == {("K210", "pack.yaml"), ("K322", "facts.yaml"), ("K606", "spring.yaml")}

    (place / "facts.yaml").write_text(FACTS, encoding="utf-8")  # with a kind and a field of its own

    assert {one.code for one in errors_in(check_pack(place)[1])} == {"K210", "K322"}
