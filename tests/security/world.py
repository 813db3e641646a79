"""Two places with people, rosters and texts, and somebody of every role (权限测试的世界)."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as PasskeyRow
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import override_settings

from juxian.apps.accounts.actions import ask_for_account, begin_session, decide_account, propose_post
from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import SignedIn, User
from juxian.apps.attrition.models import AttritionWarning
from juxian.apps.cards.actions import issue_card, make_key, record_use
from juxian.apps.cards.models import Card
from juxian.apps.collectives.actions import CollectiveDraft, add_equipment, found_collective, join, pair
from juxian.apps.collectives.models import Equipment, Pairing
from juxian.apps.collectives.models import Stay as Belonging
from juxian.apps.corrections.actions import Proposal, propose_correction
from juxian.apps.corrections.models import Correction
from juxian.apps.documents.actions import add_text
from juxian.apps.files.actions import store_file
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable, readable_by
from juxian.apps.housing.rules import WITNESSES
from juxian.apps.imports.actions import stage_file
from juxian.apps.imports.enums import RowState
from juxian.apps.imports.models import Batch
from juxian.apps.linking.actions import merge_persons
from juxian.apps.linking.models import Merge, Pair
from juxian.apps.messaging.actions import give_addresses, make_hook, queue_message
from juxian.apps.messaging.models import ChatAddress, Hook, HookDelivery, Message
from juxian.apps.notices.actions import publish_notice, write_notice
from juxian.apps.notices.models import Notice
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from juxian.apps.policies.actions import begin_draft, begin_simulation, submit_draft
from juxian.apps.policies.actions.sweeping import keep_snapshots, texts_kept
from juxian.apps.policies.models import Determination, FindRun, Found, PolicyDraft, Simulation, SweepRun
from juxian.apps.pools.actions import add_member
from juxian.apps.pools.models import Membership, Pool
from juxian.apps.privacy.actions import ask_to_erase
from juxian.apps.searches.models import SavedSearch
from juxian.apps.services.actions import (
    Listed,
    Wanted,
    act_on_case,
    ask_as_visitor,
    attach_paper,
    begin_bulk,
    convene,
    cover_for,
    freeze,
    rate,
    submit_application,
)
from juxian.apps.services.actions.drafting import save_draft
from juxian.apps.services.actions.opening import definition_of
from juxian.apps.services.models import Case, Conference
from juxian.apps.tokens.actions import make_token
from juxian.apps.tokens.models import ApiToken
from juxian.core.packs import load_all
from juxian.web.kit.sessions import BEGAN, SEEN
from tests import rosters
from tests.apps.services.stage import ANSWERS, CLAIM, FILES, example, offer
from tests.attachments import paper, picture
from tests.authenticator import Authenticator
from tests.browser import Browser
from tests.determinations import determined
from tests.factories import EmployerFactory, UserFactory
from tests.flats import Flats, make_flats
from tests.security.money import Money, make_money
from tests.web.places import Place, make_place

DAY = date(2022, 6, 1)
HERE, THERE = "jiayuguan", "zigui"
CARD_DAY = date(2021, 6, 1)  # a year ago, so that it can be renewed
PURPOSE = "of tests"
OWN_PASSWORD = "of-the-person-0000"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
HOME_NUMBER = "620201199001011232"
ELSEWHERE_NUMBER = rosters.resident_id("19910203", 205, "420527")
PHONE = "13800001234"
NAMES = {HERE: "欧阳本地", THERE: "司徒外地"}
OFFICES = {HERE: "甲地经办", THERE: "乙地经办"}
INTRODUCED = [
    FactDraft("introduction", {"mode": "full_time"}, date(2021, 9, 1))
]  # so that they may ask for a flat
IN_DISPUTE = [  # two statements that contradict one another, and that no policy of the tests asks for
    FactDraft("residence", {"local": local}, date(2020, 1, 1)) for local in (True, False)
]
OWN_TABLES = {
    "django_session",
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
    "submissions_submission",
    "accounts_lockout",
}
_WRITTEN = re.compile(r"\b(?:INTO|UPDATE|DELETE FROM|TRUNCATE)\s+\"?(\w+)", re.IGNORECASE)
_WRITES = re.compile(
    r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO|MERGE INTO|TRUNCATE|WITH)\s+\"?(\w+)", re.IGNORECASE
)


@dataclass
class Objects:
    """What stands in the addresses of one place. unit_batch: a roster of another employer of the same place."""

    place: Place
    person: Person
    batch: Batch
    office: User
    text_pk: int
    unit: Organisation
    unit_batch: Batch
    file: StoredFile
    token: ApiToken
    money: Money
    pair: Pair
    merge: Merge
    stay: Membership
    case: Case
    conference: Conference
    message: Message
    draft: PolicyDraft
    submitted_draft: PolicyDraft
    simulation: Simulation
    found: Found
    determination: Determination
    erasure: int = 0
    passkey: int = 0
    proposal: int = 0
    post_held: int = 0
    managed: int = 0  # the account of a colleague
    awaiting: int = 0  # an account that was approved and has no password yet
    account_proposal: int = 0
    receiver: str = ""
    asked: str = ""  # number of a visitor's question that was returned for a supplement
    bulk: int = 0  # an employer's list of which nothing was worked on yet
    staged: int = 0  # an employer's list that waits for papers
    flats: Flats | None = None
    card: Card | None = None
    correction: Correction | None = None
    session: int = 0
    cover: int = 0
    use: int = 0  # of the card, recorded today by the office
    freeze: int = 0
    rated: str = ""  # number of a case whose bad rating waits for a reply
    search: int = 0
    belonging: Belonging | None = None
    equipment: Equipment | None = None
    pairing: Pairing | None = None
    notices: list[Notice] = field(default_factory=list)
    read: dict[int, dict[str, Any]] = field(default_factory=dict)

    def claim(self, state: str, *, supplementing: bool = False) -> Case:
        """The first claim of this place that stands there."""
        found = Case.objects.filter(home=self.place.root, state=state, supplementing=supplementing)
        return found.order_by("pk")[0]

    def arguments(self, address: Mapping[str, str], *, batch: Batch | None = None) -> dict[str, Any]:
        """Values for the parts of an address: name of the part → kind of object, as the matrix names them."""
        found = batch or self.batch
        known = self.read.get(found.pk) or self.read.setdefault(found.pk, self._known(found))
        return {part: known[kind] for part, kind in address.items()}

    def _known(self, found: Batch) -> dict[str, Any]:
        """Kind of object → what stands for it in an address; read once, since every test takes back what it does."""
        row = found.rows.filter(state=RowState.WAITING).order_by("pk").first() or found.rows.first()
        return {
            "person": self.person.number,
            "fact": self.person.facts.filter(kind="education").order_by("pk")[0].pk,
            "kind": "education",
            "disputed_kind": "residence",
            "correction": self.correction.pk if self.correction else 0,
            "batch": found.pk,
            "row": row.pk if row else 0,
            "table": 0,
            "text": self.text_pk,
            "policy": next(iter(self.place.pack.policies)),
            "pack": self.place.pack.code,
            "account": self.office.username,
            "file": self.file.uuid,
            "chat_address": ChatAddress.objects.filter(user=self.office).get().pk,
            "hook": Hook.objects.get(home=self.place.root).pk,
            "token": self.token.pk,
            "draft": self.draft.pk,
            "submitted_draft": self.submitted_draft.pk,
            "simulation": self.simulation.pk,
            "found": self.found.pk,
            "determination": self.determination.pk,
            "benefit": self.found.benefit,
            "digest": "0" * 64,
            **self.money.arguments(),
            "pair": self.pair.pk,
            "merge": self.merge.pk,
            "pool": self.stay.pool_id,
            "member": self.stay.pk,
            **self._collective_known(),
            "case": self.case.number,
            "letter": self.case.letters.order_by("pk")[0].pk,
            "endorsing": self.claim("endorse").number,
            "returned": self.claim("endorse", supplementing=True).number,
            "ended": self.claim("withdrawn").number,
            "turn": self.case.turns.filter(current=True, open=True).order_by("pk")[0].pk,
            "service": CLAIM,
            "together": "basket",
            "public_service": "policy-question",
            "asked": self.asked,
            "bulk": self.bulk,
            "staged": self.staged,
            "bundle": next(iter(self.place.pack.bundles)),
            "conference": self.conference.pk,
            "message": self.message.pk,
            "officer": self.office.pk,
            "cover": self.cover,
            "freeze": self.freeze,
            "rated": self.rated,
            "search": self.search,
            **_flats_known(self.flats),
            "session": self.session,
            "passkey": self.passkey,
            "proposal": self.proposal,
            "post_held": self.post_held,
            "managed": self.managed,
            "awaiting": self.awaiting,
            "account_proposal": self.account_proposal,
            "purpose": "reach",
            "erasure": self.erasure,
            "notice": self.notices[0].pk,
            "card": self.card.number if self.card else "",
            "use": self.use,
            "public_notice": self.notices[1].pk,
        }

    def _collective_known(self) -> dict[str, Any]:
        if self.belonging is None or self.equipment is None or self.pairing is None:
            return {}
        return {
            "attrition": self.person.attrition_warnings.order_by("pk")[0].pk,
            "collective": self.belonging.collective_id,
            "stay": self.belonging.pk,
            "equipment": self.equipment.pk,
            "pairing": self.pairing.pk,
        }


def _flats_known(flats: Flats | None) -> dict[str, Any]:
    if flats is None:
        return {}
    return {
        "estate": flats.estate.code,
        "flat_application": flats.incomplete.pk,
        "draw": flats.draw.pk,
        "draw_awaited": flats.awaited.pk,
        "draw_drawn": flats.drawn.pk,
        "draw_void": flats.void.pk,
        "offer": flats.accepted.pk,
        "own_application": flats.application.pk,
        "own_offer": flats.offer.pk,
        "own_lease": flats.lease.pk,
        "lease_leaving": flats.leaving.pk,
        "lease_asked": flats.asked.pk,
        "bill": flats.bill.pk,
        "flat": flats.lease.space.unit_id,
        "lease_couple": flats.couple.pk,
        "flat_photo": flats.photo.pk,
        "photo_kind": "unit",
    }


@dataclass
class World:
    """``here`` is where every actor stands except those whose name ends in ``_elsewhere``."""

    here: Objects
    there: Objects
    users: dict[str, User | None] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    untouched: str = ""
    handler: Any = None

    def client(self, actor: str, **options: Any) -> Browser:
        """A browser signed in as the actor, with the session that was made beforehand; all share one chain of middleware."""
        client = Browser(**options)
        if not options.get("enforce_csrf_checks"):
            self.handler = self.handler or client.handler
            client.handler = self.handler
        if actor in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[actor]
        return client


@contextmanager
def world_of_two_places() -> Iterator[World]:
    """Made inside a transaction that is rolled back at the end; files lie in a directory of their own."""
    with tempfile.TemporaryDirectory() as directory:
        own = override_settings(
            JUXIAN_TODAY=DAY,
            JUXIAN_FILES=Path(directory) / "files",
            JUXIAN_HOME=Path(directory),
            AXES_ENABLED=False,
            JUXIAN_PUBLIC_ADDRESS="http://localhost:8000",
            WHITENOISE_AUTOREFRESH=True,
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
        )
        with own, pytest.MonkeyPatch.context() as patch, transaction.atomic():
            for code in (HERE, THERE):
                offer(patch, load_all()[code], example(load_all()[code]))
            yield _made()
            transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def watched() -> Iterator[list[str]]:
    """The statements inside that write to a table which ``snapshot`` reads; none of them, nothing was changed."""
    writes: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := _WRITES.match(sql)) and found.group(1) not in OWN_TABLES:
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield writes


@contextmanager
def written() -> Iterator[set[str]]:
    """Tables that the statements inside write to, and words that are none; our triggers write to no other table."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tables.update(_WRITTEN.findall(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield tables


