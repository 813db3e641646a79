"""Cases of the demonstration (演示办件): the walks of each service's own cases file, taken by generated people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.audit.actions import record
from juxian.apps.clock import SHANGHAI, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions import Listed, begin_bulk, carry_on, convene, escalate, rate, sweep_timers
from juxian.apps.services.actions.bulk import NOT_FOUND
from juxian.apps.services.actions.opening import definition_of, next_number, profile_of
from juxian.apps.services.actions.storing import Change, store
from juxian.apps.services.models import Case, Seat
from juxian.apps.services.queries.calendar import current_calendar
from juxian.apps.services.queries.loading import CASE_PARTS, Loaded, load
from juxian.core.packs.schema import Pack
from juxian.core.packs.services import ServiceShelf
from juxian.core.services import Action, Actor, CaseRefused, CaseState, Service, act, open_case
from juxian.core.services.walking import Walk, WalkStep

PER_PACK = 14
NEWEST_DAYS, OLDEST_DAYS = 1, 20  # before today, when the cases begin
LISTED, LIST_ROWS = "apartment-application", 6
LIST_ANSWERS = {
    "mobile": "13800138000", "household": "1", "wish": "合租", "married": "否", "rent_subsidy": "否",
}  # fmt: skip
OWN = 3  # cases of the account of the demonstration's person


def seed_cases(pack: Pack, root: Organisation) -> int:
    """Open cases in several states; returns how many. Equal for equal people and days."""
    people = list(_people(root, pack))
    if not people:
        return 0
    stage = _Stage(pack, root)
    with transaction.atomic():
        made = [
            case
            for number, name in enumerate(list(pack.services)[:PER_PACK])
            if (case := stage.case(name, people[0 if number < OWN else number % len(people)], number))
        ]
        record("services.demonstrated", organisation_path=root.path, detail={"cases": len(made)})
    sweep_timers()
    _staff(root, pack)
    _conference(root, stage.users.get(Role.OFFICE))
    _ratings(root)
    _list(root, pack, people[1:])
    return len(made)


def _people(root: Organisation, pack: Pack) -> Iterator[Person]:
    """The person with an account first, then people of the employer with an account, who can endorse them."""
    people = Person.objects.filter(home=root, profile__employer__isnull=False).select_related(
        "profile", "home"
    )
    yield from people.filter(user__isnull=False).order_by("pk")[:1]
    employer = Post.objects.filter(role=Role.EMPLOYER, organisation__pack=pack.code, user__is_demo=True)
    own = people.filter(user=None, profile__employer__in=employer.values("organisation__code"))
    yield from own.order_by("pk")[:PER_PACK]


def _staff(root: Organisation, pack: Pack) -> None:
    """The department's account works for every department that a case waits for, so that each case can be finished."""
    posts = Post.objects.filter(role=Role.DEPARTMENT, organisation__pack=pack.code, user__is_demo=True)
    post = posts.order_by("pk").first()
    waiting = Seat.objects.filter(home=root, role=Role.DEPARTMENT, organisation__isnull=False)
    held = posts.values("organisation")
    if post is not None:
        for unit in Organisation.objects.filter(pk__in=waiting.values("organisation")).exclude(pk__in=held):
            Post.objects.create(user=post.user, role=Role.DEPARTMENT, organisation=unit, since=pack.as_of)


