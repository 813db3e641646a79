"""Writing to the audit log (写入审计日志): one entry for each action, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from juxian.apps.audit.models import FIRST, AuditEntry, IntegrityCheck, Refusal
from juxian.apps.audit.queries import HEADS, lines_of, proved, proved_since
from juxian.apps.audit.registry import acts_as, came_from, on_behalf_of
from juxian.apps.clock import now
from juxian.core.audit.heads import public_pem, read_signed, signed_line, signing_key
from juxian.core.audit.verifier import Head

COUNTED = timedelta(
    minutes=10
)  # refusals of one function to one user within it are counted, not written each
_CHAIN_LOCK = 0x4A58_4155  # advisory lock of PostgreSQL: one writer of the chain at a time


def record(
    action: str,
    *,
    actor: models.Model | None = None,
    subject: models.Model | None = None,
    organisation_path: str = "",
    acting_as: str = "",
    detail: Mapping[str, Any] | None = None,
    reason: str = "",
    address: str = "",
) -> AuditEntry:
    """Append one entry; must run inside the transaction of what it records.

    action: ``app.past_participle``, e.g. ``persons.merged``. detail: JSON; no plain sensitive values. acting_as, address: those
    of the request at work where they are not given.
    """
    return record_each(
        action,
        [(subject, detail or {})],
        actor=actor,
        organisation_path=organisation_path,
        acting_as=acting_as,
        reason=reason,
        address=address,
    )[0]


@transaction.atomic(savepoint=False)
def record_each(
    action: str,
    entries: Sequence[tuple[models.Model | None, Mapping[str, Any]]],
    *,
    actor: models.Model | None = None,
    organisation_path: str = "",
    acting_as: str = "",
    reason: str = "",
    address: str = "",
) -> list[AuditEntry]:
    """As ``record`` for each subject and its detail, in their order; the chain is read and written once for all of them."""
    if not entries:
        return []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    moment, previous, made = now(), last_digest(), []
    standing_in = {"on_behalf_of": on_behalf_of.get()} if on_behalf_of.get() else {}
    for subject, detail in entries:
        entry = AuditEntry(
            at=moment,
            action=action,
            actor_id=actor.pk if actor is not None else None,
            acting_as=acting_as or acts_as.get(),
            subject_type=subject._meta.label_lower if subject is not None else "",
            subject_id=str(subject.pk) if subject is not None else "",
            organisation_path=organisation_path,
            detail=dict(detail) | standing_in,
            reason=reason,
            address=address or came_from.get(),
            previous=previous,
        )
        entry.digest = previous = entry.computed_digest()
        made.append(entry)
    return AuditEntry.objects.bulk_create(made)


def last_digest() -> str:
    """The digest that the next entry is chained to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM audit_auditentry ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()
    return str(row[0]) if row else FIRST


class NotSound(Exception):
    """The chain does not fit, so no head of it is signed; ``broken`` is the number of the first wrong entry."""

    def __init__(self, broken: int) -> None:
        super().__init__(f"entry {broken} of the audit log does not fit")
        self.broken = broken


def sign_head(directory: Path | None = None) -> Head | None:
    """Append a signed head to the file outside the database; None where nothing has been added since the last one.

    What was added since the last head is proved first. Raises ``NotSound``, and ``Forged`` for a changed file of heads.
    """
    place = directory or settings.JUXIAN_AUDIT_HEADS
    key, lines = signing_key(settings.JUXIAN_AUDIT_KEY), lines_of(place / HEADS)
    kept = read_signed(lines, key.public_key())
    finding = proved_since(kept[-1]) if kept else proved()
    if finding.broken is not None:
        raise NotSound(finding.broken)
    last = AuditEntry.objects.order_by("-id").values_list("id", "digest").first()
    if last is None or (kept and kept[-1].number == last[0]):
        return None
    head = Head(last[0], finding.entries, last[1])
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    (place / "heads.pem").write_text(public_pem(key), encoding="ascii")
    with (place / HEADS).open("a", encoding="utf-8") as file:
        file.write(signed_line(head, now().isoformat(), lines[-1] if lines else "", key) + "\n")
    return head


MISSING = "missing "  # before the name of a function whose object was not there, or not for this user


@transaction.atomic
def record_refusal(
    *,
    actor: models.Model | None,
    address: str,
    what: str,
    acting_as: str = "",
    organisation_path: str = "",
    missing: bool = False,
    who: str = "",
    times: int = 1,
) -> None:
    """Write down that ``what`` was refused; the same to the same user, or visitor's address, is counted for ten minutes.

    missing: the answer was that the object is not there, which is also what somebody gets for the object of another.
    who: of a token. times: how often, where the caller has counted already.
    """
    who = who or (f"user:{actor.pk}" if actor is not None else address)
    row, first = Refusal.objects.get_or_create(
        who=who,
        what=((MISSING if missing else "") + what)[:100],
        defaults={
            "since": now(),
            "count": times - 1,
            "actor_id": actor.pk if actor is not None else None,
            "address": address,
            "acting_as": acting_as,
            "organisation_path": organisation_path,
        },
    )
    if first:
        _refused("", row)
    else:
        Refusal.objects.filter(pk=row.pk).update(count=models.F("count") + times)


def settle_refusals() -> int:
    """Write the counts that are over ten minutes old, one entry each; returns how many."""
    written = 0
    for pk in Refusal.objects.filter(since__lte=now() - COUNTED).values_list("pk", flat=True)[:1000]:
        with transaction.atomic():
            row = Refusal.objects.select_for_update().filter(pk=pk).first()
            if row is None:  # another worker was first
                continue
            if row.count:
                _refused("_again", row, times=row.count)
                written += 1
            row.delete()
    return written


def _refused(ending: str, row: Refusal, **more: int) -> None:
    function = row.what.removeprefix(MISSING)
    kind = "access.refused" if function == row.what else "access.not_found"
    record(
        kind + ending,
        actor=row.actor,
        acting_as=row.acting_as,
        organisation_path=row.organisation_path,
        address=row.address,
        detail={"function": function, **more},
    )


KEPT_CHECKS = 400  # a year of nights and some by hand


@transaction.atomic
def keep_check(*, checked: int, findings: Mapping[str, int], seconds: float) -> IntegrityCheck:
    """Keep what a search of the data found, with an audit entry; the oldest results go."""
    kept = IntegrityCheck.objects.create(
        at=now(), checked=checked, violations=sum(findings.values()), findings=dict(findings), seconds=seconds
    )
    old = IntegrityCheck.objects.order_by("-id").values_list("pk", flat=True)[KEPT_CHECKS:]
    IntegrityCheck.objects.filter(pk__in=list(old)).delete()
    record("audit.checked", subject=kept, detail={"violations": kept.violations, "checked": checked})
    return kept