def readable_by_the_office(file: StoredFile, user: Any) -> Readable | None:
    """Files of the tests are read by the talent office of their place."""
    if not user.is_authenticated:
        return None
    return Readable() if file.home.path in user.paths_for([Role.OFFICE], on=DAY) else None


def _made() -> World:
    readable_by(PURPOSE, readable_by_the_office)
    here, there = _objects(HERE, HOME_NUMBER), _objects(THERE, ELSEWHERE_NUMBER)
    world = World(here, there, {"visitor": None})
    for role in Role:
        world.users[role.value] = here.place.user(role)
    world.users["person"].person = here.person  # type: ignore[union-attr]
    world.users["person"].password = make_password(OWN_PASSWORD)  # type: ignore[union-attr]
    world.users["no_post"] = UserFactory()
    world.users["office_elsewhere"] = there.place.user(Role.OFFICE)
    world.users["leader_elsewhere"] = there.place.user(Role.LEADER)
    world.users["employer_elsewhere"] = there.place.user(Role.EMPLOYER)
    world.users["person_elsewhere"] = there.place.user(
        Role.PERSON, person=there.person, password=make_password(OWN_PASSWORD)
    )
    for actor, user in world.users.items():
        if user:
            user.save()
            _begin(user, there if actor.endswith("_elsewhere") else here)
            world.sessions[actor] = _session_of(user, here.asked, there.asked)
    witnesses = [user for role in WITNESSES if (user := world.users[role.value])]
    here.flats = make_flats(here.place, [world.users["office"], *witnesses], DAY, here.person)  # type: ignore[list-item]
    there.flats = make_flats(there.place, [there.office, there.place.user(Role.AUDITOR)], DAY)
    make_key(day=DAY)
    for objects, actor in ((here, "office"), (there, "office_elsewhere")):
        objects.card = issue_card(person=objects.person, kind="talent-card", day=CARD_DAY)
        partner = objects.place.root
        used = record_use(card=objects.card, benefit="check-up", partner=partner, key=partner.code, day=DAY)
        objects.use = used.pk
        objects.erasure = _erasure(objects.place)
        _leave_behind(objects)
        _belongings(objects)
        objects.search = _search(objects.place, world.users[actor])
        objects.cover = _covered(objects.place, objects.office)
        objects.freeze = _frozen(objects.place, objects.office)
        objects.rated = _rated(objects)
        objects.notices = _notices(objects.place, objects.person, objects.office)
        further = _session_of(world.users[actor])  # type: ignore[arg-type]  # one that can be ended
        objects.session = SignedIn.objects.get(session_key=further).pk
        _posts_asked(objects)
        objects.passkey = _passkey(world.users[actor])  # type: ignore[arg-type]
    world.untouched = snapshot()
    return world


