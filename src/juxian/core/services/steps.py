"""Reading steps, ends and their deadlines (环节与时限).

S119 reserved word · S120 unknown state · S123 a step that nobody may do · S124 routes that are never or always taken ·
S125 branches of a parallel step · S126 a deadline that does nothing · S128 an action without a title.
"""

from __future__ import annotations

from juxian.core.positioned import Path
from juxian.core.services.definition import (
    PARTIES,
    REMIND,
    End,
    Join,
    Limit,
    Move,
    Party,
    Post,
    Relation,
    Result,
    Role,
    Route,
    Step,
    StepKind,
    Supplement,
    Withdrawal,
)
from juxian.core.services.letters import LetterReader
from juxian.core.services.phrases import ACTIONS, RESERVED
from juxian.core.text import Text

_POST_KEYS = ("title", "who", "deadline", "may_return", "second_person")
_STEP_KEYS = (*_POST_KEYS, "kind", "goes", "join", "branches")
_MOVE_KEYS = ("to", "routes", "title", "reason", "letter", "effects")
_STATE = Text("环节或结果", "step or end")
# what each kind does when nothing is written: the action of a deadline that has passed
_LATE = {StepKind.NOTICE: "quiet"}
_RELATION_OF = {
    Role.PERSON: Relation.APPLICANT,
    Role.EMPLOYER: Relation.EMPLOYER,
    Role.DEPARTMENT: Relation.UNIT,
    Role.OFFICE: Relation.OFFICE,
    Role.LEADER: Relation.OFFICE,
    Role.REVIEWER: Relation.OFFICE,
}


