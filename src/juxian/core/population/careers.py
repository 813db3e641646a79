"""What people of a rank and an employer do (岗位、职称、专业): words for made-up careers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Career:
    """A line of work (职业方向).

    titles: from junior to senior, names of the professional title. series: its code in GB/T 8561, empty where the
    standard has none. majors: with the first-level discipline of GB/T 13745. school_word: found in the names of the
    schools that most people of the career come from.
    """

    positions: tuple[str, ...]
    titles: tuple[str, ...]
    series: str
    majors: tuple[tuple[str, str], ...]
    school_word: str = ""


TITLE_LEVELS = ("junior", "intermediate", "associate_senior", "senior")

_MANAGING = (("工商管理", "630"), ("会计学", "790"), ("金融学", "790"), ("行政管理", "630"), ("法学", "820"))
_BUILDING = (
    ("机械工程", "460"), ("电气工程", "470"), ("材料科学与工程", "430"), ("冶金工程", "450"), ("化学工程与工艺", "530"),
    ("计算机科学与技术", "520"), ("土木工程", "560"), ("环境工程", "610"), ("电子信息工程", "510"),
)  # fmt: skip

CAREERS: Mapping[str, Career] = {
    "physician": Career(
        ("临床医师", "住院医师", "科室骨干", "科室副主任"),
        ("医师", "主治医师", "副主任医师", "主任医师"),
        "23",
        (("临床医学", "320"), ("口腔医学", "320"), ("医学影像学", "320"), ("中医学", "360"), ("预防医学", "330")),
        "医",
    ),
    "nurse": Career(
        ("护士", "责任护士", "护士长"),
        ("护师", "主管护师", "副主任护师", "主任护师"),
        "25",
        (("护理学", "320"), ("药学", "350"), ("医学检验技术", "320")),
        "卫生",
    ),
    "teacher": Career(
        ("任课教师", "班主任", "教研组长", "年级主任"),
        ("二级教师", "一级教师", "高级教师", "正高级教师"),
        "05",
        (("汉语言文学", "750"), ("数学与应用数学", "110"), ("英语", "740"), ("物理学", "140"), ("化学", "150"), ("教育学", "880")),
        "师范",
    ),
    "lecturer": Career(
        ("专任教师", "教研室主任", "实验中心教师"),
        ("助教", "讲师", "副教授", "教授"),
        "01",
        (("临床医学", "320"), ("生物学", "180"), ("数学", "110"), ("马克思主义理论", "710"), ("药学", "350"), ("计算机科学与技术", "520")),
    ),
    "researcher": Career(
        ("科研人员", "课题负责人", "研究室主任"),
        ("研究实习员", "助理研究员", "副研究员", "研究员"),
        "61",
        (("环境科学", "610"), ("化学", "150"), ("生物学", "180"), ("物理学", "140"), *_BUILDING[:3]),
    ),
    "engineer": Career(
        ("技术员", "工艺工程师", "研发工程师", "项目负责人"),
        ("助理工程师", "工程师", "高级工程师", "正高级工程师"),
        "08",
        _BUILDING,
    ),
    "manager": Career(
        ("部门经理", "项目经理", "副总经理", "总经理助理"),
        ("助理经济师", "经济师", "高级经济师", "正高级经济师"),
        "12",
        _MANAGING,
    ),
    "official": Career(
        ("一级科员", "四级主任科员", "科室负责人", "业务干部"),
        ("助理经济师", "经济师", "高级经济师", "正高级经济师"),
        "12",
        (*_MANAGING, ("汉语言文学", "750")),
    ),
    "craftsman": Career(
        ("操作工", "班组长", "维修技师", "工段长"),
        ("助理工程师", "工程师", "高级工程师", "正高级工程师"),
        "08",
        (("机电一体化技术", "460"), ("焊接技术", "460"), ("电气自动化技术", "470"), ("数控技术", "460")),
    ),
    "agronomist": Career(
        ("农技员", "合作社负责人", "种植大户", "乡村产业带头人"),
        ("助理农艺师", "农艺师", "高级农艺师", "农业技术推广研究员"),
        "09",
        (("农学", "210"), ("园艺", "210"), ("林学", "220"), ("动物科学", "230"), ("水产养殖学", "240")),
    ),
    "social_worker": Career(
        ("社会工作者", "社区工作者", "服务项目主管"),
        ("助理社会工作师", "社会工作师", "高级社会工作师", "高级社会工作师"),
        "",
        (("社会工作", "840"), ("社会学", "840"), ("心理学", "190")),
    ),
}  # fmt: skip

_BY_RANK = {
    "party_government": "official",
    "enterprise_management": "manager",
    "high_skill": "craftsman",
    "rural": "agronomist",
    "social_work": "social_worker",
}
_BY_EMPLOYER = {
    "university": "lecturer",
    "college": "lecturer",
    "school": "teacher",
    "institute": "researcher",
    "party_government": "official",
}
_ENTERPRISES = frozenset(("state_enterprise", "private_enterprise", "foreign_enterprise", "self_employed"))
_INSTITUTIONS = frozenset(("institution", "university", "hospital", "school"))
EMPLOYERS_OF_RANK = {  # kinds of organisation or employer where people of a rank work
    "party_government": frozenset(("party_government",)),
    "enterprise_management": _ENTERPRISES,
    "professional": _ENTERPRISES | _INSTITUTIONS,
    "high_skill": _ENTERPRISES,
    "rural": frozenset(("township", "social_organisation")),
    "social_work": frozenset(("social_organisation", "community", "township")),
}
RANK_OF_EMPLOYER = {
    "party_government": "party_government",
    "social_organisation": "social_work",
}


def career_for(rng: Random, rank: str, kinds: tuple[str, str]) -> Career:
    """By the rank of talent (六支队伍), for professionals by the employer's (kind, employer_kind)."""
    if rank in _BY_RANK:
        return CAREERS[_BY_RANK[rank]]
    if "hospital" in kinds:
        return CAREERS["nurse" if rng.random() < 0.4 else "physician"]
    return CAREERS[next((_BY_EMPLOYER[kind] for kind in kinds if kind in _BY_EMPLOYER), "engineer")]