def _belongings(objects: Objects) -> None:
    """A carrier with a leader and equipment, and a pair."""
    place, since, by = objects.place, date(2020, 1, 1), objects.office
    draft = CollectiveDraft("key-laboratory", "测试实验室", place.employer, since)
    laboratory = found_collective(home=place.root, draft=draft, by=by)
    objects.belonging = join(collective=laboratory, person=objects.person, role="leader", since=since, by=by)
    objects.equipment = add_equipment(
        collective=laboratory, name="离心机", pieces=1, worth_fen=None, shared=False, since=since, by=by
    )
    AttritionWarning.objects.create(
        home=place.root, person=objects.person, signal="contract-ends", raised_on=since
    )
    objects.pairing = pair(
        home=place.root,
        kind="apprenticeship",
        mentor=objects.person,
        apprentice=objects.pair.right,
        since=since,
        by=by,
    )


def _posts_asked(objects: Objects) -> None:
    """A colleague with a post, and another post that is asked for them."""
    colleague = UserFactory(role=Role.DEPARTMENT, organisation=objects.place.root)
    objects.receiver, objects.post_held = colleague.username, colleague.posts.get().pk
    asker = UserFactory(role=Role.SYSTEM_ADMIN, organisation=objects.place.root)
    objects.proposal = propose_post(
        user=colleague,
        role=Role.LEADER,
        organisation=objects.place.root,
        since=DAY,
        until=None,
        reason="分工调整",
        by=asker,
    ).pk
    objects.managed = colleague.pk
    decider = UserFactory(role=Role.SECURITY_ADMIN, organisation=objects.place.root)
    granted, waiting = (
        ask_for_account(
            username=f"{name}.{objects.place.root.code}",
            name="待到岗",
            email="",
            role=Role.DEPARTMENT,
            organisation=objects.place.root,
            reason="到岗",
            by=asker,
        )
        for name in ("granted", "waiting")
    )
    decide_account(proposal=granted, grant=True, answer="属实", by=decider)
    granted.refresh_from_db()
    objects.awaiting, objects.account_proposal = granted.user_id or 0, waiting.pk