class StepReader(LetterReader):
    """``steps``, ``ends``, ``supplement``, ``withdrawal`` of a file."""

    states: tuple[str, ...] = ()

    def steps(self, path: Path) -> dict[str, Step]:
        return {name: step for name, place in self.entries(path) if (step := self.step(name, place))}

    def step(self, name: str, path: Path) -> Step | None:
        if not self.mapping(path, _STEP_KEYS, ("kind", "title", "goes")):
            return None
        kind = self.choice((*path, "kind"), list(StepKind))
        if not kind:
            return None
        kind = StepKind(kind)
        moves = self.moves((*path, "goes"))
        parallel = kind is StepKind.PARALLEL
        posts = self.branches(name, path) if parallel else (self.post(name, path, kind, tuple(moves)),)
        return Step(
            id=name,
            title=self.both_languages((*path, "title")),
            kind=kind,
            posts=posts,
            moves=moves,
            join=Join(self.choice((*path, "join"), list(Join), Join.ALL)),
        )

    def branches(self, step: str, path: Path) -> tuple[Post, ...]:
        """The branches of a parallel step; two at least, and one that is never left out."""
        found = []
        for name, place in self.entries((*path, "branches")):
            if self.mapping(place, (*_POST_KEYS, "only_if"), ("title", "who")):
                found.append(self.post(f"{step}/{name}", place, StepKind.CHECK, ("pass", "fail")))
        for key in ("who", "deadline", "may_return", "second_person"):
            if self.has((*path, key)):
                message = Text(
                    f"并联环节的“{key}”写在各分支中", f"“{key}” of a parallel step belongs to its branches"
                )
                self.wrong((*path, key), "S125", message, key=True)
        if len(found) < 2:
            message = Text("并联环节至少要有两个分支", "a parallel step has two branches at least")
            self.wrong(path, "S125", message, Text("写 branches: …", "write branches: …"))
        elif all(post.only_if for post in found):
            message = Text(
                "每个分支都可能略去，环节可能无人办理",
                "every branch may be left out, so that nothing remains",
            )
            hint = Text("至少一个分支不写 only_if", "leave only_if out of one branch at least")
            self.wrong((*path, "branches"), "S125", message, hint)
        missing = {"pass", "fail"} - set(self.get((*path, "goes")) or ())
        if missing and isinstance(self.get((*path, "goes")), dict):
            message = Text(
                f"并联环节缺少去向 {'、'.join(sorted(missing))}",
                f"a parallel step needs the actions {', '.join(sorted(missing))}",
            )
            self.wrong((*path, "goes"), "S125", message)
        return tuple(found)

    def post(self, key: str, path: Path, kind: StepKind, actions: tuple[str, ...]) -> Post:
        who = self.parties(path, kind)
        second = self.flag((*path, "second_person"))
        if second and who and all(party.role is Role.PERSON for party in who):
            message = Text("申请人没有第二个人可以复核", "of an applicant there is no second person")
            self.wrong((*path, "second_person"), "S123", message)
        limit = self.limit((*path, "deadline"), actions, _LATE.get(kind, REMIND))
        if kind is StepKind.NOTICE and limit is None and not self.has((*path, "deadline")):
            message = Text("公示没有期限", "a public notice has no length")
            self.wrong(path, "S126", message, Text("写 deadline: 5", "write deadline: 5"))
        return Post(
            key=key,
            title=self.both_languages((*path, "title")),
            who=who,
            limit=limit,
            may_return=self.flag((*path, "may_return")),
            second_person=second,
            only_if=self.condition((*path, "only_if")),
        )

    def parties(self, path: Path, kind: StepKind) -> tuple[Party, ...]:
        place = (*path, "who")
        value = self.get(place)
        if value is None:
            if kind is StepKind.NOTICE or kind is StepKind.APPLY:
                hint = Text(
                    "公示写受理异议的机构，申请写申请人",
                    "a notice names who takes objections, an application who applies",
                )
            else:
                hint = Text("写 who: {role: office}", "write who: {role: office}")
            if kind is not StepKind.PARALLEL:
                self.wrong(path, "S123", Text("没有写明由谁办理", "nobody is named who may do this"), hint)
            return ()
        places = self.items(place) if isinstance(value, list) else [place]
        return tuple(party for item in places if (party := self.party(item)))

    def party(self, path: Path) -> Party | None:
        """``{role: department, unit: finance}``; the relation follows from the role where it is not written."""
        if not self.mapping(path, ("role", "relation", "unit"), ("role",)):
            return None
        word, unit = self.choice((*path, "role"), list(Role)), self.code((*path, "unit"))
        if not word:
            return None
        role = Role(word)
        otherwise = Relation.UNIT if unit else _RELATION_OF[role]
        relation = Relation(self.choice((*path, "relation"), list(Relation), otherwise))
        if (role, relation) not in PARTIES or (relation is Relation.UNIT) != bool(unit):
            possible = [f"{role} × {relation}" for role, relation in sorted(PARTIES)]
            hint = Text("可写：" + "、".join(possible), "possible: " + ", ".join(possible))
            if relation is Relation.UNIT and not unit:
                hint = Text("写明 unit: finance", "name the unit, e.g. unit: finance")
            message = Text(f"没有人能以“{role} × {relation}”办理", f"nobody can act as {role} × {relation}")
            self.wrong(path, "S123", message, hint)
            return None
        return Party(role, relation, unit)

    def limit(self, path: Path, actions: tuple[str, ...], otherwise: str = REMIND) -> Limit | None:
        period = self.period(path, ("late", "letter"))
        if period is None:
            return None
        if not isinstance(self.get(path), dict):
            return Limit(period, otherwise) if self.does((path), otherwise, actions) else None
        late = self.text((*path, "late"), otherwise)
        place = (*path, "late") if self.has((*path, "late")) else path
        return Limit(period, late, self.text((*path, "letter"))) if self.does(place, late, actions) else None

    def does(self, path: Path, late: str, actions: tuple[str, ...]) -> bool:
        """Whether a deadline that has passed can do ``late``."""
        if late == REMIND or late in actions:
            return True
        words = (REMIND, *actions)
        message = Text(f"到期时的“{late}”不是本环节的动作", f"“{late}” on expiry is no action of this step")
        self.wrong(
            path, "S126", message, Text("可写：" + "、".join(words), "write one of " + ", ".join(words))
        )
        return False

    def moves(self, path: Path) -> dict[str, Move]:
        return {name: move for name, place in self.entries(path) if (move := self.move(name, place))}

    def move(self, action: str, path: Path) -> Move | None:
        value = self.get(path)
        if action in RESERVED or action == REMIND:
            message = Text(f"“{action}”由系统使用", f"“{action}” is used by the engine")
            self.wrong(path, "S119", message, Text("换一个词", "take another word"), key=True)
            return None
        title = ACTIONS.get(action, Text(""))
        if isinstance(value, str):
            routes: tuple[Route, ...] = self.routes(path)
            told, found = title, Move(action, title, routes)
        elif isinstance(value, list):
            told, found = title, Move(action, title, self.routes(path))
        else:
            if not self.mapping(path, _MOVE_KEYS):
                return None
            place = (*path, "routes") if self.has((*path, "routes")) else (*path, "to")
            if not self.has(place):
                self.missing(path, "to")
            told = self.both_languages((*path, "title")) if self.has((*path, "title")) else title
            found = Move(
                action, told, self.routes(place) if self.has(place) else (), self.flag((*path, "reason")),
                self.text((*path, "letter")), self.effects((*path, "effects")),
            )  # fmt: skip
        if not told.zh:
            message = Text(f"动作“{action}”没有名称", f"the action “{action}” has no title")
            self.wrong(
                path,
                "S128",
                message,
                Text("写 title: {zh: …, en: …}", "write title: {zh: …, en: …}"),
                key=True,
            )
        return found

    def routes(self, path: Path) -> tuple[Route, ...]:
        """A state, or routes of which the last has no condition."""
        if not isinstance(self.get(path), list):
            state = self.state(path)
            return (Route(state),) if state else ()
        found: list[Route] = []
        places = self.items(path)
        for index, item in enumerate(places):
            if self.mapping(item, ("to", "when"), ("to",)):
                last, conditional = index == len(places) - 1, self.has((*item, "when"))
                if last is conditional:
                    self.wrong_order(item, last)
                state = self.state((*item, "to"))
                found += [Route(state, self.condition((*item, "when")))] if state else []
        return tuple(found)

    def wrong_order(self, path: Path, last: bool) -> None:
        if last:
            message = Text("条件都不成立时没有去向", "there is no way when no condition holds")
            self.wrong(path, "S124", message, Text("最后一条不写 when", "leave when out of the last one"))
        else:
            message = Text("后面的去向永远轮不到", "the routes below are never taken")
            self.wrong(path, "S124", message, Text("没有 when 的写在最后", "write the one without when last"))

    def state(self, path: Path) -> str:
        word = self.text(path)
        return word if word and self.known(path, word, self.states, "S120", _STATE) else ""

    def ends(self, path: Path) -> dict[str, End]:
        found = {}
        for name, place in self.entries(path):
            if self.mapping(place, ("title", "result", "letter", "effects"), ("title", "result")):
                title, letter = self.both_languages((*place, "title")), self.text((*place, "letter"))
                result = Result(self.choice((*place, "result"), list(Result), Result.CLOSED))
                found[name] = End(name, title, result, letter, self.effects((*place, "effects")))
        return found

    def supplement(self, path: Path) -> Supplement | None:
        if not self.has(path):
            return None
        period = self.period(path, ("times", "letter", "lapses_to"))
        if not isinstance(self.get(path), dict):
            message = Text(
                "补正须写明 days、lapses_to 和 letter", "a supplement names days, lapses_to and letter"
            )
            self.wrong(path, "S101", message)
            return None
        if not self.has((*path, "lapses_to")):
            self.missing(path, "lapses_to")
        state, times = self.state((*path, "lapses_to")), self.integer((*path, "times"), 1, 20, 1)
        letter = self.text((*path, "letter"))
        return Supplement(period, state, times, letter) if period and state else None

    def withdrawal(self, path: Path) -> Withdrawal | None:
        if not self.has(path) or not self.mapping(path, ("from", "to"), ("from", "to")):
            return None
        states = tuple(
            word
            for index, word in enumerate(self.texts((*path, "from")))
            if self.known((*path, "from", index), word, self.states, "S120", _STATE)
        )
        to = self.state((*path, "to"))
        return Withdrawal(states, to) if to else None