class _Stage:
    """Who acts in the demonstration's cases of one place."""

    def __init__(self, pack: Pack, root: Organisation) -> None:
        self.pack, self.root, self.calendar = pack, root, current_calendar()
        posts = Post.objects.filter(organisation__pack=pack.code, user__is_demo=True).select_related("user")
        self.users: dict[str, User] = {}
        for post in posts.order_by("-pk"):
            self.users[post.role] = post.user

    def case(self, name: str, person: Person, number: int) -> Case | None:
        """One case as far as ``number`` takes it along a walk; None where the person may not ask for it."""
        service = self.pack.services[name]
        walk = _walk(self.pack.services, name, number)
        if walk is None:
            return None
        steps = [step for step in walk.steps if step.name and not step.refused]
        taken = steps[: 1 + number % max(1, len(steps))]
        begun = today() - timedelta(days=NEWEST_DAYS + number * 7 % OLDEST_DAYS)
        try:
            with transaction.atomic():
                return self._walked(service, walk, taken, person, begun)
        except CaseRefused:
            return None

    def _walked(
        self, service: Service, walk: Walk, steps: Sequence[WalkStep], person: Person, begun: date
    ) -> Case:
        moment = datetime.combine(begun, time(9, 30), SHANGHAI)
        case = self._opened(service, walk, person, moment)
        for number, step in enumerate(steps):
            loaded = load(Case.objects.select_related(*CASE_PARTS).get(pk=case.pk))
            later = min(moment + timedelta(days=number), datetime.combine(today(), time(9, 45), SHANGHAI))
            self._step(service, walk, step, loaded, later, number)
        return case

    def _opened(self, service: Service, walk: Walk, person: Person, moment: datetime) -> Case:
        employer = Organisation.objects.select_related("parent").filter(code=person.profile.employer).first()
        case = Case(
            number=next_number(self.root, moment.year),
            definition=definition_of(self.pack.code, service),
            service=service.id,
            home=self.root,
            person=person,
            employer=employer,
            applicant=person.name,
            officer=self.users.get(Role.OFFICE),
            state=service.first.id,
            version=1,
            opened_at=moment,
            moved_at=moment,
        )
        actor = Actor(self._id(walk.party.role), walk.party.role, frozenset({walk.party.place, "applicant"}))
        profile = {**walk.profile, **profile_of(person)}
        outcome = open_case(service, actor, moment, self.calendar, profile)
        case.save(force_insert=True)
        blank = CaseState(service.id, service.digest, service.first.id, 0, actor.id)
        store([Change(Loaded(case, blank, {}, {}), outcome, service, moment)], self.calendar, locked=True)
        return case

    def _step(
        self, service: Service, walk: Walk, step: WalkStep, loaded: Loaded, moment: datetime, number: int
    ) -> None:
        actor = self._actor(service, walk, step, loaded, number)
        action: Action = replace(step.action, profile=None)
        outcome = act(service, loaded.state, action, actor, moment, self.calendar)
        store([Change(loaded, outcome, service, moment)], self.calendar)

    def _actor(self, service: Service, walk: Walk, step: WalkStep, loaded: Loaded, number: int) -> Actor:
        state, party = loaded.state, step.party
        if party is None and step.name not in ("supplement", "withdraw"):
            key = step.action.task
            task = state.task(key) or state.task(f"{state.state}/{key}") or next(iter(state.tasks), None)
            party = service.posts[task.key].who[0] if task else None
        party = party or walk.party
        own = self._id(party.role) if step.name != "confirm" else f"second-{number}"
        return Actor(
            own, party.role, frozenset({party.place, "applicant"} if party == walk.party else {party.place})
        )

    def _id(self, role: str) -> str:
        user = self.users.get(role)
        return str(user.pk) if user else f"demo-{role}"


def _walk(shelf: ServiceShelf | None, name: str, number: int) -> Walk | None:
    """One of the walks of a service, from its own file or that of the pack it comes from."""
    while shelf is not None:
        if name in shelf.files:
            walks = [walk for walk in shelf.walks(name)[0] if len(walk.steps) > 1]
            if walks:
                return walks[number % len(walks)]
        shelf = shelf.parent
    return None


def _list(root: Organisation, pack: Pack, people: Sequence[Person]) -> None:
    """A list that the employer with an account handed in for its people: each row with its result."""
    posts = Post.objects.filter(role=Role.EMPLOYER, organisation__pack=pack.code, user__is_demo=True)
    post, service = posts.select_related("user", "organisation").first(), pack.services.get(LISTED)
    if post is None or service is None or not service.audience:
        return
    rows = [
        Listed(line, person.name, person.number, person, {**LIST_ANSWERS, "from_day": today().isoformat()})
        for line, person in enumerate(people[:LIST_ROWS], 2)
    ]
    rows.append(Listed(len(rows) + 2, "查无此人", "", None, problem=NOT_FOUND))
    bulk = begin_bulk(
        home=root,
        unit=post.organisation,
        service=LISTED,
        by=post.user,
        rows=rows,
        file_name="公寓申请名单.xlsx",
    )
    carry_on(bulk=bulk, by=post.user)


def _conference(root: Organisation, office: User | None) -> None:
    if office is None:
        return
    meeting = convene(home=root, title="人才工作联席会议", day=today() + timedelta(days=10), by=office)
    for case in Case.objects.running().filter(home=root).exclude(submitted_at=None).order_by("pk")[:2]:
        escalate(case=case, conference=meeting, question="条件接近但不完全符合，是否受理", by=office)


def _ratings(root: Organisation) -> None:
    """People with an account rate what has ended."""
    ended = Case.objects.filter(home=root, person__user__isnull=False).exclude(result="")
    for case in ended.select_related("home", "person__user")[:3]:
        if case.person is not None:
            rate(case=case, stars=4, words="办得快，材料少。", by=case.person.user)