def _passkey(user: User) -> int:
    """A passkey of the user, as registering keeps it."""
    device = Authenticator()
    kept = {"name": "办公室电脑", "public": device.public, "counter": 0}
    return PasskeyRow.objects.create(user=user, type=PasskeyRow.Type.WEBAUTHN, data=kept).pk


def _begin(user: User, objects: Objects) -> None:
    """A person has filled in an application, alone and as one of a basket, and not handed it in; and proposed a correction."""
    if user.person_id:
        objects.correction = propose_correction(
            person=objects.person,
            proposal=Proposal("education", {"degree": "doctor"}, date(2021, 7, 1)),
            by=user,
            reason="补报",
        )
        papers = {name: [str(objects.file.uuid)] for name in FILES}
        save_draft(
            user=user,
            home=objects.place.root,
            service=CLAIM,
            person=objects.person,
            answers=ANSWERS,
            materials=papers,
        )
        save_draft(
            user=user,
            home=objects.place.root,
            service="bundle:basket",
            person=objects.person,
            answers={"services": [CLAIM], "answers": {CLAIM: ANSWERS}},
            materials={f"{CLAIM}:{name}": files for name, files in papers.items()},
        )
        save_draft(
            user=user,
            home=objects.place.root,
            service="basket",
            person=None,
            answers={"services": [CLAIM]},
        )


