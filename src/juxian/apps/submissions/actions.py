"""Carrying a form out once (只办一次): its row lies in the same transaction as what the form makes."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from juxian.apps.clock import now
from juxian.apps.gate import taking_turns
from juxian.apps.sets import ask
from juxian.apps.submissions.models import Submission

KEPT = timedelta(days=30)
PART = 5_000  # rows at a time; others write in between
_CLAIM = (
    "INSERT INTO submissions_submission (owner, key, content, answer, at) VALUES (%s, %s, %s, '', %s) "
    "ON CONFLICT DO NOTHING RETURNING id"
)


class AlreadySubmitted(Exception):
    """The form was carried out before. answer: address of its result. same: with the very same content."""

    def __init__(self, answer: str, *, same: bool) -> None:
        super().__init__(answer)
        self.answer = answer
        self.same = same


def claim(*, owner: int, key: str, content: str) -> Submission:
    """Begin a submission inside the caller's transaction; when that is rolled back, the key is free again.

    A second one of the same key waits until the first is done (PostgreSQL for its row, SQLite for the writer), at
    most ``JUXIAN_DATABASE_WAIT_SECONDS``; then it is an ``OperationalError`` of a locked database. Raises ``AlreadySubmitted``.
    """
    begun = Submission(owner=owner, key=key, content=content, at=now())
    rows = ask(_CLAIM, [owner, key, content, connection.ops.adapt_datetimefield_value(begun.at)])
    if not rows:
        first = Submission.objects.get(owner=owner, key=key)
        raise AlreadySubmitted(first.answer, same=first.content == content)
    ((begun.pk,),) = rows
    return begun


def settle(submission: Submission, *, answer: str) -> None:
    """The form was carried out; ``answer`` is where its result stands."""
    ask("UPDATE submissions_submission SET answer = %s WHERE id = %s", [answer, submission.pk])


def release(submission: Submission) -> None:
    """The form was refused: the key may be used again."""
    Submission.objects.filter(pk=submission.pk).delete()


def forget_old() -> int:
    """Remove keys that no page still open can send again, a part at a time; returns how many went."""
    gone, before = 0, now() - KEPT
    while keys := list(
        Submission.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:PART]
    ):
        with taking_turns():
            gone += Submission.objects.filter(pk__in=keys).delete()[0]
    return gone
