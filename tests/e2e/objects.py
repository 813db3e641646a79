"""Objects whose pages the demonstration does not have, made beside its server: ``python -m tests.e2e.objects`` prints, as JSON, the
addresses of pages of one object for each user.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402  # after the set-up

from juxian.apps.accounts.models import User  # noqa: E402
from juxian.apps.attrition.models import AttritionWarning  # noqa: E402
from juxian.apps.cards.models import Card  # noqa: E402
from juxian.apps.clock import today  # noqa: E402
from juxian.apps.collectives.models import Collective  # noqa: E402
from juxian.apps.funds.actions.changes import ask_change  # noqa: E402
from juxian.apps.funds.enums import ChangeKind, RecoveryState  # noqa: E402
from juxian.apps.funds.models import (  # noqa: E402
    BankStatement,
    BudgetChange,
    Grant,
    Obligation,
    PaymentRun,
    Recovery,
)
from juxian.apps.housing.models import Lease, Unit  # noqa: E402
from juxian.apps.messaging.actions import give_addresses, make_hook  # noqa: E402
from juxian.apps.organisations.models import Organisation  # noqa: E402
from juxian.apps.persons.models import Person  # noqa: E402
from juxian.apps.services.actions import (  # noqa: E402
    Listed,
    attach_paper,
    begin_bulk,
    cover_for,
    freeze,
    name_officer,
    rate,
)
from juxian.apps.services.models import Case, CaseLetter, Conference  # noqa: E402
from juxian.core.funds.breach import How  # noqa: E402
from tests.attachments import paper  # noqa: E402
from tests.flats import photographed  # noqa: E402

PLACE = "jiayuguan"


def user(name: str) -> User:
    return User.objects.get(username=f"{name}.{PLACE}")


def staged(root: Organisation, by: User) -> int:
    """A list of two people of the unit: one has one of the papers that it wants."""
    unit = by.posts.get().organisation
    people = Person.objects.filter(home=root, profile__employer=unit.code).order_by("pk")[:2]
    answers = {"mobile": "13800138000", "married": "是"}
    rows = [
        Listed(line, person.name, person.number, person, answers) for line, person in enumerate(people, 2)
    ]
    bulk = begin_bulk(home=root, unit=unit, service="apartment-application", by=by, rows=rows, papers=True)
    upload = SimpleUploadedFile("2_marriage.pdf", paper("marriage"))
    attach_paper(bulk=bulk, line=2, material="marriage", upload=upload, by=by)
    return bulk.pk


def of_funds(root: Organisation, by: User) -> list[str]:
    """Pages of grants, runs, a statement, breaks of service before and after the demand, and a change that waits."""
    owing = Obligation.objects.filter(grant__home=root).order_by("-pk")[:2]
    for obligation, state in zip(owing, (RecoveryState.FOUND, RecoveryState.DEMANDED), strict=True):
        Recovery.objects.create(
            obligation=obligation,
            ended_on=today() - timedelta(days=120),
            how=How.LEFT,
            served_months=48,
            refund_fen=2_000_000,
            working={"zh": "应退 = 10 万元 × 12 ÷ 60 = 2 万元", "en": "100,000 × 12 ÷ 60 = 20,000 yuan"},
            state=state,
            found_on=today(),
            pay_by=today() + timedelta(days=30) if state == RecoveryState.DEMANDED else None,
        )
    change = BudgetChange(
        home=root,
        kind=ChangeKind.MOVE,
        fund="talent-fund",
        year=today().year,
        line="training",
        other_fund="talent-fund",
        other_line="awards",
        amount_fen=5_000_000,
        document="嘉财发〔2026〕12 号",
        asked_on=today(),
    )
    ask_change(change=change, by=by)
    runs = PaymentRun.objects.filter(home=root).order_by("pk")
    grants = Grant.objects.filter(home=root).order_by("pk")
    return [
        *(f"/desk/funds/runs/{run.pk}/" for run in runs),
        *(f"/desk/funds/grants/{grant.pk}/" for grant in (grants[0], grants[1], grants.latest("pk"))),
        f"/desk/funds/grants/{grants[0].pk}/account/",
        *(
            f"/desk/funds/statements/{pk}/"
            for pk in BankStatement.objects.filter(home=root).values_list("pk", flat=True)
        ),
        *(
            f"/desk/funds/recoveries/{row.pk}/"
            for row in Recovery.objects.filter(obligation__grant__home=root)
        ),
        "/desk/funds/recoveries/",
        "/desk/funds/year/",
        f"/desk/funds/changes/{change.pk}/",
    ]


def of_housing(root: Organisation, tenant: User, by: User) -> tuple[int, list[str]]:
    """The lease of the tenant, and the office's pages of it and of the flat with a photograph."""
    lease = Lease.objects.filter(estate__home=root).latest("pk")
    Lease.objects.filter(pk=lease.pk).update(person=tenant.person_id)
    unit = Unit.objects.get(pk=lease.space.unit_id)
    photographed(unit, by, today())
    return lease.pk, [f"/desk/housing/leases/{lease.pk}/", f"/desk/housing/photos/unit/{unit.pk}/"]


