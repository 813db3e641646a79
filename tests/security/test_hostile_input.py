"""Whatever is sent ends in an answer below 500 and is never shown as markup (任意输入)."""

from __future__ import annotations

import re
from pathlib import Path

import juxian.web
from tests.security.harvest import Harvest
from tests.security.hostile import Generator, run
from tests.security.matrix import read_matrix
from tests.security.world import World

REQUESTS, SEED = 3_000, 7
READ_PARAMETERS = re.compile(r"""request\.GET(?:\.get(?:list)?\(|\[)["'](\w+)["']""")


def test_hostile_requests_end_in_clear_answers(world: World, found: Harvest) -> None:
    report = run(world, REQUESTS, SEED, found=found)

    assert report.failures == []
    assert report.requests == REQUESTS
    assert {200, 302, 303, 400, 403, 404, 405, 422} <= set(report.statuses), report.statuses


def test_every_function_is_reached(world: World, found: Harvest) -> None:
    """The generator knows every address that anybody may ask for, and every form of every role."""
    generator = Generator(world, SEED, found)

    posts = {form.action for form in generator.posts}
    reachable = [
        item for item in read_matrix().functions.values() if "allow" in item.outcomes["POST"].values()
    ]
    assert len(posts) >= len(reachable)


def test_every_parameter_that_views_read_is_sent(world: World, found: Harvest) -> None:
    sources = Path(juxian.web.__file__).parent.rglob("*.py")
    read = {
        name for source in sources for name in READ_PARAMETERS.findall(source.read_text(encoding="utf-8"))
    }

    assert read - set(Generator(world, SEED, found).names) == set()


def test_the_same_seed_makes_the_same_requests(world: World, found: Harvest) -> None:
    first, second = (Generator(world, SEED, found) for _ in range(2))

    assert [str(first.attack()) for _ in range(200)] == [str(second.attack()) for _ in range(200)]


def test_forms_are_found_on_pages(found: Harvest) -> None:
    assert {form.actor for form in found.forms} >= {"visitor", "office", "employer", "leader"}
    assert sum(len(form.fields) for form in found.forms) > 100
