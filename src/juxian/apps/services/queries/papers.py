"""Papers of an employer's list: what each row still wants, and who may read what was attached (名单材料)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, Profile
from juxian.apps.services.models import BulkPaper, BulkRow
from juxian.core.services import Service, check_answers, materials_needed, prefilled
from juxian.core.services.answers import Need


@dataclass(frozen=True, slots=True)
class RowPapers:
    """What one row wants and has. needs: by material. papers: by material, in the order in which they came."""

    row: BulkRow
    needs: Mapping[str, Need]
    papers: Mapping[str, Sequence[BulkPaper]] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """Materials that have to be handed in and are not there."""
        return [
            name for name, need in self.needs.items() if need is Need.REQUIRED and not self.papers.get(name)
        ]


def row_papers(rows: Sequence[BulkRow], service: Service, day: date) -> list[RowPapers]:
    """Of each row; the same number of queries however many there are."""
    people = {row.person_id for row in rows if row.person_id}
    profiles = dict(Profile.objects.filter(person__in=people).values_list("person", "values"))
    held = _held(people, day)
    papers: dict[int, dict[str, list[BulkPaper]]] = defaultdict(lambda: defaultdict(list))
    for paper in BulkPaper.objects.filter(row__in=[row.pk for row in rows if row.pk]).select_related("file"):
        papers[paper.row_id][paper.material].append(paper)
    found = []
    for row in rows:
        profile = dict(profiles.get(row.person_id or 0) or {})
        checked = check_answers(service, {**prefilled(service, profile), **row.answers}, profile, day)
        needs = materials_needed(service, checked.values, profile, held.get(row.person_id, frozenset()), day)
        found.append(RowPapers(row, needs, papers.get(row.pk, {})))
    return found


def _held(people: Collection[int | None], day: date) -> dict[int | None, frozenset[str]]:
    """Person → fact kinds of which evidence is there (免提交), as ``evidence_held`` says of one."""
    facts = Fact.objects.current_on(day).filter(person__in=people, verification=Verification.VERIFIED)
    kinds: dict[int | None, set[str]] = defaultdict(set)
    for person, kind in facts.exclude(evidence="").values_list("person", "kind"):
        kinds[person].add(kind)
    return {person: frozenset(found) for person, found in kinds.items()}


def attached(rows: Iterable[BulkRow]) -> dict[int, dict[str, list[str]]]:
    """Row → material → ids of files."""
    found: dict[int, dict[str, list[str]]] = defaultdict(dict)
    papers = BulkPaper.objects.filter(row__in=[row.pk for row in rows]).select_related("file").order_by("pk")
    for paper in papers:
        found[paper.row_id].setdefault(paper.material, []).append(str(paper.file.uuid))
    return found


def may_read_listed(user: User, file_id: int) -> bool:
    """Whoever works for the unit that attached it to its list, until a case says who may."""
    paths = user.paths_for([Role.EMPLOYER], on=today())
    if not paths:
        return False
    units = Organisation.objects.under(*paths)
    return BulkPaper.objects.filter(file=file_id, row__bulk__unit__in=units).exists()
