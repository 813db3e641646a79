"""Published transcripts stay what they are: the protocol may not change under a name that is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.config.cli import main
from juxian.core.allocation.draw import Rule
from juxian.core.allocation.pool import Entrant
from juxian.core.allocation.transcript import with_declines
from juxian.core.allocation.verifier import verify
from tests.core.allocation.draws import LOTTERY, ORGANISER, PUBLIC, REVEALS, WITNESS, drawn, plan
from tests.core.allocation.test_verifier import VOID

VECTORS = Path(__file__).parent / "vectors"


def transcripts() -> dict[str, bytes]:
    queue = plan(
        Rule("轮候办法 2026", 3), [Entrant(f"flat-{number}", points=number % 3) for number in range(9)]
    )
    panel = drawn(plan(contributors=(ORGANISER, WITNESS, LOTTERY)), (*REVEALS, PUBLIC))
    return {
        "panel": panel.data,
        "declined": with_declines(panel, [panel.selected[1]]).data,
        "queue": drawn(queue).data,
        "void": VOID.data,
    }


@pytest.mark.parametrize("name", sorted(transcripts()))
def test_a_vector_is_reproduced_byte_for_byte_and_verified(name: str) -> None:
    data = (VECTORS / f"{name}.json").read_bytes()

    assert transcripts()[name] == data
    assert verify(data) is None


def test_the_command_tells_the_first_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = VECTORS / "panel.json", tmp_path / "bad.json"
    bad.write_bytes(good.read_bytes().replace(b'"state":"drawn"', b'"state":"void"'))

    statuses = [
        main(["draw", "verify", str(file), *options]) for file, *options in ((good,), (bad, "--json"))
    ]
    statuses.append(main(["draw", "verify", str(good), "--pool-hash", "00" * 32, "--lang", "en"]))
    statuses.append(main(["draw", "verify", str(tmp_path / "none.json")]))

    out, err = capsys.readouterr()
    assert statuses == [0, 1, 1, 1]
    assert out.splitlines()[0] == "抽取记录全部相符。"
    assert '"field": "state"' in out.splitlines()[1]
    assert out.splitlines()[2].endswith("pool_hash: is not the hash published beforehand")
    assert "D001" in err
