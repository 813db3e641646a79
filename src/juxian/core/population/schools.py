"""Where made-up people have studied (毕业院校): public names of schools with the groups they belong to.

Groups are codes of the scale ``school_tag``. Only the schools are real; no person is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

_985 = frozenset(("985", "211", "double_first_class", "arwu_500"))
_211 = frozenset(("211", "double_first_class"))
_FIRST_CLASS = frozenset(("double_first_class",))
_PLAIN: frozenset[str] = frozenset()
_ABROAD = frozenset(("overseas",))
_ABROAD_LEADING = frozenset(("overseas", "qs_100", "arwu_500"))

_GROUPS = {
    _985: "清华大学 北京大学 浙江大学 复旦大学 上海交通大学 南京大学 中国科学技术大学 武汉大学 华中科技大学 西安交通大学 "
    "中山大学 四川大学 哈尔滨工业大学 吉林大学 厦门大学 山东大学 中南大学 湖南大学 兰州大学 重庆大学 天津大学 南开大学 "
    "同济大学 东南大学 大连理工大学 东北大学 电子科技大学 西北工业大学 中国农业大学 华南理工大学",
    _211: "北京科技大学 郑州大学 苏州大学 西南大学 合肥工业大学 武汉理工大学 南京理工大学 华东理工大学 河海大学 西北大学 "
    "长安大学 太原理工大学 暨南大学 南昌大学 云南大学 北京化工大学",
    _FIRST_CLASS: "南京医科大学 湘潭大学 河南大学 南京信息工程大学 南京林业大学 成都理工大学 山西大学 广州医科大学 华南农业大学",
    _ABROAD_LEADING: "新加坡国立大学 东京大学 墨尔本大学 慕尼黑工业大学 曼彻斯特大学 多伦多大学 爱丁堡大学 苏黎世联邦理工学院",
    _ABROAD: "千叶大学 昆士兰科技大学 图卢兹第三大学 布拉格捷克理工大学 釜山大学",
    _PLAIN: "河南科技大学 湖北工业大学 长沙理工大学 兰州理工大学 江苏大学 南通大学 三峡大学 湖南科技大学 西北师范大学 "
    "河南师范大学 兰州交通大学 青岛大学 扬州大学 武汉工程大学 燕山大学 济南大学 南华大学 河北医科大学 大连医科大学 温州医科大学 "
    "湖北医药学院 江西中医药大学 甘肃农业大学 长春师范大学 天津师范大学",
}
_SCHOOLS = {name: tags for tags, names in _GROUPS.items() for name in names.split()}
_BELOW_BACHELOR = {
    "college": "长沙民政职业技术学院 武汉职业技术学院 无锡职业技术学院 金华职业技术学院 湖南铁道职业技术学院 芜湖职业技术学院 "
    "江苏卫生健康职业学院 桐城师范高等专科学校",
    "secondary_vocational": "职业中等专业学校 卫生学校 技工学校 师范学校",  # kinds of school; each place has its own
}


@cache
def _schools(degree: str, tags: frozenset[str], word: str) -> tuple[str, ...]:
    if degree in _BELOW_BACHELOR and not tags:
        names = tuple(_BELOW_BACHELOR[degree].split())
    elif degree in ("bachelor", "master", "doctor") or tags:
        names = tuple(name for name, groups in _SCHOOLS.items() if (tags <= groups if tags else not groups))
    else:
        return ()
    return tuple(name for name in names if word in name) or names


def school_for(rng: Random, degree: str, tags: Sequence[str], word: str) -> str:
    """A school of all the groups ``tags`` (of none when empty), with ``word`` in its name where there is one.

    Empty text when the table has no such school.
    """
    names = _schools(degree, frozenset(tags), word)
    return rng.choice(names) if names else ""
