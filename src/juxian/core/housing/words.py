"""The closed lists of housing, with their words (公寓管理的固定用词)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from juxian.core.facts.schema import Field, Kind, ValueType
from juxian.core.text import Text


class Payer(StrEnum):
    """Who pays a part of the rent or the deposit (付款方)."""

    PERSON = "person"
    EMPLOYER = "employer"
    GOVERNMENT = "government"


class Price(StrEnum):
    """What 100 % of a rent is (计租基准)."""

    MARKET = "market"  # the market rent of the estate, per m² and month
    PER_M2 = "per_m2"  # a price of the scheme, per m² and month
    FLAT = "flat"  # an amount a month, whatever the area


class SpaceKind(StrEnum):
    """What is let as one thing (租住单元)."""

    WHOLE = "whole"
    ROOM = "room"
    BED = "bed"


class Cause(StrEnum):
    """Why a tenancy ends (退出事由)."""

    EXPIRED = "expired"
    OWN_WISH = "own_wish"
    BOUGHT_HOME = "bought_home"
    LEFT = "left"
    EMPTY = "empty"
    SUBLET = "sublet"
    ALTERED = "altered"
    ARREARS = "arrears"
    CRIME = "crime"
    REVOKED = "revoked"
    SECOND_FLAT = "second_flat"


class BanCause(StrEnum):
    """What besides a cause of leaving closes the list for a time (限制申请事由)."""

    NOT_SIGNED = "not_signed"  # accepted an offer and did not sign
    DECLINED = "declined"  # declined offers, or let them lapse
    LEFT_EARLY = "left_early"  # gave the flat back after a short stay


PAYERS: Mapping[Payer, Text] = {
    Payer.PERSON: Text("个人", "tenant"),
    Payer.EMPLOYER: Text("用人单位", "employer"),
    Payer.GOVERNMENT: Text("财政", "government"),
}
SPACES: Mapping[SpaceKind, Text] = {
    SpaceKind.WHOLE: Text("整套", "whole flat"),
    SpaceKind.ROOM: Text("单间", "room"),
    SpaceKind.BED: Text("床位", "bed"),
}
CAUSES: Mapping[Cause, Text] = {
    Cause.EXPIRED: Text("租期届满", "term ended"),
    Cause.OWN_WISH: Text("主动退租", "own wish"),
    Cause.BOUGHT_HOME: Text("已在本地购房", "bought a home here"),
    Cause.LEFT: Text("离开本地岗位", "left employment here"),
    Cause.EMPTY: Text("长期空置", "left empty"),
    Cause.SUBLET: Text("转租转借", "sublet"),
    Cause.ALTERED: Text("擅自改造", "altered without leave"),
    Cause.ARREARS: Text("拖欠租金", "rent arrears"),
    Cause.CRIME: Text("违法犯罪", "crime"),
    Cause.REVOKED: Text("人才认定被撤销", "recognition revoked"),
    Cause.SECOND_FLAT: Text("家庭另有人才公寓", "household holds another flat"),
}
BAN_CAUSES: Mapping[BanCause, Text] = {
    BanCause.NOT_SIGNED: Text("选房后不签约", "did not sign"),
    BanCause.DECLINED: Text("放弃配租", "declined offers"),
    BanCause.LEFT_EARLY: Text("入住不久即退租", "left soon after moving in"),
}

HOUSEHOLD_MEMBERS, MONTHS_RENTED, EMPLOYER_ASKS = "household_members", "months_rented", "employer_asks"

# what conditions of a scheme may say of the application, besides the profile
APPLICATION_FIELDS: Mapping[str, Field] = {
    HOUSEHOLD_MEMBERS: Field(
        HOUSEHOLD_MEMBERS, Text("家庭人数", "Household members"), ValueType(Kind.INTEGER)
    ),
    MONTHS_RENTED: Field(MONTHS_RENTED, Text("已租月数", "Months rented before"), ValueType(Kind.MONTHS)),
    EMPLOYER_ASKS: Field(EMPLOYER_ASKS, Text("单位代为申请", "Employer applies"), ValueType(Kind.BOOLEAN)),
}


def cause_title(code: str) -> Text:
    """The words of a cause of leaving or of a ban."""
    return CAUSES[Cause(code)] if code in set(Cause) else BAN_CAUSES[BanCause(code)]
