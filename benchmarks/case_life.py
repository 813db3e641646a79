"""A simulated life of many cases (办件模拟): a seeded clock and people, crashes, a rule that changes; ends in one hash.

Everything goes through the application's own storing, in batches of a day; equal seeds give equal hashes.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction

from juxian.apps.clock import SHANGHAI
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions import sweep_timers
from juxian.apps.services.actions.opening import definition_of, next_number
from juxian.apps.services.actions.storing import Change, store
from juxian.apps.services.models import Case, CaseEvent
from juxian.apps.services.queries.calendar import current_calendar
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, Loaded, load_many, with_history
from juxian.core.services import Action, Actor, CaseRefused, CaseState, Mark, Service, act, open_case

BATCH = 200
CRASH = 25  # one batch in so many is interrupted before its end, and done again


class Crash(Exception):
    """The worker is killed before the transaction ends."""


@dataclass
class Life:
    """``services``: the version of a day on. answers: of every application; marks: what is returned for supplement."""

    home: Organisation
    employer: Organisation
    services: Sequence[tuple[date, Service]]
    answers: dict[str, object]
    materials: dict[str, tuple[str, ...]]
    mark: str
    seed: int
    crashes: int = 0
    transitions: int = 0
    running: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.calendar = current_calendar()

    def live(self, start: date, days: int, cases: int) -> str:
        """Open ``cases`` over ``days``, act on what is open, let the clock run; the hash of everything at the end."""
        for number in range(days):
            day = start + timedelta(days=number)
            opening = cases * (number + 1) // days - cases * number // days
            if self.calendar.is_working(day):
                self.work(day)
            for first in range(0, opening, BATCH):
                size = min(BATCH, opening - first)
                self.safely(lambda day=day, size=size: self.open(day, size))
            sweep_timers(at=datetime.combine(day, time(7), SHANGHAI))
        return self.digest()

    def safely(self, do: Callable[[], int]) -> None:
        """Carry out a batch; now and then it is interrupted, nothing of it stands, and it is done again."""
        state = self.chance.getstate()
        if self.chance.randrange(CRASH) == 0:
            kept = list(self.running)
            try:
                with transaction.atomic():
                    do()
                    raise Crash
            except Crash:
                self.crashes, self.running = self.crashes + 1, kept
            self.chance.setstate(state)
            self.chance.randrange(CRASH)
        with transaction.atomic():
            self.transitions += do()

    def open(self, day: date, size: int) -> int:
        service = next(found for since, found in reversed(self.services) if since <= day)
        moment = datetime.combine(day, time(10), SHANGHAI)
        person = Actor(
            "1",
            service.first.posts[0].who[0].role,
            frozenset({service.first.posts[0].who[0].place, "applicant"}),
        )
        definition = definition_of(self.home.pack, service)
        rows = [
            Case(
                number=next_number(self.home, day.year), definition=definition, service=service.id, home=self.home,
                employer=self.employer, applicant=f"模拟{day:%m%d}", state=service.first.id, version=1,
                opened_at=moment, moved_at=moment,
            )
            for _ in range(size)
        ]  # fmt: skip
        opened = open_case(service, person, moment, self.calendar, {})
        blank = CaseState(service.id, service.digest, service.first.id, 0, person.id)
        Case.objects.bulk_create(rows)
        store(
            [Change(Loaded(row, blank, {}, {}), opened, service, moment) for row in rows],
            self.calendar,
            locked=True,
        )
        loaded = self.loaded([row.pk for row in rows])
        handed_in = Action("submit", answers=self.answers, materials=self.materials)
        changes = [
            Change(
                found, act(service, found.state, handed_in, person, moment, self.calendar), service, moment
            )
            for found in loaded
        ]
        store(changes, self.calendar, locked=True)
        self.running += [row.pk for row in rows]
        return 2 * size

    def work(self, day: date) -> None:
        """A third of what is running is looked at."""
        chosen = [pk for pk in self.running if self.chance.randrange(3) == 0]
        moment = datetime.combine(day, time(15), SHANGHAI)
        for first in range(0, len(chosen), BATCH):
            self.safely(lambda part=chosen[first : first + BATCH]: self.act(part, moment))
        ended = set(Case.objects.filter(pk__in=chosen).exclude(result="").values_list("pk", flat=True))
        self.running = [pk for pk in self.running if pk not in ended]

    def act(self, ids: Sequence[int], moment: datetime) -> int:
        changes = []
        for found in self.loaded(ids):
            service = service_of(found.case)
            wanted = None if found.state.ended else self.wanted(service, found)
            if wanted is not None:
                try:
                    outcome = act(service, found.state, wanted[0], wanted[1], moment, self.calendar)
                except CaseRefused:
                    continue
                changes.append(Change(found, outcome, service, moment))
        if changes:
            store(changes, self.calendar, locked=True)
        return len(changes)

    def wanted(self, service: Service, found: Loaded) -> tuple[Action, Actor] | None:
        """What somebody does with a case: mostly goes on, sometimes returns, refuses or withdraws."""
        state, luck = found.state, self.chance.randrange(100)
        applicant = service.first.posts[0].who[0]
        own = Actor("1", applicant.role, frozenset({applicant.place, "applicant"}))
        if state.marks:
            return (Action("supplement", answers={self.mark: f"6222{luck:04d}"}), own) if luck < 60 else None
        if luck < 2:
            return Action("withdraw"), own
        task = next((task for task in state.tasks if task.open), None)
        if task is None:
            return None
        post = service.posts[task.key]
        actor = Actor(f"{2 + luck % 2}", post.who[0].role, frozenset({post.who[0].place}))
        if task.proposal is not None:
            return Action("confirm", task.key), actor
        if post.may_return and luck < 10:
            return Action("return", task.key, marks=(Mark(self.mark),), reason="核对"), actor
        step = service.steps[state.state]
        names = ("pass", "fail") if len(step.posts) > 1 or step.kind == "parallel" else tuple(step.moves)
        name = names[1] if luck > 94 and len(names) > 1 else names[0]
        return Action(name, task.key, reason="意见"), actor

    def loaded(self, ids: Sequence[int]) -> list[Loaded]:
        return load_many(list(Case.objects.filter(pk__in=ids).select_related(*CASE_PARTS).order_by("pk")))

    def digest(self) -> str:
        """SHA-256 over every case with its history, in the order of their numbers."""
        whole = hashlib.sha256()
        numbers = list(Case.objects.order_by("number").values_list("pk", flat=True))
        for first in range(0, len(numbers), BATCH):
            part = numbers[first : first + BATCH]
            events: dict[int, list[CaseEvent]] = {pk: [] for pk in part}
            for event in CaseEvent.objects.filter(case__in=part).order_by("case_id", "version", "position"):
                events[event.case_id].append(event)
            for found in self.loaded(part):
                whole.update(
                    f"{found.case.number} {with_history(found, events[found.case.pk]).digest}\n".encode()
                )
        return whole.hexdigest()
