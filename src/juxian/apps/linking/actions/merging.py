"""Folding two records into one, and taking them apart again (合并与拆分); nothing is deleted by either."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.linking.enums import PairState, Verdict
from juxian.apps.linking.models import Decision, Merge, Pair
from juxian.apps.persons.actions import refresh_profiles
from juxian.apps.persons.models import Fact, IdentityDocument, Person, Source
from juxian.apps.persons.registry import Follower, followers


@dataclass
class CannotMerge(Exception):
    """The two records cannot be folded into one, or taken apart, now (无法合并)."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@transaction.atomic
def merge_persons(*, keep: Person, drop: Person, by: User | None, reason: str = "") -> Merge:
    """Fold ``drop`` into ``keep`` (合并重复档案); ``drop`` stays as a pointer and its rows remember where they stood.

    Raises ``CannotMerge``.
    """
    keep, drop = _locked(keep, drop)
    if keep.merged_into_id or drop.merged_into_id or keep.pk == drop.pk:
        raise CannotMerge(_("该档案已并入其他档案。"))
    if keep.home_id != drop.home_id:
        raise CannotMerge(_("两份档案不在同一管辖范围。"))
    moved: dict[str, Any] = {_label(follower): _move_all(follower, drop, keep) for follower in followers()}
    moved["last"] = {"fact": _last(Fact), "document": _last(IdentityDocument)}
    merge = Merge.objects.create(keep=keep, drop=drop, moved=moved, reason=reason[:500], merged_by=by)
    drop.merged_into = keep
    drop.save(update_fields=["merged_into"])
    _close_pairs(keep, drop)
    refresh_profiles([keep, drop])
    record(
        "persons.merged",
        actor=by,
        subject=keep,
        organisation_path=keep.home.path,
        detail={"keep": keep.number, "drop": drop.number, "facts": len(moved["persons.Fact.person"])},
        reason=reason,
    )
    return merge


@transaction.atomic
def unmerge(*, merge: Merge, by: User, reason: str, to_drop: Collection[int] = ()) -> Person:
    """Take two records apart (拆分): each gets back what it had, in every row; returns the restored record.

    What came after the merge is assigned by source: to_drop holds the ids of sources whose later statements belong to
    the restored record, see ``sources_after``. The pair is remembered as two persons. Raises ``CannotMerge``.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    keep, drop = _locked(merge.keep, merge.drop)
    if merge.undone_at or drop.merged_into_id != keep.pk or keep.merged_into_id:
        raise CannotMerge(_("该合并已经拆分，或保留的档案后来又并入了别的档案。"))
    for follower in followers():
        rows = merge.moved.get(_label(follower), [])
        _model(follower)._base_manager.filter(pk__in=rows, **{follower.field: keep}).update(
            **{follower.field: drop}
        )
    later = _later_rows(merge, keep)
    for found in later:
        found.filter(source__in=to_drop).update(person=drop)
    drop.merged_into = None
    drop.save(update_fields=["merged_into"])
    Merge.objects.filter(pk=merge.pk).update(undone_at=now(), undone_by=by, undo_reason=reason[:500])
    _remember_two(keep, drop, by, reason)
    refresh_profiles([keep, drop])
    record(
        "persons.unmerged",
        actor=by,
        subject=keep,
        organisation_path=keep.home.path,
        detail={"keep": keep.number, "restored": drop.number, "sources": sorted(to_drop)},
        reason=reason,
    )
    return drop


@dataclass(frozen=True, slots=True)
class LaterSource:
    """A source that spoke of the merged record afterwards. to_drop: proposed for the restored one."""

    source: Source
    facts: int
    to_drop: bool


def sources_after(merge: Merge) -> list[LaterSource]:
    """Sources with statements after the merge, with a proposal: to whom the organisation spoke of before alone."""
    facts, _documents = _later_rows(merge, merge.keep)
    counts = dict(facts.order_by().values_list("source").annotate(n=models.Count("pk")))
    dropped = Fact.objects.filter(pk__in=merge.moved.get("persons.Fact.person", []))
    kept = (
        Fact.objects.filter(person=merge.keep)
        .exclude(pk__in=facts.values("pk"))
        .exclude(pk__in=dropped.values("pk"))
    )
    of_drop = set(dropped.values_list("source__organisation", flat=True)) - {None}
    of_keep = set(kept.values_list("source__organisation", flat=True)) - {None}
    return [
        LaterSource(source, counts[source.pk], source.organisation_id in of_drop - of_keep)
        for source in Source.objects.filter(pk__in=counts).order_by("pk")
    ]


def _later_rows(
    merge: Merge, keep: Person
) -> tuple[models.QuerySet[Fact], models.QuerySet[IdentityDocument]]:
    """Facts and documents that ``keep`` got after the merge; keys grow with time, whatever the clock says."""
    before = merge.moved.get("last", {})
    facts = Fact.objects.filter(person=keep, pk__gt=before.get("fact", 0))
    documents = IdentityDocument.objects.filter(person=keep, pk__gt=before.get("document", 0))
    return facts, documents


def _locked(keep: Person, drop: Person) -> tuple[Person, Person]:
    """Both rows, locked in the order of their keys, so that two merges take turns."""
    keys = sorted({keep.pk, drop.pk})
    rows = {
        row.pk: row
        for row in Person.objects.select_for_update(of=("self",))
        .select_related("home")
        .filter(pk__in=keys)
        .order_by("pk")
    }
    return rows[keep.pk], rows[drop.pk]


def _label(follower: Follower) -> str:
    return f"{follower.model}.{follower.field}"


def _model(follower: Follower) -> type[models.Model]:
    return apps.get_model(follower.model)


def _move_all(follower: Follower, drop: Person, keep: Person) -> list[int]:
    """Keys of the rows that went to ``keep``. Raises ``CannotMerge`` when both have what a person has once."""
    model = _model(follower)
    rows = model._base_manager.filter(**{follower.field: drop})
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    parts = [[key] for key in keys] if follower.may_stay else [keys]
    moved = [part for part in parts if _moved(follower, part, keep)]
    if moved != parts and not follower.may_stay:
        what = model._meta.verbose_name
        raise CannotMerge(_("两份档案各有一项进行中的“%(what)s”，请先办结其中一项再合并。") % {"what": what})
    return [key for part in moved for key in part]


def _moved(follower: Follower, keys: list[int], keep: Person) -> bool:
    """Whether the constraints of the model let the rows go."""
    try:
        with transaction.atomic():
            _model(follower)._base_manager.filter(pk__in=keys).update(**{follower.field: keep})
    except IntegrityError:
        return False
    return True


def _last(model: type[models.Model]) -> int:
    """The newest key of a table: what is younger came after the merge."""
    return int(model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0)


def _close_pairs(keep: Person, drop: Person) -> None:
    left, right = sorted((keep.pk, drop.pk))
    Pair.objects.filter(left=left, right=right).update(state=PairState.SAME)
    others = Pair.objects.filter(state=PairState.OPEN).filter(models.Q(left=drop) | models.Q(right=drop))
    others.update(state=PairState.GONE)


def _remember_two(keep: Person, drop: Person, by: User, reason: str) -> None:
    left, right = sorted((keep.pk, drop.pk))
    pair = Pair.objects.filter(left=left, right=right).first()
    Pair.objects.filter(left=left, right=right).update(state=PairState.DIFFERENT)
    Decision.objects.create(
        left_id=left,
        right_id=right,
        verdict=Verdict.DIFFERENT,
        evidence=pair.evidence if pair else "",
        signs=pair.signs if pair else 0,
        reason=reason[:500],
        decided_by=by,
    )
