"""Made-up names (虚构姓名): common surnames by weight, common characters; nobody is meant.

Weights follow the order of the commonest surnames of the 2020 census year report, roughly per mille.
"""

from __future__ import annotations

from random import Random

_SURNAMES = {
    "王": 72, "李": 71, "张": 67, "刘": 51, "陈": 45, "杨": 31, "黄": 22, "赵": 20, "吴": 19, "周": 19, "徐": 15, "孙": 14,
    "马": 13, "朱": 12, "胡": 12, "郭": 11, "何": 11, "林": 11, "高": 10, "罗": 9, "郑": 9, "梁": 8, "谢": 8, "宋": 7,
    "唐": 7, "许": 6, "邓": 6, "冯": 6, "韩": 6, "曹": 6, "曾": 6, "彭": 5, "肖": 5, "蔡": 5, "潘": 5, "田": 5, "董": 5,
    "袁": 5, "于": 5, "余": 4, "叶": 4, "蒋": 4, "杜": 4, "苏": 4, "魏": 4, "程": 4, "吕": 4, "丁": 4, "沈": 4, "任": 4,
    "姚": 4, "卢": 4, "傅": 3, "钟": 3, "姜": 3, "崔": 3, "谭": 3, "廖": 3, "范": 3, "汪": 3, "陆": 3, "金": 3, "石": 3,
    "戴": 3, "贾": 3, "韦": 3, "夏": 3, "邱": 3, "方": 3, "侯": 3, "邹": 3, "熊": 3, "孟": 3, "秦": 3, "白": 3, "江": 3,
    "闫": 2, "薛": 2, "尹": 2, "段": 2, "雷": 2, "黎": 2, "史": 2, "龙": 2, "陶": 2, "贺": 2, "顾": 2, "毛": 2, "郝": 2,
    "龚": 2, "邵": 2, "万": 2, "钱": 2, "严": 2, "覃": 2, "武": 2, "戚": 1, "欧阳": 1, "司马": 1, "上官": 1, "诸葛": 1,
}  # fmt: skip
_MALE = "伟强磊洋勇军杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢东阳建国志文海峰成亮毅新利清晨博远航瑞哲恒昊轩铭睿"
_FEMALE = "芳娜敏静秀娟英华慧巧美淑惠珠翠雅芝玉萍红娥玲芬燕彩春菊兰凤洁梅琳素云莲真环雪荣爱妹霞香月莺媛艳瑞凡佳嘉琼怡婷欣雨晓萌悦"
_RARE = "堃喆翀玥昱珺彧祎赟龑珅旻烜燊𬭎㛃"
_WESTERN = {
    "male": ["约翰", "托马斯", "马丁", "彼得", "安德烈", "卢卡斯", "保罗", "大卫", "弗兰克", "尼古拉"],
    "female": ["安娜", "玛丽", "索菲", "劳拉", "海伦", "克拉拉", "艾琳", "卡特琳娜", "伊莎贝尔", "露西"],
    "family": [
        "米勒",
        "史密斯",
        "韦伯",
        "罗西",
        "杜邦",
        "安德森",
        "伊万诺夫",
        "费尔南德斯",
        "约翰松",
        "科瓦奇",
    ],
}
_DOTTED = {
    "male": ["买买提", "阿不都", "艾尔肯", "吐尔逊", "木拉提", "叶尔江"],
    "female": ["阿依古丽", "热依汗", "古丽娜", "阿依努尔", "帕提曼", "阿娜尔"],
    "family": ["艾山", "依明", "玉素甫", "吾斯曼", "卡德尔", "哈山"],
}


def _pool(weights: dict[str, int]) -> tuple[str, ...]:
    return tuple(word for word, weight in weights.items() for _ in range(weight))


_WEIGHTED = _pool(_SURNAMES)


def han_name(rng: Random, gender: str) -> str:
    """A surname and one or two characters; about 1 in 150 has a rare character, some of them beyond the BMP."""
    given = _FEMALE if gender == "female" else _MALE
    surname = _WEIGHTED[int(rng.random() * len(_WEIGHTED))]
    first = given[int(rng.random() * len(given))]
    chance = rng.random()
    if chance < 0.007:
        return surname + first + _RARE[int(rng.random() * len(_RARE))]
    if chance < 0.17:
        return surname + first
    return surname + first + given[int(rng.random() * len(given))]


def dotted_name(rng: Random, gender: str) -> str:
    """A name written with the interpunct, as Uygurs and Kazakhs have it (带间隔号的姓名)."""
    return (
        f"{rng.choice(_DOTTED['female' if gender == 'female' else 'male'])}·{rng.choice(_DOTTED['family'])}"
    )


def western_name(rng: Random, gender: str) -> str:
    """The transliterated name of a foreigner (外籍人才译名)."""
    return (
        f"{rng.choice(_WESTERN['female' if gender == 'female' else 'male'])}·{rng.choice(_WESTERN['family'])}"
    )
