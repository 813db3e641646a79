"""Accounts at the page: one administrator asks, another decides, the owner sets the password by a one-time code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.actions import (
    AlreadyDecided,
    AlreadyProposed,
    CodeGone,
    NameTaken,
    ask_for_account,
    ask_for_change,
    decide_account,
    make_first_code,
    set_first_password,
)
from juxian.apps.accounts.enums import SEPARATED, Change, Role, Standing
from juxian.apps.accounts.models import AccountProposal, FirstCode, Post, SignedIn, User
from juxian.apps.accounts.queries import accounts_like, accounts_managed_by, code_given, standing_of
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now, today
from juxian.apps.messaging.models import Message
from tests.browser import Browser
from tests.factories import OrganisationFactory, UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "first-Words-2026"
FIRST = "/sign-in/first/"


@pytest.fixture
def people(place) -> dict[str, User]:
    roles = (*SEPARATED, Role.OFFICE)
    return {role.value: UserFactory(role=role, organisation=place) for role in roles}


def browser(user: User) -> Client:
    client = Browser()
    client.force_login(user, backend=BACKEND)
    return client


def asked(people, place, username="li.si", by="system_admin", **more) -> AccountProposal:
    wanted = {"name": "李四", "email": "", "role": Role.EMPLOYER, "reason": "新入驻"} | more
    return ask_for_account(username=username, organisation=place, by=people[by], **wanted)


def opened(people, place, **more) -> User:
    proposal = asked(people, place, **more)
    decide_account(proposal=proposal, grant=True, answer="属实", by=people["security_admin"])
    proposal.refresh_from_db()
    assert proposal.user is not None
    return proposal.user


def code_of(people, user: User, by="system_admin") -> str:
    return make_first_code(user=user, by=people[by])[1]


def changed(people, user: User, kind: Change) -> AccountProposal:
    proposal = ask_for_change(user=user, kind=kind, reason="本人申请", by=people["system_admin"])
    decide_account(proposal=proposal, grant=True, answer="已核实", by=people["security_admin"])
    return proposal


def first(client: Client, username: str, code: str, password: str = PASSWORD):
    fields = {"username": username, "code": code, "new_password1": password, "new_password2": password}
    return client.post(FIRST, fields)


# asked, approved, first password, signed in


def test_three_people_open_an_account_and_each_part_is_recorded(people, place):
    user = opened(people, place)
    told = code_of(people, user)

    assert first(Client(), user.username, told).status_code == 303
    assert Client().post("/sign-in/", {"username": "li.si", "password": PASSWORD}).status_code == 302
    assert [(post.role, post.organisation, post.since) for post in user.posts.all()] == [
        (Role.EMPLOYER, place, today())
    ]
    entries = AuditEntry.objects.filter(action__startswith="accounts.").order_by("pk")
    assert [(entry.action, entry.actor_id, entry.organisation_path) for entry in entries] == [
        ("accounts.change_proposed", people["system_admin"].pk, place.path),
        ("accounts.change_granted", people["security_admin"].pk, place.path),
        ("accounts.first_code_made", people["system_admin"].pk, place.path),
        ("accounts.first_password_set", user.pk, place.path),
        ("accounts.signed_in", user.pk, place.path),
    ]


def test_asking_opens_nothing_and_a_refusal_opens_nothing(people, place):
    proposal = asked(people, place)
    assert not User.objects.filter(username="li.si").exists()

    decide_account(proposal=proposal, grant=False, answer="不符", by=people["security_admin"])

    assert not User.objects.filter(username="li.si").exists()
    assert asked(people, place).granted is None  # and it may be asked anew


def test_an_approved_account_is_entered_by_nobody_before_the_code(people, place):
    user = opened(people, place)

    assert not user.has_usable_password()
    assert standing_of(user) == Standing.WAITING
    for word in ("", "!", user.password):
        assert Client().post("/sign-in/", {"username": "li.si", "password": word}).status_code == 422


def test_a_code_is_kept_as_a_slow_hash_and_stands_in_no_address_and_no_entry(people, place):
    user = opened(people, place)
    client = browser(people["system_admin"])

    answer = client.post(reverse("desk:account-code", args=[user.pk]))

    told = answer.context["told"]
    assert told in answer.content.decode()
    assert answer.headers["Cache-Control"].count("no-store") == 1
    kept = FirstCode.objects.get()
    assert told not in kept.hashed
    assert told.replace("-", "") not in kept.hashed
    assert told not in str(list(AuditEntry.objects.values_list("detail", "reason")))
    assert told not in client.get(reverse("desk:account", args=[user.pk])).content.decode()


def test_a_code_is_good_once(people, place):
    user = opened(people, place)
    told = code_of(people, user)

    assert first(Client(), user.username, told).status_code == 303
    assert first(Client(), user.username, told, "another-Word-2026").status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_of_two_at_once_with_one_code_the_second_is_too_late(people, place):
    user = opened(people, place)
    code_of(people, user)
    kept = FirstCode.objects.get()

    set_first_password(code=kept, password=PASSWORD)
    with pytest.raises(CodeGone):
        set_first_password(code=kept, password=PASSWORD)


def test_a_code_is_typed_as_people_type(people, place):
    user = opened(people, place)
    told = code_of(people, user)

    assert code_given(user.username, f" {told.lower().replace('-', ' ')} ") is not None
    assert code_given(user.username, told[:-1]) is None
    assert first(Client(), " LI.SI ", told.lower()).status_code == 303


def test_a_code_runs_out_and_a_new_one_ends_the_old(people, place, settings):
    user = opened(people, place)
    old, new = code_of(people, user), code_of(people, user)

    assert code_given(user.username, old) is None
    assert code_given(user.username, new) is not None
    assert FirstCode.objects.get().expires_at - now() <= timedelta(hours=settings.JUXIAN_FIRST_CODE_HOURS)
    FirstCode.objects.update(expires_at=now() - timedelta(seconds=1))
    assert first(Client(), user.username, new).status_code == 422


def test_a_weak_password_leaves_the_code_good(people, place):
    user = opened(people, place)
    told = code_of(people, user)

    for weak in ("short", "password1234", "Li.si9AB"):
        assert first(Client(), user.username, told, weak).status_code == 422
    assert first(Client(), user.username, told).status_code == 303
    with pytest.raises(ValidationError):
        set_first_password(code=FirstCode(user=user), password="short")


# who may what


@pytest.mark.parametrize("by", ["security_admin", "auditor", "office"])
def test_nobody_but_the_system_administrator_asks(people, place, by):
    user = opened(people, place)

    with pytest.raises(PermissionDenied):
        asked(people, place, username="wang.wu", by=by)
    with pytest.raises(PermissionDenied):
        ask_for_change(user=user, kind=Change.SUSPEND, reason="x", by=people[by])
    with pytest.raises(PermissionDenied):
        code_of(people, user, by)


@pytest.mark.parametrize("by", ["system_admin", "auditor", "office"])
def test_nobody_but_the_security_administrator_decides(people, place, by):
    proposal = asked(people, place)

    with pytest.raises(PermissionDenied):
        decide_account(proposal=proposal, grant=True, answer="x", by=people[by])
    proposal.refresh_from_db()
    assert (proposal.granted, User.objects.filter(username="li.si").exists()) == (None, False)


@pytest.mark.parametrize("kind", Change.values[1:])
def test_no_administrator_changes_the_own_account(people, place, kind):
    with pytest.raises(PermissionDenied):
        ask_for_change(user=people["system_admin"], kind=kind, reason="x", by=people["system_admin"])
    other = UserFactory(role=Role.SYSTEM_ADMIN, organisation=place)
    security = people["security_admin"]
    UserFactory(role=Role.SECURITY_ADMIN, organisation=place)  # who could lift a suspension
    if kind == Change.REOPEN:
        User.objects.filter(pk=security.pk).update(is_active=False)
    proposal = ask_for_change(user=security, kind=kind, reason="x", by=other)
    with pytest.raises(PermissionDenied):
        decide_account(proposal=proposal, grant=True, answer="x", by=security)


def test_who_decided_makes_no_code_even_after_a_change_of_posts(people, place):
    user = opened(people, place)
    turned = people["security_admin"]
    Post.objects.filter(user=turned).update(role=Role.SYSTEM_ADMIN)

    with pytest.raises(PermissionDenied):
        make_first_code(user=user, by=User.objects.get(pk=turned.pk))


def test_no_code_without_an_approval_that_still_holds(people, place):
    with pytest.raises(PermissionDenied):
        code_of(people, people["office"])  # has a password, nobody asked
    user = opened(people, place)
    AccountProposal.objects.update(decided_at=now() - timedelta(days=31))
    with pytest.raises(PermissionDenied):
        code_of(people, user)


def test_no_code_for_a_second_password_from_one_approval(people, place):
    user = opened(people, place)
    first(Client(), user.username, code_of(people, user))

    with pytest.raises(PermissionDenied):
        code_of(people, user)


def test_the_database_refuses_one_person_in_two_parts_of_an_account(people, place):
    user = opened(people, place)
    proposal = ask_for_change(user=user, kind=Change.PASSWORD, reason="x", by=people["system_admin"])
    decided = {"granted": True, "decided_at": now()}
    for wrong in (
        {"decided_by": people["system_admin"]} | decided,
        {"decided_by": user} | decided,
        {"proposed_by": user},
        {"granted": True},
        {"user": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountProposal.objects.filter(pk=proposal.pk).update(**wrong)
    code_of(people, user)
    with pytest.raises(IntegrityError), transaction.atomic():
        FirstCode.objects.update(made_by=user)


def test_administrators_of_another_place_see_and_do_nothing(people, place):
    elsewhere = OrganisationFactory()
    asker = UserFactory(role=Role.SYSTEM_ADMIN, organisation=elsewhere)
    decider = UserFactory(role=Role.SECURITY_ADMIN, organisation=elsewhere)
    user = opened(people, place)

    with pytest.raises(PermissionDenied):
        ask_for_account(
            username="x", name="x", email="", role=Role.OFFICE, organisation=place, reason="x", by=asker
        )
    with pytest.raises(PermissionDenied):
        ask_for_change(user=user, kind=Change.SUSPEND, reason="x", by=asker)
    with pytest.raises(PermissionDenied):
        decide_account(proposal=asked(people, place, "zhao"), grant=True, answer="x", by=decider)
    assert not accounts_managed_by(asker).filter(pk=user.pk).exists()


def test_an_account_with_a_post_elsewhere_too_is_changed_by_neither_alone(people, place):
    user = opened(people, place)
    Post.objects.create(user=user, role=Role.EMPLOYER, organisation=OrganisationFactory(), since=today())

    with pytest.raises(PermissionDenied, match="别处"):
        ask_for_change(user=user, kind=Change.SUSPEND, reason="x", by=people["system_admin"])


# suspended, reopened, forgotten


def test_a_suspended_account_is_signed_out_and_kept_out_until_it_is_reopened(people, place):
    user = opened(people, place)
    first(Client(), user.username, code_of(people, user))
    client = browser(User.objects.get(pk=user.pk))
    assert SignedIn.objects.filter(user=user).exists()

    changed(people, user, Change.SUSPEND)
    assert client.get("/account/").status_code == 302
    assert not SignedIn.objects.filter(user=user).exists()
    credentials = {"username": user.username, "password": PASSWORD}
    assert Client().post("/sign-in/", credentials).status_code == 422
    with pytest.raises(PermissionDenied):
        ask_for_change(user=user, kind=Change.PASSWORD, reason="x", by=people["system_admin"])

    changed(people, user, Change.REOPEN)
    assert Client().post("/sign-in/", credentials).status_code == 302
    ended = AuditEntry.objects.get(action="accounts.sessions_ended")
    assert ended.actor_id == people["system_admin"].pk


def suspended(people, user: User, reason: str = "离岗") -> AccountProposal:
    return ask_for_change(user=user, kind=Change.SUSPEND, reason=reason, by=people["system_admin"])


def test_the_last_who_could_lift_a_suspension_is_not_suspended(people, place):
    UserFactory(role=Role.SECURITY_ADMIN, organisation=OrganisationFactory())  # of another place
    gone = UserFactory(role=Role.SECURITY_ADMIN, organisation=place, is_active=False)

    with pytest.raises(PermissionDenied, match="唯一的安全管理员"):
        suspended(people, people["security_admin"])
    User.objects.filter(pk=gone.pk).update(is_active=True)
    suspended(people, people["security_admin"])

    people["security_admin"].refresh_from_db()
    assert not people["security_admin"].is_active


def test_one_administrator_suspends_at_once_and_the_others_are_told(people, place):
    user = opened(people, place)
    first(Client(), user.username, code_of(people, user))
    client = browser(User.objects.get(pk=user.pk))
    UserFactory(role=Role.SECURITY_ADMIN, organisation=OrganisationFactory())  # of another place
    second = UserFactory(role=Role.SYSTEM_ADMIN, organisation=place)

    asked = suspended(people, user, "账号被盗")

    assert client.get("/account/").status_code == 302
    assert Client().post("/sign-in/", {"username": "li.si", "password": PASSWORD}).status_code == 422
    assert (asked.granted, asked.in_force, SignedIn.objects.filter(user=user).exists()) == (None, True, False)
    entry = AuditEntry.objects.get(action="accounts.suspended")
    assert (entry.actor_id, entry.subject_id, entry.organisation_path, entry.reason) == (
        people["system_admin"].pk, str(user.pk), place.path, "账号被盗",
    )  # fmt: skip
    told = {people["security_admin"].pk, people["auditor"].pk, second.pk}
    messages = Message.objects.filter(template="accounts.suspended")
    assert {message.recipient_id for message in messages} == told
    assert all("li.si" in message.body_zh and "账号被盗" not in message.body_zh for message in messages)


def test_the_security_administrator_confirms_a_suspension_or_lifts_it(people, place):
    user, security = opened(people, place), people["security_admin"]
    other = UserFactory(role=Role.SECURITY_ADMIN, organisation=place)

    asked = suspended(people, user)
    for by in (people["system_admin"], people["auditor"], people["office"]):
        with pytest.raises(PermissionDenied):
            decide_account(proposal=asked, grant=False, answer="x", by=by)
    decide_account(proposal=asked, grant=False, answer="查无此事", by=security)
    user.refresh_from_db()
    assert user.is_active

    decide_account(proposal=suspended(people, user), grant=True, answer="属实", by=security)
    user.refresh_from_db()
    assert not user.is_active
    shut = suspended(people, security)
    with pytest.raises(PermissionDenied):
        decide_account(proposal=shut, grant=False, answer="x", by=security)
    decide_account(proposal=shut, grant=False, answer="误停", by=other)
    security.refresh_from_db()
    assert security.is_active


def test_what_was_asked_before_does_not_delay_a_suspension_and_is_withdrawn(people, place):
    user = opened(people, place)
    before = ask_for_change(user=user, kind=Change.PASSWORD, reason="忘记", by=people["system_admin"])
    system = browser(people["system_admin"])
    page = system.get(reverse("desk:account", args=[user.pk])).content.decode()
    assert 'value="suspend"' in page
    assert 'value="password"' not in page

    ask = reverse("desk:account-ask", args=[user.pk])
    assert system.post(ask, {"kind": "suspend", "reason": "离岗"}).status_code == 303

    user.refresh_from_db()
    assert not user.is_active
    with pytest.raises(AlreadyDecided):
        decide_account(proposal=before, grant=True, answer="x", by=people["security_admin"])
    withdrawn = AuditEntry.objects.get(action="accounts.change_withdrawn")
    assert (withdrawn.detail["kind"], withdrawn.reason) == ("password", "忘记")
    assert [row.in_force for row in AccountProposal.objects.filter(granted=None)] == [True]


def test_a_suspension_that_waited_since_before_takes_effect_when_it_is_approved(people, place):
    user = opened(people, place)
    asked = suspended(people, user)
    User.objects.filter(pk=user.pk).update(is_active=True)  # as it was asked for by an earlier version
    asked = AccountProposal.objects.get(pk=asked.pk)
    assert not asked.in_force

    decide_account(proposal=asked, grant=True, answer="属实", by=people["security_admin"])

    user.refresh_from_db()
    assert not user.is_active


def test_a_suspended_account_has_no_code(people, place):
    user = opened(people, place)
    told = code_of(people, user)

    changed(people, user, Change.SUSPEND)
    assert first(Client(), user.username, told).status_code == 422
    changed(people, user, Change.REOPEN)
    assert first(Client(), user.username, told).status_code == 422


def test_a_forgotten_password_ends_at_once_and_everywhere(people, place):
    user = opened(people, place)
    first(Client(), user.username, code_of(people, user))
    client = browser(User.objects.get(pk=user.pk))

    changed(people, user, Change.PASSWORD)

    assert client.get("/account/").status_code == 302
    assert Client().post("/sign-in/", {"username": "li.si", "password": PASSWORD}).status_code == 422
    told = code_of(people, user)
    assert first(Client(), user.username, told, "second-Words-2026").status_code == 303
    user.refresh_from_db()
    assert user.check_password("second-Words-2026")


def test_a_new_password_leaves_the_second_factor_and_its_loss_is_asked_apart(people, place):
    from allauth.mfa.models import Authenticator

    user = people["office"]
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})

    changed(people, user, Change.PASSWORD)
    assert Authenticator.objects.filter(user=user).exists()
    changed(people, user, Change.FACTOR)
    assert not Authenticator.objects.filter(user=user).exists()


def test_what_is_asked_is_looked_at_again_when_it_is_decided(people, place):
    user = opened(people, place)
    proposal = ask_for_change(user=user, kind=Change.PASSWORD, reason="x", by=people["system_admin"])
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(PermissionDenied):
        decide_account(proposal=proposal, grant=True, answer="x", by=people["security_admin"])


def test_a_proposal_is_open_once_and_decided_once(people, place):
    proposal = asked(people, place)
    with pytest.raises(AlreadyProposed):
        asked(people, place)
    decide_account(proposal=proposal, grant=True, answer="x", by=people["security_admin"])
    with pytest.raises(AlreadyDecided):
        decide_account(proposal=proposal, grant=False, answer="x", by=people["security_admin"])
    with pytest.raises(NameTaken):
        asked(people, place)


def test_a_name_that_was_given_away_meanwhile_opens_nothing(people, place):
    proposal = asked(people, place)
    UserFactory(username="li.si")

    with pytest.raises(NameTaken):
        decide_account(proposal=proposal, grant=True, answer="x", by=people["security_admin"])
    proposal.refresh_from_db()
    assert proposal.granted is None


# guessing


def test_unknown_names_and_wrong_codes_get_the_same_page(people, place):
    user = opened(people, place)
    code_of(people, user)
    wrong = "AAAA-BBBB-CCCC"

    pages = [first(Client(), name, wrong) for name in (user.username, "nobody", people["office"].username)]

    assert [page.status_code for page in pages] == [422] * 3
    assert len({str(page.context["form"].non_field_errors()) for page in pages}) == 1
    assert "没有" not in pages[1].content.decode()


def test_unknown_names_cost_the_same_work(people, place):
    """One hash each, so that the time tells nothing."""
    user = opened(people, place)
    code_of(people, user)
    counted = []
    for name in (user.username, "nobody"):
        with pytest.MonkeyPatch.context() as patch:
            hashes: list[str] = []
            for work in ("check_password", "make_password"):
                patch.setattr(
                    f"juxian.apps.accounts.queries.{work}",
                    lambda *given, hashes=hashes: bool(hashes.append(given[0])),
                )
            code_given(name, "AAAA")
        counted.append(len(hashes))

    assert counted == [1, 1]


@pytest.mark.parametrize("name", ["li.si", "nobody"])
def test_five_wrong_codes_lock_the_name_here_and_at_sign_in(people, place, settings, name):
    settings.AXES_ENABLED = True
    user = opened(people, place)
    told = code_of(people, user)

    answers = [first(Client(), name, "AAAA-BBBB-CCCC").status_code for _try in range(5)]

    assert answers == [422, 422, 422, 422, 429]
    assert first(Client(), name, told).status_code == 429
    assert Client().post("/sign-in/", {"username": name, "password": "x"}).status_code == 429
    assert AuditEntry.objects.filter(action="accounts.locked_out").count() == 1


def test_a_noisy_address_tries_no_codes(people, place, settings):
    user = opened(people, place)
    told = code_of(people, user)
    settings.JUXIAN_SIGN_IN_MISSES = 1
    first(Client(), "nobody", "AAAA")

    assert first(Client(), user.username, told).status_code == 429


def test_the_counter_of_wrong_passwords_keeps_no_form(people, place, settings):
    """Beside the password stand new passwords, one-time codes and bank details."""
    settings.AXES_ENABLED = True
    user = opened(people, place)
    told = code_of(people, user)
    for _time in range(2):
        first(Client(), user.username, "AAAA-BBBB-CCCC", "typed-Words-2026")
    browser(people["office"]).post(
        "/account/password/",
        {"old_password": "was-Wrong-2026", "new_password1": PASSWORD, "new_password2": PASSWORD},
    )

    rows = list(AccessAttempt.objects.values_list("failures_since_start", "get_data", "post_data"))

    assert rows == [(2, "", ""), (1, "", "")]
    assert told not in str(rows)


# pages


def test_the_pages_ask_decide_and_hand_over(people, place):
    system, security = browser(people["system_admin"]), browser(people["security_admin"])
    form = {
        "name": "李四",
        "username": "Li.Si",
        "role": "employer",
        "organisation": place.code,
        "email": "li@example.org",
        "reason": "新入驻",
    }
    assert security.post("/desk/accounts/new/", form).status_code == 403
    for wrong in ({"username": "李四"}, {"organisation": OrganisationFactory().code}, {"username": ""}):
        assert system.post("/desk/accounts/new/", form | wrong).status_code == 422
    assert (
        system.post("/desk/accounts/new/", form | {"username": people["office"].username}).status_code == 422
    )
    assert system.post("/desk/accounts/new/", form).status_code == 303
    assert system.post("/desk/accounts/new/", form).status_code == 422
    proposal = AccountProposal.objects.get()
    decide = reverse("desk:accounts-decide", args=[proposal.pk])
    assert system.post(decide, {"decision": "grant", "reason": "x"}).status_code == 403
    assert security.post(decide, {"decision": "grant"}).status_code == 422
    assert security.post(decide, {"decision": "grant", "reason": "属实"}).status_code == 303
    user = User.objects.get(username="li.si")
    assert security.post(reverse("desk:account-code", args=[user.pk])).status_code == 403
    told = system.post(reverse("desk:account-code", args=[user.pk])).context["told"]
    assert first(Client(), "li.si", told).status_code == 303
    ask = reverse("desk:account-ask", args=[user.pk])
    assert system.post(ask, {"kind": "open", "reason": "x"}).status_code == 422
    assert system.post(ask, {"kind": "suspend"}).status_code == 422
    assert system.post(ask, {"kind": "suspend", "reason": "离岗"}).status_code == 303
    assert system.post(ask, {"kind": "password", "reason": "忘记"}).status_code == 403
    assert "待确认" in system.get(reverse("desk:account", args=[user.pk])).content.decode()
    page = security.get("/desk/accounts/asked/").content.decode()
    assert "确认停用" in page
    assert "撤销停用" in page
    lift = reverse("desk:accounts-decide", args=[AccountProposal.objects.get(granted=None).pk])
    assert security.post(lift, {"decision": "refuse", "reason": "误停"}).status_code == 303
    user.refresh_from_db()
    assert user.is_active
    assert system.post(ask, {"kind": "password", "reason": "忘记"}).status_code == 303
    assert system.post(ask, {"kind": "factor", "reason": "丢失"}).status_code == 422


def test_what_no_longer_makes_sense_is_told_not_carried_out(people, place):
    user = opened(people, place)
    proposal = ask_for_change(user=user, kind=Change.PASSWORD, reason="x", by=people["system_admin"])
    User.objects.filter(pk=user.pk).update(is_active=False)
    security = browser(people["security_admin"])

    answer = security.post(
        reverse("desk:accounts-decide", args=[proposal.pk]),
        {"decision": "grant", "reason": "x"},
        follow=True,
    )

    assert "该账号已停用" in answer.content.decode()
    proposal.refresh_from_db()
    assert proposal.granted is None


def test_accounts_are_found_by_words_standing_and_role(people, place):
    user = opened(people, place)
    UserFactory(username="elsewhere", role=Role.OFFICE)  # of another place
    rows = accounts_managed_by(people["system_admin"])

    def found(**wanted: str) -> list[str]:
        return [row.username for row in accounts_like(rows, **wanted)]

    assert found(words="LI.S") == found(words="李") == found(standing="waiting") == ["li.si"]
    assert found(role="auditor") == [people["auditor"].username]
    changed(people, user, Change.SUSPEND)
    assert found(standing="suspended") == ["li.si"]
    assert len(found()) == len(people) + 1


def test_the_list_turns_its_pages_by_key_and_asks_no_more_with_more_rows(
    people, place, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("juxian.web.desk.accounts.PAGE", 3)
    client = browser(people["system_admin"])
    opened(people, place)
    client.get("/desk/accounts/")
    with CaptureQueriesContext(connection) as few:
        page = client.get("/desk/accounts/").context
    for number in range(4):
        user = UserFactory(role=Role.EMPLOYER, organisation=place)
        ask_for_change(user=user, kind=Change.SUSPEND, reason=str(number), by=people["system_admin"])

    with django_assert_num_queries(len(few)):
        page = client.get("/desk/accounts/").context
    seen = [row.pk for row, _label, _tone in page["rows"]]
    while page["next"]:
        page = client.get(f"/desk/accounts/?after={page['next']}").context
        seen += [row.pk for row, _label, _tone in page["rows"]]

    assert seen == sorted((row.pk for row in accounts_managed_by(people["system_admin"])), reverse=True)


def test_the_proposals_ask_no_more_with_more_rows(people, place, django_assert_num_queries):
    client = browser(people["security_admin"])
    asked(people, place)
    client.get("/desk/accounts/asked/")
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/accounts/asked/")
    for number in range(3):
        asked(people, place, f"wang.{number}")

    with django_assert_num_queries(len(one)):
        client.get("/desk/accounts/asked/")


def test_words_typed_into_the_search_stand_in_no_address(people, place):
    answer = browser(people["system_admin"]).get("/desk/accounts/?q=李四")

    assert answer.status_code == 303
    assert "李" not in answer.headers["Location"]
    assert "%E6" not in answer.headers["Location"]