def _leave_behind(objects: Objects) -> None:
    """One running case follows an earlier version of its service."""
    pack = objects.place.pack
    earlier = example(pack, text=example(pack).origin.source.text + "# 前一版\n")
    case = objects.claim("endorse")
    Case.objects.filter(pk=case.pk).update(definition=definition_of(pack.code, earlier))


def _session_of(user: User, *asked: str) -> str:
    """asked: numbers of visitors' cases whose word this session has shown."""
    store = SessionStore()
    store["asked-words"] = dict.fromkeys(asked, "ABCDEFGHJK")
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), MODEL_BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[BEGAN] = store[SEEN] = int(time.time())
    store.create()
    begin_session(user=user, session_key=str(store.session_key), address="", browser="")
    return str(store.session_key)


def _objects(code: str, number: str) -> Objects:
    place = make_place(code)
    person = place.person(NAMES[code], number, facts=INTRODUCED + IN_DISPUTE)
    office = place.user(Role.OFFICE, name=OFFICES[code])
    unit = EmployerFactory(code=f"{code}-school", parent=place.root, pack=code, name="测试学校")
    _further_cases(place, person, office)
    text = add_text(organisation=place.root, title=f"{NAMES[code]}文件", body="正文", by=office, day=DAY)
    batches = [
        stage_file(data=roster(sender.code), file_name="名册.csv", organisation=sender, as_of=DAY, by=office)
        for sender in (place.employer, unit)
    ]
    upload = SimpleUploadedFile(f"{NAMES[code]}.png", picture("PNG"))
    file = store_file(upload=upload, home=place.root, by=office, purpose=PURPOSE)
    token, _secret = make_token(
        organisation=place.root, name="测试系统", scopes=["policies.read"], expires_on=date(2023, 1, 1),
        requests_per_minute=60, persons_per_day=1000, by=office,
    )  # fmt: skip
    give_addresses(home=place.root, rows=[(1, office.username, "wecom", f"chat.{code}")], by=office)
    hook, _secret = make_hook(
        home=place.root, name="测试系统", url="https://example.cn/", events=["card.revoked"], by=office
    )
    given_up = {"state": "failed", "made_at": hook.created_at, "due_at": hook.created_at}
    HookDelivery.objects.create(hook=hook, event="card.revoked", key="card:1", body="{}", **given_up)
    money = make_money(place, office, person)
    pair, merge = _twice(place)
    pool = Pool.objects.create(
        home=place.root, code="tests", title=f"{NAMES[code]}库", condition="学历 >= 硕士"
    )
    stay = add_member(pool=pool, person=person, by=office, reason="推荐")
    case = _endorsed(_case(place, person, office), place)
    Case.objects.filter(pk=case.pk).update(group=case.number)  # handed in with others
    meeting = convene(home=place.root, title="联席会议", day=DAY, by=office)
    message = queue_message(
        office,
        "services.letter",
        {"subject": "甲", "body": "乙"},
        f"held:{code}",
        place=place.root,
        held=True,
    )
    draft, submitted, simulation = _drafts(place, office)
    found, determination = _found(place, person)
    return Objects(
        place,
        person,
        batches[0],
        office,
        text.pk,
        unit,
        batches[1],
        file,
        token,
        money,
        pair=pair,
        merge=merge,
        stay=stay,
        case=case,
        conference=meeting,
        message=message,
        draft=draft,
        submitted_draft=submitted,
        simulation=simulation,
        found=found,
        determination=determination,
        asked=_asked(place, office),
        bulk=_bulk(place, person, office),
        staged=_staged(place, person, office),
    )


