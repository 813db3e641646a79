"""What can only be seen of a whole service: ways that lead nowhere, words that nobody gets (整体检查).

S121 unreachable state · S122 dead end · S127 return for supplement is not provided for · S129 does not begin with an
application · S130 unknown letter · S134 an end of which nobody is told · S135 unused letter (a reminder) · S136 an end that is
a step · S137 withdrawal from where nothing has been applied for yet · S138 a unit that a place does not have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from juxian.core.policy.names import close_words
from juxian.core.positioned import Path
from juxian.core.services.definition import Move, Result, Service, StepKind
from juxian.core.source import Problem, Severity, problem_at
from juxian.core.text import Text


def check_whole(service: Service) -> list[Problem]:
    """Every problem of the whole; the service is otherwise well-formed."""
    check = _Check(service, [])
    check.beginning()
    check.ways()
    check.supplement()
    check.letters()
    return check.problems


def check_units(service: Service, units: Collection[str]) -> list[Problem]:
    """Steps that nobody may do in a place whose units and duties are ``units`` (无人办理的环节)."""
    check = _Check(service, [])
    for step in service.steps.values():
        for post in step.posts:
            if post.who and all(party.unit and party.unit not in units for party in post.who):
                branch = post.key.partition("/")[2]
                path = ("steps", step.id, *(("branches", branch) if branch else ()), "who")
                words = "、".join(party.unit for party in post.who)
                message = Text(
                    f"“{post.title.zh}”由 {words} 办理，本地没有这个机构",
                    f"“{post.title.in_language('en')}” is done by {words}, which this place does not have",
                )
                near = [word for party in post.who for word in close_words(party.unit, units)]
                hint = (
                    Text(f"是否指 {'、'.join(near)}？", f"did you mean {', '.join(near)}?") if near else None
                )
                check.wrong(path, "S138", message, hint)
    return check.problems


@dataclass(frozen=True)
class _Check:
    service: Service
    problems: list[Problem]

    def wrong(
        self,
        path: Path,
        code: str,
        message: Text,
        hint: Text | None = None,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> None:
        document = self.service.origin
        span = document.key_span(path) if key else document.span(path)
        self.problems.append(problem_at(document.source, span, code, message, hint, severity))

    def beginning(self) -> None:
        first = self.service.first
        if first.kind is not StepKind.APPLY:
            message = Text(
                f"第一个环节“{first.title.zh}”不是申请",
                f"the first step “{first.title.in_language('en')}” is no application",
            )
            self.wrong(
                ("steps", first.id), "S129", message, Text("写 kind: apply", "write kind: apply"), key=True
            )

    def ways(self) -> None:
        ahead = arrows(self.service)
        reached = closure({self.service.first.id}, ahead)
        back: dict[str, set[str]] = {}
        for state, targets in ahead.items():
            for target in targets:
                back.setdefault(target, set()).add(state)
        ending = closure(self.service.ends, back)
        for state in (*self.service.steps, *self.service.ends):
            path = ("steps" if state in self.service.steps else "ends", state)
            title = self.service.title_of(state)
            if state not in reached:
                message = Text(f"无法到达“{title.zh}”", f"“{title.in_language('en')}” cannot be reached")
                hint = Text("让某个动作通向它，或删去", "let an action lead to it, or leave it out")
                self.wrong(path, "S121", message, hint, key=True)
            elif state not in ending:
                message = Text(
                    f"从“{title.zh}”无法办结", f"from “{title.in_language('en')}” no end is reached"
                )
                hint = Text("让某个动作通向一个结果", "let an action lead to an end")
                self.wrong(path, "S122", message, hint, key=True)

    def supplement(self) -> None:
        service, supplement = self.service, self.service.supplement
        returning = [post for post in service.posts.values() if post.may_return]
        if returning and supplement is None:
            message = Text(
                f"“{returning[0].title.zh}”可以退回补正，但没有写 supplement",
                f"“{returning[0].title.in_language('en')}” may return a case, yet there is no supplement",
            )
            hint = Text(
                "写 supplement: {days: 15, lapses_to: …, letter: …}",
                "write supplement: {days: 15, lapses_to: …, letter: …}",
            )
            state, _, branch = returning[0].key.partition("/")
            self.wrong(
                ("steps", state, *(("branches", branch) if branch else ()), "may_return"),
                "S127",
                message,
                hint,
            )
        if supplement is not None:
            if not returning:
                message = Text("没有环节可以退回补正", "no step may return a case")
                self.wrong(
                    ("supplement",),
                    "S127",
                    message,
                    Text("在环节中写 may_return: true", "write may_return: true in a step"),
                    key=True,
                )
            self.is_end(("supplement", "lapses_to"), supplement.lapses_to)
        if service.withdrawal is not None:
            self.is_end(("withdrawal", "to"), service.withdrawal.to)
            for index, state in enumerate(service.withdrawal.states):
                if state in service.ends:
                    message = Text("已办结的不能撤回", "what has ended cannot be withdrawn")
                    self.wrong(("withdrawal", "from", index), "S137", message)

    def is_end(self, path: Path, state: str) -> None:
        if state not in self.service.ends:
            message = Text(f"“{state}”是环节，这里需要结果", f"“{state}” is a step; an end is needed here")
            ends = self.service.ends
            hint = Text("可写：" + "、".join(ends), "write one of " + ", ".join(ends))
            self.wrong(path, "S136", message, hint)

    def letters(self) -> None:
        service = self.service
        used: set[str] = set()
        for path, letter in self.letters_named():
            used.add(letter)
            if letter not in service.letters:
                near = close_words(letter, service.letters) or list(service.letters)
                hint = Text("可写：" + "、".join(near), "write one of " + ", ".join(near)) if near else None
                self.wrong(path, "S130", Text(f"没有文书“{letter}”", f"there is no letter “{letter}”"), hint)
        told = self.told_by_moves()
        for end in service.ends.values():
            if not end.letter and end.result is not Result.WITHDRAWN and end.id not in told:
                title = end.title
                message = Text(
                    f"“{title.zh}”没有文书通知申请人", f"nobody is told of “{title.in_language('en')}”"
                )
                self.wrong(
                    ("ends", end.id), "S134", message, Text("写 letter: …", "write letter: …"), key=True
                )
        if service.supplement is not None and not service.supplement.letter:
            message = Text("退回补正没有文书", "there is no letter for the supplement")
            self.wrong(("supplement",), "S134", message, Text("写 letter: …", "write letter: …"), key=True)
        for letter in service.letters:
            if letter not in used:
                message = Text(f"文书“{letter}”没有用到", f"the letter “{letter}” is not used")
                self.wrong(("letters", letter), "S135", message, key=True, severity="warning")

    def letters_named(self) -> Iterator[tuple[Path, str]]:
        service = self.service
        for step, action, move in _moves(service):
            if move.letter:
                yield ("steps", step, "goes", action, "letter"), move.letter
        for post in service.posts.values():
            if post.limit is not None and post.limit.letter:
                state, _, branch = post.key.partition("/")
                yield (
                    ("steps", state, *(("branches", branch) if branch else ()), "deadline", "letter"),
                    post.limit.letter,
                )
        for end in service.ends.values():
            if end.letter:
                yield ("ends", end.id, "letter"), end.letter
        if service.supplement is not None and service.supplement.letter:
            yield ("supplement", "letter"), service.supplement.letter
        if service.limit is not None and service.limit.letter:
            yield ("deadline", "letter"), service.limit.letter

    def told_by_moves(self) -> set[str]:
        """Ends to which every action that leads there sends a letter of its own."""
        silent, told = set[str](), set[str]()
        for _, _, move in _moves(self.service):
            (told if move.letter else silent).update(route.to for route in move.routes)
        if self.service.supplement is not None:
            silent.add(self.service.supplement.lapses_to)
        return told - silent


def arrows(service: Service) -> dict[str, set[str]]:
    """State → states that an action, the clock or the applicant leads to."""
    found = {step.id: set(step.targets) for step in service.steps.values()}
    if service.supplement is not None:
        for step in service.steps.values():
            if any(post.may_return for post in step.posts):
                found[step.id].add(service.supplement.lapses_to)
    if service.withdrawal is not None:
        for state in service.withdrawal.states:
            found.setdefault(state, set()).add(service.withdrawal.to)
    return found


def closure(start: Iterable[str], ahead: Mapping[str, Collection[str]]) -> set[str]:
    """Everything that is reached from ``start``."""
    found, waiting = set[str](), list(start)
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += ahead.get(state, ())
    return found


def _moves(service: Service) -> Iterator[tuple[str, str, Move]]:
    for step in service.steps.values():
        for action, move in step.moves.items():
            yield step.id, action, move
