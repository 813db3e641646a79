"""Founding, changing and closing teams and carriers; members, equipment, mentoring (团队与平台办理)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.collectives.models import Collective, Equipment, Pairing, Stay
from juxian.apps.collectives.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.packs import pack_called
from juxian.core.packs.collectives import OUTCOMES, CollectiveKind, PairingKind


@dataclass(frozen=True, slots=True)
class CollectiveDraft:
    """What a team or carrier is to be; the names are those of ``Collective``."""

    kind: str
    name: str
    host: Organisation
    since: date
    level: str = ""
    carrier: Collective | None = None
    field: str = ""
    document: str = ""
    due: date | None = None


@transaction.atomic
def found_collective(*, home: Organisation, draft: CollectiveDraft, by: User | None) -> Collective:
    """Enter a team or carrier (登记). Raises ``NotPossible``."""
    kind = _checked(home, draft)
    made = Collective.objects.create(home=home, sort=kind.sort, **_fields(draft))
    _note("collectives.founded", made, by, _told(draft))
    return made


@transaction.atomic
def change_collective(*, collective: Collective, draft: CollectiveDraft, by: User, reason: str) -> Collective:
    """Bring what is known up to date (变更); before and after are in the audit log. Raises ``NotPossible``."""
    found = _locked(collective)
    kind = _checked(found.home, draft, but=found)
    if kind.sort != found.sort:
        raise NotPossible(_("团队与平台载体不能互改，请撤销后重新登记。"), "kind")
    before = {name: _plain(getattr(found, name)) for name in _fields(draft)}
    first = found.stays.order_by("since").values_list("since", flat=True).first()
    if first and first < draft.since:
        raise NotPossible(_("认定日期不能晚于成员最早的加入日期。"), "since")
    for name, value in _fields(draft).items():
        setattr(found, name, value)
    found.save()
    after = _told(draft)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    _note("collectives.changed", found, by, changed, reason)
    return found


@transaction.atomic
def close_collective(*, collective: Collective, day: date, by: User, reason: str) -> None:
    """It is no more from ``day`` on (撤销); its members leave with it. Raises ``NotPossible``."""
    found = _locked(collective)
    if found.until is not None:
        raise NotPossible(_("已经撤销。"))
    last = found.stays.order_by("-since").values_list("since", flat=True).first()
    if day < max(found.since, last or found.since):
        raise NotPossible(_("撤销日不能早于认定日期和成员的加入日期。"), "day")
    left = found.stays.filter(until=None).update(until=day, reason=reason[:200])
    found.equipment.filter(until=None, since__lte=day).update(until=day)
    Collective.objects.filter(pk=found.pk).update(until=day, reason=reason[:200])
    _note("collectives.closed", found, by, {"day": day.isoformat(), "members": left}, reason)


@transaction.atomic
def join(*, collective: Collective, person: Person, role: str, since: date, by: User | None) -> Stay:
    """Somebody becomes a member in a role (加入). Raises ``NotPossible``."""
    found = _locked(collective)
    kind = _kind_of(found)
    if person.home_id != found.home_id or person.merged_into_id:
        raise NotPossible(_("该档案不属于本地，或已并入其他档案。"), "number")
    _fits(found, kind, role, since)
    if found.stays.filter(_reaching(since), person=person).exists():
        raise NotPossible(_("该人在这一天已是或后来又是成员。"), "number")
    leads = role == kind.leads
    if leads and found.stays.filter(_reaching(since), leads=True).exists():
        raise NotPossible(_("负责人同时只能有一人，请先办理现负责人退出或改任。"), "role")
    made = Stay.objects.create(collective=found, person=person, role=role, leads=leads, since=since, by=by)
    _note_person("collectives.joined", made, by, {"role": role, "since": since.isoformat()})
    return made


@transaction.atomic
def leave(*, stay: Stay, day: date, by: User, reason: str) -> None:
    """Not a member any longer from ``day`` on (退出); the stay remains readable. Raises ``NotPossible``."""
    _locked(stay.collective)
    found = Stay.objects.select_related("collective__home", "person").get(pk=stay.pk)
    if found.until is not None:
        raise NotPossible(_("该成员已经退出。"))
    if day < found.since:
        raise NotPossible(_("退出日期不能早于加入日期。"), "day")
    Stay.objects.filter(pk=found.pk).update(until=day, reason=reason[:200])
    _note_person("collectives.left", found, by, {"day": day.isoformat()}, reason)


@transaction.atomic
def change_role(*, stay: Stay, role: str, day: date, by: User, reason: str) -> Stay:
    """Another role from ``day`` on (改任): the old stay ends, a new one begins. Raises ``NotPossible``."""
    leave(stay=stay, day=day, by=by, reason=reason)
    return join(collective=stay.collective, person=stay.person, role=role, since=day, by=by)


@transaction.atomic
def add_equipment(
    *,
    collective: Collective,
    name: str,
    pieces: int,
    worth_fen: int | None,
    shared: bool,
    since: date,
    by: User | None,
) -> Equipment:
    """Equipment of a carrier (登记设备). Raises ``NotPossible``."""
    found = _locked(collective)
    if found.until is not None or found.sort != "carrier":
        raise NotPossible(_("只有在册的平台载体可以登记设备。"))
    made = Equipment.objects.create(
        collective=found, name=name, pieces=pieces, worth_fen=worth_fen, shared=shared, since=since
    )
    _note("collectives.equipped", found, by, {"name": name, "pieces": pieces, "worth_fen": worth_fen})
    return made


@transaction.atomic
def retire_equipment(*, equipment: Equipment, day: date, by: User, reason: str) -> None:
    """Out of use from ``day`` on (停用). Raises ``NotPossible``."""
    found = _locked(equipment.collective)
    if day < equipment.since:
        raise NotPossible(_("停用日期不能早于启用日期。"), "day")
    if not Equipment.objects.filter(pk=equipment.pk, until=None).update(until=day):
        raise NotPossible(_("该设备已经停用。"))
    _note("collectives.equipment_retired", found, by, {"name": equipment.name}, reason)


@transaction.atomic
def pair(
    *,
    home: Organisation,
    kind: str,
    mentor: Person,
    apprentice: Person,
    since: date,
    due: date | None = None,
    aim: str = "",
    by: User | None,
) -> Pairing:
    """A mentor takes an apprentice (结对). Raises ``NotPossible``."""
    rule = _pairing_kind(home, kind)
    if mentor.pk == apprentice.pk:
        raise NotPossible(_("不能与自己结对。"), "apprentice")
    people = Person.objects.select_for_update().filter(pk__in=[mentor.pk, apprentice.pk]).order_by("pk")
    for person in people:
        if person.home_id != home.pk or person.merged_into_id:
            raise NotPossible(_("该档案不属于本地，或已并入其他档案。"))
    if due is not None and due < since:
        raise NotPossible(_("期满日不能早于结对日期。"), "due")
    standing = Pairing.objects.filter(_reaching(since), home=home, kind=kind)
    if standing.filter(mentor=mentor, apprentice=apprentice).exists():
        raise NotPossible(_("两人已经结对。"), "apprentice")
    if standing.filter(mentor=apprentice, apprentice=mentor).exists():
        raise NotPossible(_("两人已经反向结对。"), "apprentice")
    if rule.most and standing.filter(mentor=mentor).count() >= rule.most:
        raise NotPossible(_("一名导师同时最多带 %(most)s 人。") % {"most": rule.most}, "mentor")
    made = Pairing.objects.create(
        home=home, kind=kind, mentor=mentor, apprentice=apprentice, since=since, due=due, aim=aim, by=by
    )
    _note_pair("collectives.paired", made, by)
    return made


@transaction.atomic
def end_pairing(*, pairing: Pairing, day: date, outcome: str, by: User, reason: str) -> None:
    """It ends with an outcome (结束). Raises ``NotPossible``."""
    found = Pairing.objects.select_for_update(of=("self",)).select_related("home").get(pk=pairing.pk)
    scale = pack_called(found.home.pack).schema.scales.get(OUTCOMES)
    if scale is None or outcome not in scale.levels:
        raise NotPossible(_("没有这种结果。"), "outcome")
    if found.until is not None:
        raise NotPossible(_("该结对已经结束。"))
    if day < found.since:
        raise NotPossible(_("结束日期不能早于结对日期。"), "day")
    Pairing.objects.filter(pk=found.pk).update(until=day, outcome=outcome, reason=reason[:200])
    found.until, found.outcome = day, outcome
    _note_pair("collectives.parted", found, by, reason)


def _checked(home: Organisation, draft: CollectiveDraft, but: Collective | None = None) -> CollectiveKind:
    """The kind, once everything fits. Raises ``NotPossible``."""
    pack = pack_called(home.pack)
    kind = pack.collectives.kinds.get(draft.kind)
    if kind is None:
        raise NotPossible(_("没有这个类别。"), "kind")
    if draft.level and draft.level not in kind.levels:
        raise NotPossible(_("这个类别没有这个级别。"), "level")
    if not home.contains(draft.host):
        raise NotPossible(_("依托单位不在本地。"), "host")
    if draft.due is not None and draft.due < draft.since:
        raise NotPossible(_("期满日不能早于认定日期。"), "due")
    carrier = draft.carrier
    if carrier is not None and (
        kind.sort != "team" or carrier.sort != "carrier" or carrier.home_id != home.pk
    ):
        raise NotPossible(_("只有团队可以依托本地的平台载体。"), "carrier")
    others = Collective.objects.filter(home=home, kind=draft.kind, name=draft.name, until=None)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise NotPossible(_("同类别下已有同名的团队或平台。"), "name")
    return kind


def _fits(found: Collective, kind: CollectiveKind, role: str, since: date) -> None:
    if found.until is not None:
        raise NotPossible(_("已经撤销，不能再加入。"))
    if role not in kind.roles:
        raise NotPossible(_("这个类别没有这个角色。"), "role")
    if since < found.since:
        raise NotPossible(_("加入日期不能早于认定日期。"), "since")


def _kind_of(found: Collective) -> CollectiveKind:
    kind = pack_called(found.home.pack).collectives.kinds.get(found.kind)
    if kind is None:
        raise NotPossible(_("没有这个类别。"))
    return kind


def _pairing_kind(home: Organisation, kind: str) -> PairingKind:
    found = pack_called(home.pack).collectives.pairings.get(kind)
    if found is None:
        raise NotPossible(_("没有这个类别。"), "kind")
    return found


def _reaching(day: date) -> Q:
    """Periods that last beyond ``day``: what begins then would lie over them."""
    return Q(until=None) | Q(until__gt=day)


def _locked(collective: Collective) -> Collective:
    return Collective.objects.select_for_update(of=("self",)).select_related("home").get(pk=collective.pk)


def _fields(draft: CollectiveDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


def _told(draft: CollectiveDraft) -> dict[str, Any]:
    return {name: _plain(value) for name, value in _fields(draft).items()}


def _plain(value: Any) -> Any:
    """As the audit log keeps it: days in ISO 8601, units and carriers by their code or key."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Organisation):
        return value.code
    return value.pk if isinstance(value, Collective) else value


def _note(action: str, found: Collective, by: User | None, detail: dict[str, Any], reason: str = "") -> None:
    record(action, actor=by, subject=found, organisation_path=found.home.path, detail=detail, reason=reason)


def _note_person(action: str, stay: Stay, by: User | None, detail: dict[str, Any], reason: str = "") -> None:
    home = stay.collective.home
    known = {"collective": stay.collective_id, **detail}
    record(action, actor=by, subject=stay.person, organisation_path=home.path, detail=known, reason=reason)


def _note_pair(action: str, pairing: Pairing, by: User | None, reason: str = "") -> None:
    detail = {
        "kind": pairing.kind,
        "mentor": pairing.mentor.number,
        "apprentice": pairing.apprentice.number,
        "since": pairing.since.isoformat(),
        "until": pairing.until.isoformat() if pairing.until else None,
        "outcome": pairing.outcome,
    }
    record(
        action, actor=by, subject=pairing, organisation_path=pairing.home.path, detail=detail, reason=reason
    )
