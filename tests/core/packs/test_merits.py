"""``lint.yaml`` of a pack and its parents."""

import pytest

from juxian.core.packs import load_pack
from juxian.core.packs.merits import merits_of
from juxian.core.source import Rejected
from tests.core.packs.place import write_base, write_pack

LINT = """\
merits:
  paper: {title: {zh: 唯论文, en: papers alone}, fields: [学历]}
  hat: {fields: [学位]}
more_is_more: [年薪]
neutral: [职称]
"""


def test_a_pack_adds_to_the_data_of_its_parent(tmp_path):
    write_base(tmp_path)
    pack = load_pack(write_pack(tmp_path, lint=LINT))

    merits = merits_of(pack)

    fields = {merit.code: merit.fields for merit in merits.merits}
    assert fields["paper"] == {"degree"}
    assert {"academic_degree", "talent_level"} <= fields["hat"]
    assert {"annual_pay", "contract_months"} <= merits.rising
    assert "title_level" not in merits.ladders(pack.schema)
    assert "degree" in merits.ladders(pack.schema)


def test_one_merit_alone_is_recognised(tmp_path):
    write_base(tmp_path)
    merits = merits_of(load_pack(write_pack(tmp_path)))

    found = merits.sole(["degree", "school_tags"])

    assert found is not None
    assert found.title.zh == "唯学历"
    assert merits.sole(["degree", "title_level"]) is None
    assert merits.sole([]) is None


def test_wrong_data_is_told_where_it_stands(tmp_path):
    write_base(tmp_path)
    pack = load_pack(
        write_pack(tmp_path, lint="merits: {paper: {fields: [论文数]}}\nmore_is_more: [学历]\nother: 1\n")
    )

    with pytest.raises(Rejected) as rejected:
        merits_of(pack)

    assert [(problem.code, problem.span.line) for problem in rejected.value.problems] == [
        ("K102", 3),
        ("K701", 1),
        ("K702", 2),
    ]