def _further_cases(place: Place, person: Person, office: User) -> None:
    """Claims that wait for the employer, for a supplement, and that have ended."""
    _case(place, person, office)
    marked = Wanted("return", marks=[("account", "位数不足")])
    act_on_case(case=_case(place, person, office), wanted=marked, by=place.user(Role.EMPLOYER))
    act_on_case(case=_case(place, person, office), wanted=Wanted("withdraw"), by=office, for_applicant=True)


def _endorsed(case: Case, place: Place) -> Case:
    """A claim that waits for departments which the place does not have, so that it falls to the office."""
    return act_on_case(case=case, wanted=Wanted("endorse"), by=place.user(Role.EMPLOYER))


def _twice(place: Place) -> tuple[Pair, Merge]:
    """Two records in doubt, and two that were merged."""
    left, right, keep, drop = (place.person(f"重复{word}") for word in "甲乙丙丁")
    pair = Pair.objects.create(
        home=place.root, left=left, right=right, weight=300, signs=1, zone="asked", evidence="name_birth"
    )
    return pair, merge_persons(keep=keep, drop=drop, by=None)


def _case(place: Place, person: Person, office: User) -> Case:
    """A claim that waits for the employer."""
    return submit_application(
        home=place.root,
        service=CLAIM,
        by=office,
        person=person,
        answers=ANSWERS,
        materials=FILES,
        for_applicant=True,
    )


def _asked(place: Place, office: User) -> str:
    """A visitor's question that waits for a supplement."""
    answers = {"full_name": "访客", "question": "社保的事", "publish": "false"}
    case, _word = ask_as_visitor(home=place.root, service="policy-question", answers=answers)
    act_on_case(
        case=case, wanted=Wanted("return", marks=[("question", "请说明参保地")], reason="不清楚"), by=office
    )
    return case.number


def _bulk(place: Place, person: Person, by: User) -> int:
    rows = [Listed(1, person.name, person.number, person)]
    return begin_bulk(home=place.root, unit=place.employer, service=CLAIM, by=by, rows=rows).pk


def _staged(place: Place, person: Person, by: User) -> int:
    """A list whose only row has one paper and wants another."""
    rows = [Listed(1, person.name, person.number, person)]
    bulk = begin_bulk(home=place.root, unit=place.employer, service=CLAIM, by=by, rows=rows, papers=True)
    upload = SimpleUploadedFile("1_diploma.pdf", paper(place.root.code))
    attach_paper(bulk=bulk, line=1, material="diploma", upload=upload, by=by)
    return bulk.pk


def _search(place: Place, owner: User | None) -> int:
    return SavedSearch.objects.create(
        organisation=place.root, owner=owner, name="硕士", columns=["degree"], shared=True
    ).pk


def _covered(place: Place, absent: User) -> int:
    """Somebody stands in for an officer for some days."""
    return cover_for(
        absent=absent,
        stand_in=place.user(Role.OFFICE),
        since=DAY,
        until=DAY + timedelta(days=7),
        by=absent,
        path=place.root.path,
    ).pk


def _frozen(place: Place, by: User) -> int:
    """Some days in summer on which one service is not taken in."""
    since = date(2022, 7, 1)
    return freeze(
        home=place.root, service=CLAIM, since=since, until=since + timedelta(days=7), reason="结算", by=by
    ).pk


