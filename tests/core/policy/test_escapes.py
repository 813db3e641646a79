"""Attempts to leave the rule language: each is refused with a code and a place, or stays a text; nothing else can happen."""

from __future__ import annotations

import pytest

from juxian.core.policy import nodes as n
from juxian.core.policy import parse_condition
from juxian.core.policy.language import read_amount
from juxian.core.policy.mistakes import typed_text
from juxian.core.source import Rejected
from tests.core.policy.words import NAMES

PAYLOADS = r"""
__import__('os').system('id')
__import__("os")
import os
from os import system
exec("1")
eval("1")
compile("1", "", "eval")
open("/etc/passwd").read()
().__class__
().__class__.__bases__[0].__subclasses__()
[].__class__.__mro__
{}.__class__
"".__class__
年薪.__class__
学历.__init__.__globals__
degree.__class__.__mro__[1]
getattr(学历, "x")
setattr(学历, "x", 1)
globals()
locals()
vars()
dir()
type(年薪)
lambda: 1
lambda x: x
(lambda: 1)()
[x for x in (1, 2)]
{x: 1 for x in (1, 2)}
(x for x in (1, 2))
x := 1
年薪 = 年薪 = 1
年薪; import os
年薪 \n import os
f"{年薪}"
f'{().__class__}'
b"x"
r"x"
`id`
$(id)
${jndi:ldap://x}
{{ 7 * 7 }}
{% include "x" %}
<script>alert(1)</script>
'; DROP TABLE people; --
" OR "1" = "1
1; SELECT 1
1 UNION SELECT 1
1 /* x */ 2
1 -- x
年薪 # x
# x
a.b.c
a[0]
a[0][1]
a->b
a::b
a ? b : c
a if b else c
yield 1
await x
async x
return 1
raise x
del x
assert x
with x: 1
try: 1
class X: pass
def f(): 1
print(1)
input()
breakpoint()
exit()
help()
object()
super()
chr(40)
years_since(__import__)
received(__import__("os"))
min(__import__("os"), 1)
has(院校, __class__)
known(__builtins__)
__builtins__
__name__
__file__
__debug__
Ellipsis
...
NotImplemented
None
1 ** 1000000000
2 ** 64
1 << 64
1 // 0
1 / 0
1 % 0
~1
1 | 2
1 & 2
1 ^ 2
a @ b
*a
**a
@a
0x41
0b11
0o17
1e9999
1_000_000_000_000_000_000
99999999999999999999999999
1j
NaN
Infinity
\x41
\u0041
\N{BULLET}
%s
%(x)s
%n
../../etc/passwd
file:///etc/passwd
!ruby/object
!!python/object/apply:os.system
&a *a
﻿x
a​b
a‮b
ⅸ
①
𝟙 +
ª
＿＿import＿＿（os）
学历。__class__
学历·__class__
学历 >= 硕士 exec
且 且 且
((((((((((
))))))))))
""".strip().splitlines()  # fmt: skip
CONTEXTS = ("{}", "学历 >= 硕士 and {}", "({})")
ATTEMPTS = [
    context.format(payload) if "{}" in context else payload for context in CONTEXTS for payload in PAYLOADS
]


def test_the_corpus_is_large():
    assert len(set(ATTEMPTS)) >= 300


def problems_of(text):
    """What is told of a condition; None where it is accepted."""
    try:
        parse_condition(text, NAMES)
    except Rejected as refused:
        return refused.problems
    return None


def is_told(problems, text):
    return bool(problems) and all(
        problem.code[:2] in ("P1", "P2") and problem.span and 1 <= problem.span.column <= len(text) + 1
        for problem in problems
    )


def test_every_attempt_is_refused_at_its_place():
    assert [text for text in ATTEMPTS if not is_told(problems_of(text), text)] == []


def test_every_attempt_as_an_amount_is_refused_at_its_place():
    read = [(text, *read_amount(text, NAMES, typed_text(text, ""))) for text in PAYLOADS]

    assert [text for text, amount, problems in read if amount or not is_told(problems, text)] == []


def test_an_attempt_in_quotes_is_a_text_and_nothing_else():
    inside = [payload for payload in PAYLOADS if not set(payload) & {'"', "“", "”"}]
    strange = []
    for payload in inside:
        text = f'用人单位 == "{payload}"'
        if problems_of(text) is None:
            strange += [payload] if not isinstance(parse_condition(text, NAMES).clause, n.TextIs) else []
        else:
            strange += [payload] if not is_told(problems_of(text), text) else []

    assert strange == []


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "not " * 100_000,
        "年薪 + " * 100_000 + "年薪 > 1元",
        "全职 and " * 400 + "全职",
        "9" * 100_000 + " == 子女数",
        "a" * 100_000,
        '用人单位 == "' + "x" * 100_000 + '"',
        "min(" * 30 + "1" + ")" * 30 + " == 1",
        "-" * 1_900 + "子女数 < 0",
        "子女数 in (" + "1, " * 900 + "1)",
        "10亿元 * 10亿元 > 1元",
    ],
)
def test_size_is_bounded_before_work_is_done(text):
    with pytest.raises(Rejected) as refused:
        parse_condition(text, NAMES)

    assert len(refused.value.problems) <= 20
