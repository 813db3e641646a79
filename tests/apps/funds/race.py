"""Many clerks at the same moment (并发抢付); prints the counts. A process of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from juxian.config.cli import setup_django

setup_django()

from django.db import connection  # noqa: E402  # models need the settings

from juxian.apps.funds.actions import open_accounts, post  # noqa: E402
from juxian.apps.funds.actions.runs import draft_run  # noqa: E402
from juxian.apps.funds.actions.settling import tell_line  # noqa: E402
from juxian.apps.funds.models import Entry, PaymentLine  # noqa: E402
from juxian.apps.funds.queries.ledger import balance_of  # noqa: E402
from juxian.apps.funds.queries.proof import verify  # noqa: E402
from juxian.apps.funds.rules import NotPossible  # noqa: E402
from juxian.apps.gate import writing  # noqa: E402
from juxian.core.ledger.accounts import Kind, account  # noqa: E402
from juxian.core.ledger.flows import appropriate, reserve  # noqa: E402
from juxian.core.ledger.refusals import OutOfBounds  # noqa: E402
from tests.apps.funds.scene import BANK, DAY, Scene, make_scene  # noqa: E402

CLIENTS, CLERKS, PAYMENTS, TRIES = 16, 8, 500, 70


def together(count: int, act: Callable[[int], object]) -> list[str]:
    """What each of ``count`` threads came to, all begun at the same moment."""
    barrier, told = threading.Barrier(count), [""] * count

    def one(number: int) -> None:
        barrier.wait()
        try:
            told[number] = str(act(number))
        except (NotPossible, OutOfBounds) as why:
            told[number] = type(why).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def drafts(scene: Scene) -> int:
    """Sixteen clients put the same instalment into a run."""
    scene.granted("甲")

    def draft(_number: int) -> str:
        with writing():
            draft_run(home=scene.place.root, as_of=DAY, title="批", bank=BANK, by=scene.maker)
        return "drafted"

    return together(CLIENTS, draft).count("drafted")


def seconds(scene: Scene) -> tuple[int, int]:
    """Sixteen clients settle the same payment as the second person; (how many did, entries)."""
    line = PaymentLine.objects.get()
    line.run.__class__.objects.update(state="exported")
    tell_line(line=line, state="confirmed", day=DAY, reason="回单", by=scene.maker)

    def second(_number: int) -> bool:
        with writing():
            return tell_line(line=line, state="confirmed", day=DAY, reason="回单", by=scene.checker)

    told = together(CLIENTS, second)
    return told.count("True"), Entry.objects.filter(key__startswith="pay:").count()


def budget(scene: Scene) -> tuple[int, int]:
    """A budget of 500 payments and eight clerks who try 560; (how many passed, what is left)."""
    names = [f"race/{number}" for number in range(CLERKS * TRIES)]
    reserved = [account(Kind.RESERVED, name) for name in names]
    open_accounts(
        [account(Kind.APPROPRIATION, "race"), account(Kind.BUDGET, "race"), *reserved], scene.place.root
    )
    post(appropriate("race", "race", PAYMENTS, DAY, "文"))

    def clerk(number: int) -> int:
        passed = 0
        for name in names[number::CLERKS]:
            try:
                with writing():
                    post(reserve("race", name, 1, DAY))
                passed += 1
            except OutOfBounds:
                continue
        return passed

    return sum(map(int, together(CLERKS, clerk))), balance_of("budget:race")


def naive() -> int:
    """The negative control: eight look at a budget of one payment together, then take it."""
    left, looked = [1], threading.Barrier(CLERKS)

    def careless(_number: int) -> bool:
        enough = left[0] > 0
        looked.wait()
        if enough:
            left[0] -= 1
        return enough

    together(CLERKS, careless)
    return left[0]


scene = make_scene()
drafted = drafts(scene)
settled, entries = seconds(scene)
passed, left = budget(scene)
difference = verify().difference
print(  # noqa: T201
    json.dumps(
        {
            "drafted": drafted,
            "settled": settled,
            "entries": entries,
            "passed": passed,
            "left": left,
            "proof": difference and str(difference.message),
            "control": naive(),
        }
    )
)
