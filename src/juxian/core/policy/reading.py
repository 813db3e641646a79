"""Reading a policy file (读取政策文件): all problems at once, nothing half accepted.

Problems beside those of ``fields`` and of conditions: P310 id written twice · P311 periods of versions · P312 not a
date field · P313 neither money nor in kind, or both · P314 row never reached · P315 shares · P316 rules of one group
disagree · P317 in kind cannot be compared · P319 days to object where an application is needed · P320 the name of points tables ·
P321 a window of applying.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import cast

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.document import (
    BASES,
    DELIVERIES,
    MONTHS_OF,
    STAGES,
    Basis,
    Benefit,
    Cap,
    Circular,
    Clawback,
    Hit,
    Obligation,
    Pay,
    PointsTable,
    Policy,
    Row,
    Stacking,
    StackingRule,
    Table,
    Version,
)
from juxian.core.policy.fields import Fields
from juxian.core.policy.language import Amount, Expression, read_amount, read_condition, read_number
from juxian.core.policy.mistakes import value_in
from juxian.core.policy.names import Name, Names, names_of_schema
from juxian.core.policy.nodes import Number, Season, Window
from juxian.core.positioned import Document, Path
from juxian.core.source import Problem, errors_in
from juxian.core.text import Text

INSTALMENTS_LIMIT = 600
LONGEST_OPT_OUT_DAYS = 365
_WORD = re.compile(r"[^\W\d][\w·]*")
_DURATION = re.compile(r"([1-9][0-9]{0,2}) *(年|个月|月|years?|months?)")
_SEASON = re.compile(r"(\d{1,2})-(\d{1,2}) *\.\. *(\d{1,2})-(\d{1,2})")
_WINDOW_KEYS = ("from", "to", "every", "of", "after", "within", "note")
_WINDOW_HINT = Text("写 from、to，every，或 of 与 within", "write from and to, every, or of and within")
_POLICY_KEYS = (
    "policy",
    "title",
    "summary",
    "basis",
    "source",
    "document",
    "stage",
    "versions",
    "caps",
    "opt_out_days",
    "note",
)
_DOCUMENT_KEYS = ("title", "reference", "issuer", "trial", "published", "url", "id")
_VERSION_KEYS = ("since", "until", "applies_by", "note", "points", "benefits", "caps")
_BENEFIT_KEYS = (
    "id", "title", "article", "basis", "who", "amount", "in_kind", "pay", "per_payment", "obligation", "stacking", "cap",
    "window", "delivery", "opt_out_days", "note", "source",
)  # fmt: skip


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


def _day_of_year(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    pair = (int(found[1]), int(found[2])) if found else (0, 0)
    return pair if _is_day(*pair) else None


def read_policy(document: Document, schema: Schema) -> tuple[Policy | None, list[Problem]]:
    """The policy that ``document`` holds, or None with every problem; warnings may come with a policy."""
    reader = _Reader(document, names_of_schema(schema))
    policy = reader.policy()
    return (None if errors_in(reader.problems) else policy), reader.in_order()


class _Reader(Fields):
    def __init__(self, document: Document, names: Names) -> None:
        super().__init__(document)
        self.names = names
        self.paths: dict[str, Path] = {}
        self.opt_out_days: int | None = None  # of the whole policy

    def policy(self) -> Policy | None:
        if not self.mapping((), _POLICY_KEYS, ("policy", "title", "basis", "versions")):
            return None
        basis = cast(Basis, self.choice(("basis",), BASES, "assumed"))
        caps = self.caps(("caps",))
        self.opt_out_days = self.days_to_object(("opt_out_days",))
        versions = self.versions(basis, caps)
        return Policy(
            id=self.code(("policy",)),
            title=self.title(("title",)) or Text(""),
            summary=self.title(("summary",)) or Text(""),
            basis=basis,
            source=self.text(("source",)),
            document=self.circular(("document",)),
            stage=self.choice(("stage",), STAGES),
            versions=versions,
            origin=self.document,
            paths=self.paths,
        )

    def circular(self, path: Path) -> Circular:
        if self.get(path) is None or not self.mapping(path, _DOCUMENT_KEYS):
            return Circular()
        return Circular(
            title=self.text((*path, "title")),
            reference=self.text((*path, "reference")) or self.text((*path, "id")),
            issuer=self.text((*path, "issuer")),
            trial=self.flag((*path, "trial")),
            published=self.day((*path, "published")),
            url=self.text((*path, "url")),
        )

    # versions

    def versions(self, basis: Basis, caps: tuple[Cap, ...]) -> tuple[Version, ...]:
        if self.get(("versions",)) is None:
            return ()
        found = [(path, self.version(path, basis, caps)) for path in self.items(("versions",))]
        readable = sorted(
            ((path, version) for path, version in found if version), key=lambda item: item[1].since
        )
        closed = []
        for index, (path, version) in enumerate(readable):
            following = readable[index + 1][1].since if index + 1 < len(readable) else None
            self.check_period(path, version, following)
            until = version.until or following
            closed.append(replace(version, until=until))
        self.check_groups(closed)
        return tuple(closed)

    def version(self, path: Path, basis: Basis, caps: tuple[Cap, ...]) -> Version | None:
        if not self.mapping(path, _VERSION_KEYS, ("since", "benefits")):
            return None
        points = self.points((*path, "points"))
        words = self.names
        self.names = words.with_points(((table.id, table.title.zh), table.sum) for table in points)
        benefits, own_caps = self.benefits(path, basis), self.caps((*path, "caps"))
        self.names = words
        applies_by = self.date_field((*path, "applies_by"))
        since, until = self.day((*path, "since")), self.day((*path, "until"))
        if since is None:
            return None
        note = self.title((*path, "note"))
        return Version(since, until, applies_by, benefits, caps + own_caps, note, points)

    def benefits(self, path: Path, basis: Basis) -> tuple[Benefit, ...]:
        benefits = []
        seen: set[str] = set()
        for item in self.items((*path, "benefits")) if self.get((*path, "benefits")) is not None else []:
            benefit = self.benefit(item, basis)
            if benefit is None:
                continue
            if benefit.id in seen:
                self.wrong(
                    (*item, "id"),
                    "P310",
                    Text(f"待遇“{benefit.id}”重复", f"the benefit {benefit.id} is written twice"),
                )
            seen.add(benefit.id)
            self.paths.setdefault(benefit.id, item)
            benefits.append(benefit)
        return tuple(benefits)

    def points(self, path: Path) -> tuple[PointsTable, ...]:
        if self.get(path) is None:
            return ()
        found: list[PointsTable] = []
        for item in self.items(path):
            if not self.mapping(item, ("id", "title", "rows", "note"), ("id", "title", "rows")):
                continue
            table = PointsTable(
                self.text((*item, "id")), self.title((*item, "title")) or Text(""), self.scores(item)
            )
            taken = {word for one in found for word in (one.id, one.title.zh)}
            for key, word in (("id", table.id), ("title", table.title.zh)):
                if not _WORD.fullmatch(word) or word in taken or self.names.find(word):
                    self.wrong(
                        (*item, key), "P320", Text(f"“{word}”不能作积分的名称", f"“{word}” cannot name points"),
                        Text("一个词，不与字段或另一张积分表同名", "one word that is neither a field nor another table of points"),
                    )  # fmt: skip
            found.append(table)
        return tuple(found)

    def scores(self, path: Path) -> tuple[Row, ...]:
        found = []
        for item in self.items((*path, "rows")):
            if self.mapping(item, ("when", "give", "article", "note"), ("give",)):
                give, problems = read_number(
                    self.text((*item, "give")), self.names, value_in(self.document, (*item, "give"))
                )
                self.problems += problems
                found.append(Row(self.condition((*item, "when")), give, None, self.text((*item, "article"))))
        return tuple(found)

    def check_period(self, path: Path, version: Version, following: date | None) -> None:
        if version.until is not None and version.until <= version.since:
            self.wrong((*path, "until"), "P311", Text("失效日不晚于施行日", "until is not after since"))
        elif following is not None and (
            following == version.since or (version.until or following) > following
        ):
            self.wrong(
                (*path, "since"), "P311", Text("与下一版本的施行期间重叠", "its period overlaps with the next version's"),
                Text("去掉 until，或改为下一版本的施行日", "leave out until, or set it to the next since"),
            )  # fmt: skip

    def check_groups(self, versions: Iterable[Version]) -> None:
        for version in versions:
            rules: dict[str, StackingRule] = {}
            for benefit in version.benefits:
                for stacking in benefit.stacking:
                    if stacking.rule in (StackingRule.DEDUCT_EARLIER, StackingRule.ONCE_IN_LIFE):
                        continue
                    first = rules.setdefault(stacking.group, stacking.rule)
                    if first is not stacking.rule:
                        self.wrong(
                            (*self.paths[benefit.id], "stacking"), "P316",
                            Text(f"组“{stacking.group}”的规则不一致：{first} 与 {stacking.rule}", f"the rules of group {stacking.group} disagree: {first} and {stacking.rule}"),
                            Text("同一组用同一条规则", "one group, one rule"),
                        )  # fmt: skip

    # benefits

    def benefit(self, path: Path, basis: Basis) -> Benefit | None:
        if not self.mapping(path, _BENEFIT_KEYS, ("id", "title")):
            return None
        in_kind = self.title((*path, "in_kind"))
        table = self.table(path, in_kind)
        pay = self.pay((*path, "pay"))
        delivery = self.choice((*path, "delivery"), DELIVERIES, "application")
        benefit = Benefit(
            id=self.code((*path, "id")),
            title=self.title((*path, "title")) or Text(""),
            article=self.text((*path, "article")),
            basis=cast(Basis, self.choice((*path, "basis"), BASES, basis)),
            who=self.condition((*path, "who")),
            table=table or Table(Hit.FIRST, ()),
            in_kind=in_kind,
            pay=pay,
            per_payment=self.flag((*path, "per_payment")),
            obligation=self.obligation((*path, "obligation")),
            stacking=self.stacking((*path, "stacking"), self.text((*path, "id"))),
            cap_fen=self.fixed_amount((*path, "cap")),
            window=self.window((*path, "window"), delivery),
            delivery=delivery,
            opt_out_days=self.objecting(path, delivery),
            note=self.title((*path, "note")),
        )
        if any(s.rule is StackingRule.HIGHEST for s in benefit.stacking) and table and not benefit.is_money:
            self.wrong(
                (*path, "stacking"), "P317", Text("实物待遇没有金额，不能就高", "what is given in kind has no amount to compare"),
                Text("用 choose_one 或 first", "use choose_one or first"),
            )  # fmt: skip
        return benefit

    def objecting(self, path: Path, delivery: str) -> int | None:
        """Days to object of a benefit that is given without application; its own, else the policy's."""
        own = self.days_to_object((*path, "opt_out_days"))
        if delivery == "no_application":
            return self.opt_out_days if own is None else own
        if own is not None:
            self.wrong(
                (*path, "opt_out_days"), "P319",
                Text("要申请的待遇没有免申即享的异议期", "a benefit that is applied for has no days to object"),
                Text("写 delivery: no_application，或去掉这一项", "write delivery: no_application, or leave it out"), key=True,
            )  # fmt: skip
        return None

    def days_to_object(self, path: Path) -> int | None:
        return self.integer(path, 1, LONGEST_OPT_OUT_DAYS) or None

    def table(self, path: Path, in_kind: Text | None) -> Table | None:
        amount = self.get((*path, "amount"))
        if (amount is None) == (in_kind is None) and self.get((*path, "in_kind")) is None:
            self.wrong(
                path, "P313", Text("没有写给什么", "it does not say what is given"),
                Text("写 amount（金额或分档表）或 in_kind（实物）", "write amount (an amount or a table) or in_kind"), key=True,
            )  # fmt: skip
            return None
        if amount is not None and in_kind is not None:
            self.wrong(
                (*path, "in_kind"), "P313", Text("amount 与 in_kind 只能写一个", "write either amount or in_kind"),
                Text("拆成两项待遇", "make two benefits of it"), key=True,
            )  # fmt: skip
            return None
        if in_kind is not None or amount is None:
            return Table(Hit.FIRST, (Row(None, None, in_kind),))
        if not isinstance(amount, dict):
            give = self.amount((*path, "amount"))
            return Table(Hit.FIRST, (Row(None, give),))
        return self.rows((*path, "amount"))

    def rows(self, path: Path) -> Table | None:
        if not self.mapping(path, ("hit", "rows"), ("rows",)) or self.get((*path, "rows")) is None:
            return None
        hit = Hit(self.choice((*path, "hit"), [hit.value for hit in Hit], "first"))
        found: list[Row] = []
        for item in self.items((*path, "rows")):
            if hit is Hit.FIRST and item[-1] and self.get((*path, "rows", int(item[-1]) - 1, "when")) is None:
                self.wrong(
                    item, "P314", Text("这一行永远轮不到：上一行没有条件", "this row is never reached: the one above has no condition"),
                    Text("没有 when 的行写在最后", "write the row without when last"),
                )  # fmt: skip
            if self.mapping(item, ("when", "give", "in_kind", "article", "note")):
                found.append(self.row(item))
        return Table(hit, tuple(found))

    def row(self, path: Path) -> Row:
        in_kind = self.title((*path, "in_kind"))
        give = self.amount((*path, "give"))
        if in_kind is None and self.get((*path, "give")) is None:
            self.missing(path, "give")
        elif in_kind is not None and give is not None:
            self.wrong(
                (*path, "in_kind"),
                "P313",
                Text("give 与 in_kind 只能写一个", "write either give or in_kind"),
                key=True,
            )
        return Row(self.condition((*path, "when")), give, in_kind, self.text((*path, "article")))

    def pay(self, path: Path) -> Pay:
        if self.get(path) is None or not self.mapping(
            path, ("instalments", "every", "each_if", "ratio", "on", "first")
        ):
            return Pay()
        shares = self.shares(path)
        every = self.choice((*path, "every"), list(MONTHS_OF), "year" if len(shares) > 1 else "once")
        days = self.pay_days((*path, "on"))
        first = self.choice((*path, "first"), ("at_once", "on_day"), "on_day")
        if days and self.get((*path, "every")) is not None:
            self.wrong(
                (*path, "every"), "P315", Text("发放日已写在 on", "the days stand at on"), Text("去掉 every", "leave out every"), key=True,
            )  # fmt: skip
        if self.get((*path, "first")) is not None and self.get((*path, "on")) is None:
            self.wrong(
                (*path, "first"), "P315", Text("没有写发放日", "it names no day"), Text("on: 12-31", "on: 12-31"), key=True,
            )  # fmt: skip
        if every == "once" and len(shares) > 1:
            self.wrong(
                (*path, "every"),
                "P315",
                Text("分期发放需要间隔", "several payments need an interval"),
                Text("every: year", "every: year"),
            )
        return Pay(shares, every, self.condition((*path, "each_if")), days, first == "at_once")

    def pay_days(self, path: Path) -> tuple[tuple[int, int], ...]:
        """``12-31``, or a list of such."""
        value = self.get(path)
        if value is None:
            return ()
        found = []
        for item in self.items(path) if isinstance(value, list) else [path]:
            day = _day_of_year(self.text(item))
            if day is None or day in found:
                self.wrong(
                    item, "P315", Text("这里需要每年的月日，各不相同", "a day of each year is needed here, each another"),
                    Text("写成 6-30 或 [6-30, 12-31]", "write 6-30, or [6-30, 12-31]"),
                )  # fmt: skip
            else:
                found.append(day)
        return tuple(sorted(found))

    def shares(self, path: Path) -> tuple[int, ...]:
        count = self.integer((*path, "instalments"), 1, INSTALMENTS_LIMIT)
        if self.get((*path, "ratio")) is None:
            return (1,) * max(1, count)
        shares = tuple(self.integer(item, 1, 10_000, 1) for item in self.items((*path, "ratio")))
        if count and len(shares) != count:
            self.wrong(
                (*path, "ratio"), "P315",
                Text(f"比例有 {len(shares)} 份，期数是 {count}", f"{len(shares)} shares for {count} payments"),
            )  # fmt: skip
        return shares or (1,)

    def obligation(self, path: Path) -> Obligation | None:
        if self.get(path) is None or not self.mapping(
            path, ("serve", "from", "clawback", "excludes", "note"), ("serve",)
        ):
            return None
        clawback = None
        if self.get((*path, "clawback")) is not None and self.mapping(
            (*path, "clawback"), ("kind", "of"), ("kind",)
        ):
            kind = self.choice(
                (*path, "clawback", "kind"), ("pro_rata_months", "pro_rata_years", "full", "received")
            )
            clawback = Clawback(kind, self.integer((*path, "clawback", "of"), 1, 1200))
        excludes = self.get((*path, "excludes")) or []
        return Obligation(
            serve_months=self.months((*path, "serve")),
            from_field=self.date_field((*path, "from")),
            clawback=clawback,
            excludes=tuple(str(item) for item in excludes)
            if isinstance(excludes, list)
            else (str(excludes),),
            note=self.title((*path, "note")),
        )

    def window(self, path: Path, delivery: str) -> Window | None:
        if self.get(path) is None or not self.mapping(path, _WINDOW_KEYS):
            return None
        if delivery == "no_application":
            self.wrong(
                path, "P321", Text("免申即享的待遇没有申报期限", "what is given without application has no window"),
                Text("去掉 window，或写 delivery: application", "leave out window, or write delivery: application"), key=True,
            )  # fmt: skip
        opens, closes = self.day((*path, "from")), self.day((*path, "to"))
        field = self.date_field((*path, "of"))
        after, within = self.months((*path, "after")), self.months((*path, "within"))
        found = Window(opens, closes, self.season((*path, "every")), field, after, within or None)
        for wrong, key, message, hint in (
            (
                opens and closes and closes < opens, "to",
                Text("截止日早于开始日", "it closes before it opens"), Text("两天都算在内", "both days count"),
            ),
            (
                within and within < after, "within",
                Text("截止早于开始", "it closes before it opens"), Text("within 不短于 after", "within is not shorter than after"),
            ),
            (
                bool(after or within) and self.get((*path, "of")) is None, "within" if within else "after",
                Text("没有写从哪一天算起", "it does not say from which day"), Text("of: 入职日期", "of: a date field"),
            ),
            (
                self.get((*path, "of")) is not None and not (after or within), "of",
                Text("没有写多少个月", "it does not say how many months"), Text("within: 12个月", "within: 12 months"),
            ),
        ):  # fmt: skip
            if wrong:
                self.wrong((*path, key), "P321", message, hint, key=True)
        if not {"from", "to", "every", "of", "after", "within"} & set(self.get(path)):
            self.wrong(path, "P321", Text("没有写期限", "it names no time"), _WINDOW_HINT)
        return found

    def season(self, path: Path) -> Season | None:
        """``9-1..9-30``."""
        text = self.text(path)
        if not text:
            return None
        found = _SEASON.fullmatch(text)
        numbers = [int(part) for part in found.groups()] if found else []
        pairs = [(numbers[0], numbers[1]), (numbers[2], numbers[3])] if numbers else []
        if not pairs or not all(_is_day(*pair) for pair in pairs):
            self.wrong(
                path, "P321", Text("这里需要每年的起止月日", "two days of each year are needed here"),
                Text("写成 9-1..9-30", "write 9-1..9-30"),
            )  # fmt: skip
            return None
        return pairs[0], pairs[1]

    def stacking(self, path: Path, benefit: str) -> tuple[Stacking, ...]:
        value = self.get(path)
        if value is None:
            return ()
        found = []
        for item in self.items(path) if isinstance(value, list) else [path]:
            if self.mapping(item, ("group", "rule"), ("rule",)):
                rule = self.choice((*item, "rule"), [rule.value for rule in StackingRule])
                group = self.text((*item, "group")) or f"={benefit}"
                found += [Stacking(StackingRule(rule), group)] if rule else []
        return tuple(found)

    def caps(self, path: Path) -> tuple[Cap, ...]:
        if self.get(path) is None:
            return ()
        found = []
        for item in self.items(path):
            if self.mapping(item, ("amount", "unless", "basis", "article", "note", "source"), ("amount",)):
                amount = self.fixed_amount((*item, "amount"))
                unless = self.condition((*item, "unless"))
                basis, article = self.choice((*item, "basis"), BASES), self.text((*item, "article"))
                found += [Cap(amount, unless, basis, article)] if amount is not None else []
        return tuple(found)

    # values in the rule language

    def condition(self, path: Path) -> Expression | None:
        """A condition; ``是`` and ``否`` come out of YAML as true and false."""
        value = self.get(path)
        if value is None or value is True:
            return None
        text = "否" if value is False else self.text(path)
        if not text:
            return None
        expression, problems = read_condition(text, self.names, value_in(self.document, path))
        self.problems += problems
        return expression

    def amount(self, path: Path) -> Amount | None:
        value = self.get(path)
        if value is None:
            return None
        text = self.text(path)
        if not text:
            return None
        amount, problems = read_amount(text, self.names, value_in(self.document, path))
        self.problems += problems
        return amount

    def fixed_amount(self, path: Path) -> int | None:
        amount = self.amount(path)
        if amount is None:
            return None
        if not isinstance(amount.term, Number) or amount.term.value < 0:
            self.wrong(
                path,
                "P306",
                Text("这里需要固定金额", "a fixed amount is needed here"),
                Text("如 60万元", "such as 60万元"),
            )
            return None
        return amount.term.value

    def months(self, path: Path) -> int:
        value = self.text(path)
        if found := _DURATION.fullmatch(value):
            return int(found[1]) * (12 if found[2].startswith(("年", "y")) else 1)
        if value:
            self.wrong(
                path,
                "P307",
                Text("这里需要期限", "a duration is needed here"),
                Text("如 5年、36个月", "such as 5年, 36个月"),
            )
        return 0

    def date_field(self, path: Path) -> str:
        word = self.text(path)
        if not word:
            return ""
        name: Name | None = self.names.find(word)
        if name is not None and name.type.kind is Kind.DATE:
            return name.name
        dates = [item.title.zh for item in self.names.names if item.type.kind is Kind.DATE]
        self.wrong(
            path, "P312", Text(f"“{word}”不是日期字段", f"{word} is not a date field"),
            Text("可写：" + "、".join(dates), "write one of " + ", ".join(dates)),
        )  # fmt: skip
        return ""
