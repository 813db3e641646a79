"""Rosters of teams (团队名册): each row a member, who is in the register already; teams that are new are entered with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.clock import now
from juxian.apps.collectives.actions import CollectiveDraft, close_collective, found_collective, join, leave
from juxian.apps.collectives.models import Collective, Stay
from juxian.apps.collectives.rules import NotPossible
from juxian.apps.imports.enums import RowReason, RowState
from juxian.apps.imports.models import Batch, Row, Table
from juxian.apps.imports.queries import RowContent, content_of, organisations_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.dates import add_months
from juxian.core.packs import pack_called
from juxian.core.packs.collectives import LEVELS, ROLES
from juxian.core.secrecy import seal
from juxian.core.tables.rows import CellProblem
from juxian.core.tables.teams import FOUNDED, HOST, JOINED, ROLE, Member, TeamWords, read_member, target_of
from juxian.core.text import Text


def words_of(batch: Batch) -> TeamWords:
    """What the cells of teams are read with."""
    pack = pack_called(batch.pack)
    scales = pack.schema.scales
    return TeamWords(
        pack.collectives, scales.get(LEVELS), scales.get(ROLES), organisations_of(batch.home), batch.as_of
    )


def check_rows(batch: Batch, rows: Sequence[tuple[Row, RowContent]]) -> None:
    """Refuse, in place, each row that tells no member, names nobody in the register, or could not be taken in as things
    stand; what is tried for it is undone.
    """
    words = words_of(batch)
    for row, content in rows:
        found = read_member(content.number, content.cells, headers_of(row.table), words)
        nobody = row.person_id is None and not content.candidates
        if isinstance(found, list):
            _refuse(row, content, RowReason.TEAM_INCOMPLETE, found)
        elif row.state != RowState.REFUSED and nobody:
            _refuse(row, content, RowReason.NOT_IN_REGISTER, [_nobody(content.number)])
    with transaction.atomic():
        take_in(batch, [pair for pair in rows if pair[0].state == RowState.ACCEPTED], None)
        transaction.set_rollback(True)
    for row, _content in rows:
        row.stay, row.made_collective = None, False


def take_in(batch: Batch, rows: Sequence[tuple[Row, RowContent]], by: User | None) -> int:
    """Enter the members of accepted rows, in place, and the teams that are new; what the moment does not allow is refused
    with its reason. Returns how many were entered.
    """
    words = words_of(batch)
    people = Person.objects.in_bulk([row.person_id for row, _content in rows if row.person_id])
    entered = 0
    for row, content in rows:
        member = read_member(content.number, content.cells, headers_of(row.table), words)
        person = people.get(row.person_id or 0)
        if isinstance(member, list):
            _refuse(row, content, RowReason.TEAM_INCOMPLETE, member)
        elif person is None:
            _refuse(row, content, RowReason.NOT_IN_REGISTER, [_nobody(content.number)])
        else:
            try:
                with transaction.atomic():
                    row.stay, row.made_collective = _enter(batch, member, person, by)
                entered += 1
            except NotPossible as refused:
                why = Text(*(_why_not(batch, member, person, language) for language in ("zh-hans", "en")))
                problem = _not_possible(content, row.table, refused.field, why)
                _refuse(row, content, RowReason.TEAM_NOT_POSSIBLE, [problem])
    return entered


def accept_members(*, batch: Batch, rows: Sequence[Row], by: User | None) -> int:
    """Enter some accepted rows of a batch; the caller holds the transaction. Returns how many were entered."""
    pairs = [(row, content_of(row)) for row in rows]
    entered = take_in(batch, pairs, by)
    for row, _content in pairs:
        row.recorded_at = now() if row.state == RowState.ACCEPTED else None
    fields = ["state", "reason", "sealed", "problem_count", "stay", "made_collective", "recorded_at"]
    Row.objects.bulk_update(rows, fields, batch_size=500)
    refused = len(rows) - entered
    batch.rows_accepted -= refused
    batch.rows_refused += refused
    batch.rows_done = batch.rows.exclude(recorded_at=None).count()
    batch.save(update_fields=["rows_accepted", "rows_refused", "rows_done"])
    return entered


def undo_members(*, batch: Batch, by: User, reason: str) -> int:
    """End on its first day what the batch entered, and close the teams that it alone brought; returns how many stays ended."""
    stays = Stay.objects.filter(roster_rows__batch=batch, until=None).select_related(
        "collective__home", "person"
    )
    ended = 0
    for stay in stays.order_by("pk"):
        leave(stay=stay, day=stay.since, by=by, reason=reason)
        ended += 1
    made = batch.rows.filter(made_collective=True).values("stay__collective")
    for collective in Collective.objects.filter(pk__in=made, until=None).exclude(stays__until=None):
        last = collective.stays.order_by("-since").values_list("since", flat=True).first()
        close_collective(
            collective=collective, day=max(collective.since, last or collective.since), by=by, reason=reason
        )
    return ended


def headers_of(table: Table) -> dict[int, str]:
    """Column → header of a table."""
    return {column["index"]: column["header"] for column in table.columns}


def _enter(batch: Batch, member: Member, person: Person, by: User | None) -> tuple[Stay, bool]:
    """The new stay, and whether its team is new. A day that is not told is the first day of the team, or that of the roster."""
    home = batch.home
    known = Collective.objects.filter(home=home, kind=member.kind, name=member.team, until=None).first()
    team = known or found_collective(home=home, draft=_draft(batch, member), by=by)
    since = member.joined or (batch.as_of if known else team.since)
    return join(collective=team, person=person, role=member.role, since=since, by=by), known is None


def _why_not(batch: Batch, member: Member, person: Person, language: str) -> str:
    """In a language why a member cannot be entered; nothing is."""
    try:
        with translation.override(language), transaction.atomic():
            _enter(batch, member, person, None)
            transaction.set_rollback(True)
    except NotPossible as refused:
        return str(refused)
    return ""


def _draft(batch: Batch, member: Member) -> CollectiveDraft:
    since = member.founded
    if since is None:
        raise NotPossible(_("新团队需要认定日期。"), FOUNDED)
    host = batch.organisation
    if member.host:
        host = Organisation.objects.under(batch.home.path).get(code=member.host)
    elif not host.employs:
        raise NotPossible(_("新团队需要依托单位。"), HOST)
    months = pack_called(batch.pack).collectives.kinds[member.kind].months
    due = add_months(since, months) - timedelta(days=1) if months else None
    return CollectiveDraft(member.kind, member.team, host, since, member.level, due=due)


def _refuse(row: Row, content: RowContent, reason: RowReason, problems: Sequence[CellProblem]) -> None:
    content.problems.extend(problems)
    row.state, row.reason = RowState.REFUSED, reason
    row.problem_count = min(len(content.problems), 32_767)
    row.sealed = seal(content.as_json(), settings.JUXIAN_KEYS)


def _nobody(number: int) -> CellProblem:
    return CellProblem(
        number, -1, "", "",
        Text("人才库中没有这个人", "this person is not in the register"),
        Text("先报送人员名册，或补填证件号码", "hand in a roster of persons first, or add the document number"),
        reason=RowReason.NOT_IN_REGISTER,
    )  # fmt: skip


_CELLS: Mapping[str, str] = {"role": ROLE, "since": JOINED, FOUNDED: FOUNDED, HOST: HOST}


def _not_possible(content: RowContent, table: Table, field: str, why: Text) -> CellProblem:
    """At the cell that the refusal speaks of, where it has one."""
    target = _CELLS.get(field, "")
    index, header = next(
        ((i, head) for i, head in headers_of(table).items() if target and target_of(head) == target), (-1, "")
    )
    raw = content.cells[index] if 0 <= index < len(content.cells) else ""
    return CellProblem(content.number, index, header, raw, why, reason=RowReason.TEAM_NOT_POSSIBLE)
