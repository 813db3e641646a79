"""A roster of teams to fill in (团队名册模板): kinds, levels and roles of the pack, units and standing teams to choose from."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.collectives.queries import collectives_visible_to
from juxian.apps.organisations.models import Organisation
from juxian.core.facts.schema import Schema
from juxian.core.packs.collectives import LEVELS, ROLES
from juxian.core.packs.schema import Pack
from juxian.core.tables import teams
from juxian.core.tables.headings import head_of
from juxian.core.tables.mapping import NAME, NUMBER, NUMBER_HEADERS, Vocabulary
from juxian.web.kit.sheets import Fillable

BIRTH = "identity.birth_date"
TEAMS_LISTED = 500


def team_sheet(user: User, pack: Pack, unit: Organisation, units: dict[str, str]) -> Fillable:
    """No person stands in it; the teams to choose from are those that stand at the unit or below it.

    units: code → name of what may host a team.
    """
    heads = {
        **{target: teams.HEADERS[target][0] for target in (teams.TEAM, teams.KIND, teams.LEVEL)},
        **{target: teams.HEADERS[target][0] for target in (teams.HOST, teams.FOUNDED)},
        NAME: _("姓名"),
        NUMBER: NUMBER_HEADERS[0],
        BIRTH: head_of(BIRTH, pack.schema, Vocabulary(pack.schema)),
        **{target: teams.HEADERS[target][0] for target in (teams.ROLE, teams.JOINED)},
    }
    kinds = pack.collectives.kinds.values()
    day = _("日期写作 2020-07-01。")
    choices = {
        teams.TEAM: _standing(user, unit),
        teams.KIND: [kind.title.zh for kind in kinds],
        teams.LEVEL: _titles(pack.schema, LEVELS, (code for kind in kinds for code in kind.levels)),
        teams.HOST: list(units.values()),
        teams.ROLE: _titles(pack.schema, ROLES, (code for kind in kinds for code in kind.roles)),
    }
    hints = {
        teams.HOST: _("新团队填写；不填则为报送单位。"),
        teams.FOUNDED: _("新团队填写。") + day,
        NUMBER: _("成员须已在人才库中；不填号码的凭姓名和出生日期核对，可能需要人工确认。"),
        BIRTH: day,
        teams.JOINED: _("不填时，新团队取认定日期，已有团队取名册的截至日。"),
    }
    columns = [target for target, head in heads.items() if head]
    return Fillable(
        _("团队名册"),
        [heads[target] for target in columns],
        choices={place: choices.get(target, []) for place, target in enumerate(columns)},
        hints={place: hints[target] for place, target in enumerate(columns) if target in hints},
    )


def _standing(user: User, unit: Organisation) -> list[str]:
    """Names of the teams that stand at the unit or below it."""
    hosts = Organisation.objects.under(unit.path)
    found = collectives_visible_to(user).filter(host__in=hosts, until=None)
    return list(found.order_by("name").values_list("name", flat=True).distinct()[:TEAMS_LISTED])


def _titles(schema: Schema, scale: str, used: Iterable[str]) -> list[str]:
    """Levels of a scale that a kind of team uses, in the order of the scale."""
    codes = set(used)
    levels = schema.scales[scale].levels if scale in schema.scales else {}
    return [level.title.zh for code, level in levels.items() if code in codes]
