"""Rewriting a policy at the desk (政策起草与发布): a copy, checked as it is written, published by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.actions.publishing import publish_text
from juxian.apps.policies.models import PolicyDraft
from juxian.apps.policies.queries import cases_in_force, cases_of_draft, digest_of_text
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy
from juxian.core.policy.cases import CaseResult
from juxian.core.policy.comparing import replaced
from juxian.core.policy.drafts import read_draft, run_draft_cases
from juxian.core.source import Problem, errors_in

OPEN = (PolicyDraft.State.WRITING, PolicyDraft.State.SUBMITTED)


class DraftChanged(Exception):
    """Somebody else has written or published the draft meanwhile."""

    def __init__(self, draft: PolicyDraft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


class DraftWrong(Exception):
    """A text, or a file of cases, with mistakes cannot be submitted or published."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.render() for problem in problems))
        self.problems = problems


class CasesFail(Exception):
    """A text whose cases come out otherwise than they expect cannot be submitted or published."""

    def __init__(self, failed: Sequence[CaseResult]) -> None:
        super().__init__("; ".join(problem.render() for result in failed for problem in result.problems))
        self.failed = failed

    @property
    def names(self) -> list[str]:
        return [result.case.name for result in self.failed]


@transaction.atomic
def begin_draft(*, pack: Pack, policy: Policy, root: Organisation, by: User) -> PolicyDraft:
    """A copy of the text in force and of its file of cases, to be written on."""
    text = policy.origin.source.text
    draft = PolicyDraft.objects.create(
        pack=pack.code, policy=policy.id, title=policy.title.zh, text=text, base=digest_of_text(text), written_by=by,
        cases=cases_in_force(pack, policy.id),
    )  # fmt: skip
    _record("policies.draft_begun", draft, root, by)
    return draft


@transaction.atomic
def save_draft(
    *, draft: PolicyDraft, text: str, cases: str, revision: int, root: Organisation, by: User
) -> PolicyDraft:
    """Keep another text and file of cases; it needs not be right yet, and has to be submitted again. Raises ``DraftChanged``."""
    same = PolicyDraft.objects.filter(pk=draft.pk, revision=revision, state__in=OPEN)
    kept = same.update(
        text=text, cases=cases, revision=F("revision") + 1, written_by=by, written_at=now(), state=PolicyDraft.State.WRITING
    )  # fmt: skip
    if not kept:
        raise DraftChanged(draft)
    draft.refresh_from_db()
    _record("policies.draft_saved", draft, root, by)
    return draft


@transaction.atomic
def submit_draft(
    *, draft: PolicyDraft, effective_on: date, pack: Pack, root: Organisation, by: User
) -> PolicyDraft:
    """Ask a second person to publish it. Raises ``DraftWrong``, ``CasesFail``, ``DraftChanged``."""
    _checked(draft, pack)
    found = PolicyDraft.objects.filter(pk=draft.pk, revision=draft.revision, state=PolicyDraft.State.WRITING)
    if not found.update(state=PolicyDraft.State.SUBMITTED, effective_on=effective_on):
        raise DraftChanged(draft)
    draft.refresh_from_db()
    _record("policies.draft_submitted", draft, root, by)
    return draft


@transaction.atomic
def publish_draft(*, draft: PolicyDraft, pack: Pack, root: Organisation, by: User) -> PolicyDraft:
    """The text counts from its day on; earlier texts and what was determined by them stay.

    Raises ``DraftWrong``, ``CasesFail``, ``DraftChanged``.
    """
    policy = _checked(draft, pack)
    found = PolicyDraft.objects.filter(
        pk=draft.pk, revision=draft.revision, state=PolicyDraft.State.SUBMITTED
    ).exclude(written_by=by)
    if not found.update(state=PolicyDraft.State.PUBLISHED, published_by=by, published_at=now()):
        raise DraftChanged(draft)
    draft.refresh_from_db()
    publish_text(pack=draft.pack, policy=policy, text=draft.text, effective_on=draft.effective_on, by=by)
    _record("policies.published", draft, root, by)
    return draft


@transaction.atomic
def drop_draft(*, draft: PolicyDraft, root: Organisation, by: User) -> bool:
    """Give a draft up; False when it was published or given up before."""
    dropped = PolicyDraft.objects.filter(pk=draft.pk, state__in=OPEN).update(state=PolicyDraft.State.DROPPED)
    if dropped:
        _record("policies.draft_dropped", draft, root, by)
    return bool(dropped)


def _checked(draft: PolicyDraft, pack: Pack) -> Policy:
    """The policy of a draft without mistakes, whose cases all come out as they expect."""
    policy, problems = read_draft(draft.text, draft.policy, pack.schema)
    if policy is None:
        raise DraftWrong(problems)
    others = replaced(pack.policies, {draft.policy: policy})
    results, wrong = run_draft_cases(cases_of_draft(draft, pack), policy, others, pack.schema)
    if mistakes := errors_in(wrong):
        raise DraftWrong(mistakes)
    if failed := [result for result in results if not result.passed]:
        raise CasesFail(failed)
    return policy


def _record(action: str, draft: PolicyDraft, root: Organisation, by: User) -> None:
    detail = {
        "policy": draft.policy, "revision": draft.revision, "digest": digest_of_text(draft.text), "base": draft.base,
        "effective_on": draft.effective_on.isoformat() if draft.effective_on else None,
    }  # fmt: skip
    record(action, actor=by, subject=draft, organisation_path=root.path, detail=detail)
