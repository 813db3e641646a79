"""The packs that travel with the product are right, and their policies do what the office expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.packs import check_pack, find_packs_dir, load_all, load_pack, run_pack_cases
from juxian.core.packs.files import packs_in
from juxian.core.packs.services import ServiceShelf
from juxian.core.services.phrases import TOPICS

PACKS = packs_in(find_packs_dir())


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_a_shipped_pack_has_no_problem(path: Path) -> None:
    pack, problems = check_pack(path)

    assert [problem.render() for problem in problems] == []
    assert pack is not None


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_every_case_of_a_shipped_pack_comes_out_as_expected(path: Path) -> None:
    found = run_pack_cases(load_pack(path))

    different = [problem.render() for one in found for result in one.results for problem in result.problems]
    assert different == []
    assert all(one.results for one in found)


def test_all_shipped_packs_load_together() -> None:
    assert set(load_all()) == {path.name for path in PACKS}


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_every_walk_through_a_shipped_service_comes_out_as_expected(path: Path) -> None:
    found = load_pack(path).services.run_cases()

    different = [problem.render() for one in found for result in one.results for problem in result.problems]
    assert different == []
    assert all(one.results for one in found)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_one_service_is_asked_for_without_all_and_told_alike(path: Path) -> None:
    shelf, every = load_pack(path).services, load_pack(find_packs_dir() / "base").services.files

    asked = ServiceShelf(shelf.directory, shelf.schema, shelf.parent, shelf.units, shelf.benefits)

    assert {service for service in {**every, **shelf.files, "none": None} if service in asked} == set(
        shelf.ids
    )


@pytest.mark.parametrize(
    "path", [path for path in PACKS if path.name not in ("base", "gallery")], ids=lambda path: path.name
)
def test_a_place_offers_services_and_bundles_it_can_work_on(path: Path) -> None:
    pack = load_pack(path)

    assert len(pack.services) >= 20
    assert len(pack.bundles) >= 3
    assert {topic for service in pack.services.values() if (topic := service.topic)} == set(TOPICS)


def test_each_service_of_base_is_walked_to_a_good_end_a_return_and_a_refusal() -> None:
    shelf = load_pack(find_packs_dir() / "base").services

    missing = {}
    for service in shelf:
        walks, _ = shelf.walks(service)
        done = {step.name for walk in walks for step in walk.steps}
        refusals = any(step.refused or step.result == "refused" for walk in walks for step in walk.steps)
        ended = any(
            step.result in ("granted", "closed") or step.state in shelf[service].ends
            for walk in walks
            for step in walk.steps
        )
        missing[service] = {"return", "supplement"} - done or (not refusals) or (not ended)
    assert [service for service, wanting in missing.items() if wanting] == []