def _rated(objects: Objects) -> str:
    """A case of its own that was withdrawn and rated badly."""
    case = act_on_case(
        case=_case(objects.place, objects.person, objects.office),
        wanted=Wanted("withdraw"),
        by=objects.office,
        for_applicant=True,
    )
    rate(case=case, stars=1, words=f"{NAMES[objects.place.pack.code]}不满意", by=objects.office)
    return case.number


def _erasure(place: Place) -> int:
    """Somebody who has an account asks to delete data."""
    person = place.person(f"{NAMES[place.pack.code]}删除")
    return ask_to_erase(person=person, words="请删除", by=place.user(Role.PERSON, person=person)).pk


def _notices(place: Place, person: Person, by: User) -> list[Notice]:
    """A draft and one that is public, each about one person."""
    made = [
        write_notice(
            home=place.root,
            title=f"公示{title}",
            body="正文",
            fields=["name", "employer"],
            numbers=[person.number],
            since=DAY,
            until=DAY + timedelta(days=7),
            by=by,
        )
        for title in ("草稿", "一")
    ]
    publish_notice(notice=made[1], by=place.user(Role.OFFICE))
    return made


def _drafts(place: Place, by: User) -> tuple[PolicyDraft, PolicyDraft, Simulation]:
    """A draft that is being written, one that was submitted, and a simulation that nobody has worked out."""
    policy = next(iter(place.pack.policies.values()))
    drafts = [begin_draft(pack=place.pack, policy=policy, root=place.root, by=by) for _ in range(2)]
    submitted = submit_draft(
        draft=drafts[1], effective_on=date(2022, 7, 1), pack=place.pack, root=place.root, by=by
    )  # fmt: skip
    simulation = begin_simulation(
        pack=place.pack, policy=policy.id, scenarios=[], as_of=DAY, root=place.root, by=by
    )  # fmt: skip
    return drafts[0], submitted, simulation


def _found(place: Place, person: Person) -> tuple[Found, Determination]:
    """A benefit in kind that waits to be granted without application, and one that a run determined."""
    policy = next(iter(place.pack.policies.values()))
    texts, snapshots = texts_kept(place.pack), keep_snapshots([person.pk])
    benefit, snapshot = next(iter(policy.benefits)), snapshots[person.pk]
    kept = {"policy": policy.id, "benefit": benefit, "snapshot_id": snapshot}
    search = FindRun.objects.create(
        pack=place.pack.code, as_of=DAY, texts=texts, state=FindRun.State.FINISHED
    )
    found = Found.objects.create(
        home=place.root, person=person, run=search, digest="0" * 64, state=Found.State.WAITING, found_on=DAY, **kept
    )  # fmt: skip
    run, _made = (
        SweepRun.objects.get_or_create(  # the one that found whom to grant something, where there is one
            pack=place.pack.code,
            as_of=DAY,
            defaults={"engine": "polars", "finished_at": "2022-06-01T00:00:00Z"},
        )
    )
    SweepRun.objects.filter(pk=run.pk).update(texts=texts)
    return found, determined(run, person, policy.id, benefit, snapshot=snapshot)


def roster(seed: str) -> bytes:
    """A CSV with one clean row and one that waits for a decision; no two places hand in the same people."""
    first = 100 + int(hashlib.sha256(seed.encode()).hexdigest()[:4], 16) % 400 * 2
    numbers = [rosters.resident_id(sequence=first + step) for step in (1, 3)]
    lines = ["姓名,身份证号,学历,联系电话", f"名册甲,{numbers[0]},本科,{PHONE}", f"名册乙,{numbers[1]},博学,"]
    return "\n".join(lines).encode("utf-8-sig")


def snapshot() -> str:
    """A digest of every row of every table but sessions and counted sign-ins: equal when nothing was written."""
    digest = hashlib.sha256()
    tables = set(connection.introspection.table_names()) - OWN_TABLES
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.db_table):
        if model._meta.db_table in tables:
            digest.update(repr(list(model._base_manager.order_by("pk").values_list())).encode())
    return digest.hexdigest()
