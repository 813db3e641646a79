import pytest

from juxian.core.packs import load_all
from juxian.core.tables.organisations import Organisations
from juxian.core.tables.roster import Reading
from tests.rosters import AS_OF


@pytest.fixture(scope="session")
def reading() -> Reading:
    """Rosters of 嘉峪关, sent by the office."""
    pack = load_all()["jiayuguan"]
    entries = ((entry.code, entry.name.zh, entry.aliases) for entry in pack.organisations)
    return Reading(pack.schema, Organisations.of(entries), AS_OF)