def of_collectives(root: Organisation) -> list[str]:
    """A carrier with equipment, its forms, a member of it and the end of a pair."""
    carrier = Collective.objects.filter(home=root, sort="carrier").order_by("pk")[0]
    page = f"/desk/collectives/{carrier.pk}/"
    return [
        page,
        f"{page}change/",
        f"{page}close/",
        f"{page}members/{carrier.stays.filter(until=None).order_by('pk')[0].pk}/",
        f"{page}equipment/{carrier.equipment.order_by('pk')[0].pk}/",
        f"/desk/collectives/pairings/{root.pairings.order_by('pk')[0].pk}/end/",
    ]


def made() -> dict[str, list[str]]:
    root, office, person, admin = (
        Organisation.objects.get(code=PLACE),
        user("office"),
        user("person"),
        user("system-admin"),
    )
    later, paths = today() + timedelta(days=300), office.posts.get().organisation.path
    freeze(
        home=root,
        service="financing",
        since=later,
        until=later + timedelta(days=5),
        reason="系统升级",
        by=office,
    )
    cover_for(
        absent=office,
        stand_in=user("checker"),
        since=later,
        until=later + timedelta(days=5),
        by=office,
        path=paths,
    )
    cases = Case.objects.filter(home=root)
    own = cases.filter(person=person.person_id)
    assert person.person is not None
    name_officer(person=person.person, officer=office, by=office)
    ended = cases.exclude(result="").order_by("pk")[0]
    Case.objects.filter(pk=ended.pk).update(opened_by=person)
    rate(case=cases.get(pk=ended.pk), stars=1, words="等了很久，材料要了两次。", by=person)
    make_hook(home=root, name="办件同步", url="https://example.cn/hook", events=["case.opened"], by=admin)
    give_addresses(home=root, rows=[(1, office.username, "wecom", "zhang.san")], by=admin)
    letter = CaseLetter.objects.filter(case__in=own).order_by("pk")[0]
    running = cases.filter(result="").order_by("pk")
    lease, housing = of_housing(root, person, office)
    return {
        office.username: [
            *(f"/desk/cases/{case.number}/" for case in running[:2]),
            f"/desk/cases/{ended.number}/",
            "/desk/services/talent-classification/",
            "/desk/services/talent-classification/move/",
            f"/desk/officers/{office.pk}/",
            "/desk/officers/",
            f"/desk/persons/{person.person.number}/officer/",
            f"/desk/conferences/{Conference.objects.filter(home=root).order_by('pk')[0].pk}/",
            "/desk/ratings/",
            "/desk/freezes/",
            f"/desk/cards/{Card.objects.filter(home=root).order_by('pk')[0].number}/",
            *of_collectives(root),
            f"/desk/attrition/{AttritionWarning.objects.filter(home=root).order_by('pk')[0].pk}/",
            *of_funds(root, office),
            *housing,
        ],
        user("employer").username: ["/unit/lists/", *_of_list(staged(root, user("employer")))],
        person.username: [
            *(f"/my-cases/{case.number}/" for case in own.order_by("pk")[:3]),
            f"/my-cases/{own.filter(supplementing=True)[0].number}/supplement/",
            f"/my-cases/{letter.case.number}/letters/{letter.pk}/",
            "/account/",
            "/account/addresses/",
            "/housing/",
            f"/housing/leases/{lease}/",
        ],
        admin.username: ["/desk/hooks/", "/desk/addresses/"],
    }


def _of_list(pk: int) -> list[str]:
    return [f"/unit/lists/{pk}/", f"/unit/lists/{pk}/papers/"]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(made()) + "\n")
