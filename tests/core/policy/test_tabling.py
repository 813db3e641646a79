"""A table pasted from a document becomes rows that read back as conditions."""

import pytest

from juxian.core.policy.drafts import read_draft
from juxian.core.policy.tabling import pasted_table
from tests.core.policy.lint.policies import SCHEMA

POLICY = "policy: p\ntitle: t\nbasis: assumed\nversions:\n- since: 2020-01-01\n  benefits:\n  - id: b\n    title: b\n    article: a\n    amount:\n      rows:\n"


def test_a_table_becomes_rows():
    found = pasted_table(
        "学历\t职称\t金额（万元）\n博士\t—\t10\n硕士及以上\t正高、副高\t5\n不限\t\t1.5\n", SCHEMA
    )

    assert found.problems == ()
    assert found.rows.splitlines() == [
        "- {when: 学历 == 博士, give: 10万元}",
        "- {when: 学历 >= 硕士 and (职称 == 正高 or 职称 == 副高), give: 5万元}",
        "- {give: 1.5万元}",
    ]


def test_the_rows_read_back_as_a_policy():
    rows = pasted_table("年龄\t全职\t金额\n45岁以下\t是\t5万元\n\t否\t3000元", SCHEMA).rows

    policy, problems = read_draft(
        POLICY + "".join(f"      {row}\n" for row in rows.splitlines()), "p", SCHEMA
    )

    assert policy, problems
    assert [row.when.text for row in policy.versions[0].benefits[0].table.rows] == [
        "年龄 <= 45 and 全职",
        "not 全职",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("学历\t金额", 1),
        ("没有的\t金额\n博士\t1万元", 1),
        ("学历\t金额\n博学\t1万元", 2),
        ("学历\t金额\n博士\t很多", 2),
        ("学历\t金额\n博士", 2),
    ],
)
def test_a_mistake_is_told_with_its_line(text, line):
    assert line in [place for place, _words in pasted_table(text, SCHEMA).problems]
