"""Numbers of the right form that can be nobody's (合形但不存在的号码)."""

from __future__ import annotations

from datetime import date
from random import Random

from juxian.core.identity.resident_id import check_digit

UNALLOTTED_COUNTY = "99"
PHONE_PREFIX = "128"
EMAIL_DOMAIN = "example.invalid"  # RFC 2606: never resolves


class ResidentNumbers:
    """Resident identity numbers of one division, each given once (公民身份号码).

    Province and city digits of ``division`` (GB/T 2260) are followed by county 99, which was never allotted: the form
    and the check digit of GB 11643 hold, and yet no such number can have been issued.
    """

    def __init__(self, division: str) -> None:
        self._area = division[:4] + UNALLOTTED_COUNTY
        self._given: set[str] = set()

    def next(self, rng: Random, birth: date, gender: str) -> str:
        """A free number; odd sequence for men, even for women. Raises ValueError past 499 births of a day."""
        lowest = 2 if gender == "female" else 1
        start = int(rng.random() * 499)
        day = self._area + birth.strftime("%Y%m%d")
        for step in range(499):
            first17 = f"{day}{2 * ((start + step) % 499) + lowest:03d}"
            if first17 not in self._given:
                self._given.add(first17)
                return first17 + check_digit(first17)
        raise ValueError(f"all numbers of {birth} are given")


def passport_number(rng: Random) -> str:
    """Two letters of ISO 3166 that stand for no country, then seven digits (护照号码)."""
    return f"ZZ{int(rng.random() * 10**7):07d}"


def phone_number(rng: Random) -> str:
    """Eleven digits that no subscriber has (手机号码).

    Mobile numbers begin with 13 to 19 in the national numbering plan; 12 opens short service numbers of three to
    five digits, and 128 none that are published.
    """
    return f"{PHONE_PREFIX}{int(rng.random() * 10**8):08d}"


def email_address(number: str) -> str:
    """An address under a reserved domain, from the person's number (电子邮箱)."""
    return f"{number.lower()}@{EMAIL_DOMAIN}"
