"""Reading when payments fall due and who pays them (读取发放时间与分担方): P324.

The days from which payments are counted, the event with which they fall due, what stops them, and payers with days of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from juxian.core.policy.document import DUES, Pay, Payer
from juxian.core.policy.reading.values import Values
from juxian.core.positioned import Path
from juxian.core.text import Text

SCHEDULE_KEYS = ("from", "due", "upon", "stops_if", "ends_if")
LARGEST_SHARE = 10_000


def with_schedule(reader: Values, path: Path, pay: Pay) -> Pay:
    """``pay`` with ``from``, ``due``, ``upon``, ``stops_if`` and ``ends_if`` of the mapping at ``path``."""

    def has(key: str) -> bool:
        return reader.get((*path, key)) is not None

    start = reader.get((*path, "from"))
    fields = reader.items((*path, "from")) if isinstance(start, list) else [(*path, "from")]
    found = replace(
        pay,
        starts=tuple(name for item in fields if (name := reader.date_field(item))),
        due=reader.choice((*path, "due"), DUES, "on_day"),
        upon=reader.date_field((*path, "upon")),
        stops_if=reader.condition((*path, "stops_if")),
        ends_if=reader.condition((*path, "ends_if")),
    )
    fixed, single = has("on"), pay.count == 1
    for wrong, key, message, hint in (
        (
            has("due") and fixed, "due",
            Text("发放日已写在 on", "the days stand at on"), Text("去掉 due 或 on", "leave out due, or on"),
        ),
        (
            has("upon") and (fixed or has("due")), "upon",
            Text("随事件发放的不再写日子", "what falls due with an event has no days"), Text("去掉 on 和 due", "leave out on and due"),
        ),
        (
            has("upon") and single, "upon",
            Text("只有一期，没有随事件发放的款项", "there is one payment; none waits for an event"), Text("写 instalments 或 ratio", "write instalments or ratio"),
        ),
        (
            has("stops_if") and single, "stops_if",
            Text("只有一期，没有可停的款项", "there is one payment; nothing can stop"), Text("写 instalments 或 ratio", "write instalments or ratio"),
        ),
        (
            has("ends_if") and single, "ends_if",
            Text("只有一期，没有可终止的款项", "there is one payment; nothing is left to end"), Text("写 instalments 或 ratio", "write instalments or ratio"),
        ),
    ):  # fmt: skip
        if wrong:
            reader.wrong((*path, key), "P324", message, hint, key=True)
    return found


def payers_of(reader: Values, benefit: Path, pay: Callable[[Path], Pay]) -> tuple[Payer, ...]:
    """``payers`` of the benefit at ``benefit``; ``pay`` reads a schedule."""
    path = (*benefit, "payers")
    if reader.get(path) is None:
        return ()
    found: list[Payer] = []
    for item in reader.items(path):
        if not reader.mapping(item, ("id", "title", "share", "pay"), ("id", "title", "share")):
            continue
        payer = Payer(
            reader.code((*item, "id")),
            reader.title((*item, "title")) or Text(""),
            reader.integer((*item, "share"), 1, LARGEST_SHARE, 1),
            pay((*item, "pay")),
        )
        if payer.id in {other.id for other in found}:
            reader.wrong(
                (*item, "id"), "P324", Text(f"分担方“{payer.id}”重复", f"the payer {payer.id} is written twice"),
            )  # fmt: skip
        found.append(payer)
    for wrong, key, message, hint in (
        (
            len(found) == 1, "payers",
            Text("只有一个分担方", "there is one payer only"), Text("去掉 payers", "leave out payers"),
        ),
        (
            reader.get((*benefit, "pay")) is not None, "pay",
            Text("各分担方各有发放时间", "each payer has a schedule of its own"), Text("写在 payers 的 pay", "write it at pay of each payer"),
        ),
        (
            reader.get((*benefit, "per_payment")) is True, "per_payment",
            Text("由几方分担的金额是总额", "an amount that several bear is the whole"), Text("去掉 per_payment", "leave out per_payment"),
        ),
        (
            reader.get((*benefit, "in_kind")) is not None, "payers",
            Text("实物待遇没有可分担的金额", "what is given in kind has no amount to share"), Text("去掉 payers", "leave out payers"),
        ),
    ):  # fmt: skip
        if wrong:
            reader.wrong((*benefit, key), "P324", message, hint, key=True)
    return tuple(found)
