"""Packs: everything of one place, as YAML files (地方包); this package is the only reader of them."""

from juxian.core.packs.cases import PolicyCases, run_pack_cases
from juxian.core.packs.files import PLACE, find_packs_dir, packs_in
from juxian.core.packs.loading import check_pack, load_all, load_pack, pack_called
from juxian.core.packs.schema import OrganisationEntry, Pack
from juxian.core.packs.services import ServiceCases, ServiceShelf

__all__ = [
    "PLACE",
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
    "packs_in",
    "run_pack_cases",
]
