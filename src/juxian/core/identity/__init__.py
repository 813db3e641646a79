"""Names, document numbers, organisation codes and phones: canonical forms and checks (身份标识的规整与校验)."""

from juxian.core.identity.check import IdCheck
from juxian.core.identity.documents import canonical_number, check_document, find_document_kind, mask_document
from juxian.core.identity.masking import mask_name, mask_phone
from juxian.core.identity.names import NameCheck, check_name, matching_key, name_key, normalise_name
from juxian.core.identity.phones import PhoneCheck, check_phone, normalise_phone
from juxian.core.identity.resident_id import check_resident_id
from juxian.core.identity.uscc import UsccCheck, check_uscc

__all__ = [
    "IdCheck",
    "NameCheck",
    "PhoneCheck",
    "UsccCheck",
    "canonical_number",
    "check_document",
    "check_name",
    "check_phone",
    "check_resident_id",
    "check_uscc",
    "find_document_kind",
    "mask_document",
    "mask_name",
    "mask_phone",
    "matching_key",
    "name_key",
    "normalise_name",
    "normalise_phone",
]
