"""Packs: everything of one place, as YAML files (地方包); this package is the only reader of them."""

from juxian.core.packs.cases import PolicyCases, run_pack_cases
from juxian.core.packs.files import find_packs_dir
from juxian.core.packs.loading import check_pack, load_all, load_pack, pack_called
from juxian.core.packs.schema import OrganisationEntry, Pack
from juxian.core.packs.services import ServiceCases, ServiceShelf

__all__ = [
    "OrganisationEntry",
    "Pack",
    "PolicyCases",
    "ServiceCases",
    "ServiceShelf",
    "check_pack",
    "find_packs_dir",
    "load_all",
    "load_pack",
    "pack_called",
    "run_pack_cases",
]
