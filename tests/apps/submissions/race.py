"""Eight threads submit the same form at the same moment; prints what each was told. A process of its own."""

from __future__ import annotations

import json
import threading

from juxian.config.cli import setup_django

setup_django()

from django.db import connection, transaction  # noqa: E402  # models need the settings

from juxian.apps.submissions.actions import AlreadySubmitted, claim, settle  # noqa: E402

THREADS = 8
told: list[str] = []
together = threading.Barrier(THREADS)


def submit(number: int) -> None:
    together.wait()
    try:
        with transaction.atomic():
            begun = claim(owner=1, key="a" * 32, content="c")
            settle(begun, answer=f"/made/{number}/")
        told.append(f"/made/{number}/")
    except AlreadySubmitted as earlier:
        told.append(earlier.answer)
    finally:
        connection.close()


threads = [threading.Thread(target=submit, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(told))  # noqa: T201
