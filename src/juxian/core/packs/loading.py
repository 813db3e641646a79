"""From a directory to one checked, frozen pack (地方包的读取与检查).

K201 no pack there · K202 unknown parent · K203 parent of itself · K204 root is no organisation · K205 without base ·
K208 code is not the name of the directory · K209 prefix used by another pack · K210 broken parent ·
K211 population without division.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from juxian.core.cards.book import CardKind
from juxian.core.facts.schema import Schema
from juxian.core.funds.book import FundsBook
from juxian.core.housing.book import HousingBook
from juxian.core.packs.attrition import AttritionBook, read_attrition
from juxian.core.packs.bundles import read_bundles
from juxian.core.packs.cards import read_cards
from juxian.core.packs.collectives import CollectiveBook, read_collectives
from juxian.core.packs.facts import read_kinds
from juxian.core.packs.figures import read_figures, read_indicators, read_targets
from juxian.core.packs.files import (
    PACK_FILE,
    codes_elsewhere,
    digest_of,
    find_packs_dir,
    packs_in,
    read_document,
    strange_files,
)
from juxian.core.packs.funds import read_funds
from juxian.core.packs.housing import read_housing
from juxian.core.packs.needs import read_needs
from juxian.core.packs.organisations import read_organisations
from juxian.core.packs.policies import benefits_of, read_policies, tell_bereft
from juxian.core.packs.pools import PoolEntry, read_pools
from juxian.core.packs.profile import fields_bereft, read_profile
from juxian.core.packs.purposes import (
    Keeping,
    Leaving,
    Purpose,
    read_keeping,
    read_leaving,
    read_purposes,
)
from juxian.core.packs.reading import Part, one_of
from juxian.core.packs.reminders import read_reminders
from juxian.core.packs.schema import LEVELS, OrganisationEntry, Pack, Separation, units_of
from juxian.core.packs.services import ServiceShelf
from juxian.core.packs.spouse import read_spouse
from juxian.core.packs.vocabulary import read_scales
from juxian.core.packs.wanted import read_wanted
from juxian.core.population import Population, read_recipe
from juxian.core.services.likeness import NO_SYNONYMS, Synonyms
from juxian.core.source import Problem, Rejected, errors_in
from juxian.core.text import Text

_HEAD = ("pack", "title", "level")
_PLACE = ("root", "product", "number_prefix", "as_of", "extends")  # of a pack that stands for a place
_MORE = ("contact", "division", "bad_rating", "separation")
COMMON_SCALES = (
    "degree", "academic_degree", "title_level", "school_tag", "gender", "six_ranks", "employer_kind", "industry",
    "organisation_kind",
)  # fmt: skip
COMMON_KINDS = ("identity", "education", "employment")
_VOCABULARY = ("scales.yaml", "facts.yaml")
_EMPTY = Schema({}, {}, {})
_PREFIX = re.compile(r"[A-Z]{2,4}")
_DIVISION = re.compile(r"[0-9]{6}")
_UNDATED = date(2000, 1, 1)  # a pack without figures of its own has no day up to which they reach
_LOADED: dict[tuple[Path, str], Pack] = {}  # resolved directory, digest → pack


def _ages(part: Part, parent: tuple[int, ...]) -> tuple[int, ...]:
    """Ages at which people retire (退休年龄), the usual one first."""
    return tuple(age for item in part.items() if (age := item.integer(40, 80))) or parent


def check_pack(path: Path) -> tuple[Pack | None, list[Problem]]:
    """Read the pack in a directory; its parents are found beside it.

    Returns every problem of all its files, warnings included, and None instead of a pack when one is an error.
    """
    check = _Check(Path(path))
    pack, problems = check.run(())
    if check.services is not None:
        problems += check.services.problems()
    return (None if errors_in(problems) else pack), _in_order(problems)


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """File by file in the order of reading, each from top to bottom."""
    files = {path: place for place, path in enumerate(dict.fromkeys(problem.path for problem in problems))}

    def place(problem: Problem) -> tuple[int, int, int]:
        span = problem.span
        return files[problem.path], span.line if span else 0, span.column if span else 0

    return sorted(problems, key=place)


def load_pack(path: Path) -> Pack:
    """The pack in a directory. Raises ``Rejected`` with every problem; a pack read before is not read again.

    Services are read when they are asked for; ``check_pack`` reads them all.
    """
    directory = Path(path)
    key = (directory.resolve(), _digest(directory, ()))
    if key not in _LOADED:
        pack, problems = _Check(directory).run(())
        if pack is None:
            raise Rejected(_in_order(problems))
        _LOADED[key] = pack
    return _LOADED[key]


def load_all() -> dict[str, Pack]:
    """All packs of ``find_packs_dir()`` by code, ``base`` included. Raises ``Rejected`` with the problems of all.

    They are read once for each directory: files that change afterwards count after a restart.
    """
    return dict(_all_in(find_packs_dir().resolve()))


def _separation(part: Part, above: Separation) -> Separation:
    if not part.present or not part.keys((), ("record_and_verify",)):
        return above
    return Separation(part.get("record_and_verify").boolean(above.record_and_verify))


def pack_called(code: str) -> Pack:
    """The pack of ``find_packs_dir()`` with this code, read once. Raises ``KeyError`` when there is none, ``Rejected``
    when it is broken; mistakes in packs of other places do not matter to it.
    """
    return _called(find_packs_dir().resolve(), code)


@lru_cache(maxsize=64)
def _called(directory: Path, code: str) -> Pack:
    if directory / code not in packs_in(directory):
        raise KeyError(code)
    return load_pack(directory / code)


@lru_cache(maxsize=16)
def _all_in(directory: Path) -> Mapping[str, Pack]:
    packs: dict[str, Pack] = {}
    problems: list[Problem] = []
    for path in packs_in(directory):
        try:
            packs[path.name] = load_pack(path)
        except Rejected as rejected:
            problems.extend(problem for problem in rejected.problems if problem not in problems)
    if problems:
        raise Rejected(problems)
    return packs


def _digest(directory: Path, above: tuple[str, ...]) -> str:
    """The digest over a pack and its parents; a broken chain of parents is told by the check."""
    if not (directory / PACK_FILE).is_file() or directory.name in above:
        return digest_of(directory, "")
    document = read_document(directory / PACK_FILE, [])
    extends = document.data.get("extends") if document and isinstance(document.data, dict) else None
    parent = directory.parent / str(extends)
    if not extends or not parent.is_dir():
        return digest_of(directory, "")
    return digest_of(directory, _digest(parent, (*above, directory.name)))


@dataclass
class _Check:
    """One pass over a directory; problems of all files are collected.

    schema: the words read so far. bereft: profile field → the fact kind that it needs and that is not there.
    """

    directory: Path
    problems: list[Problem] = field(default_factory=list)
    services: ServiceShelf | None = None
    schema: Schema = _EMPTY
    bereft: Mapping[str, str] = field(default_factory=dict)

    def run(self, above: tuple[str, ...]) -> tuple[Pack | None, list[Problem]]:
        """above: names of the packs that extend this one, to notice a circle."""
        head = self._head()
        if head is None:
            return None, self.problems
        parent = self._parent(head.get("extends"), (*above, self.directory.name))
        self.problems.extend(strange_files(self.directory))
        if head.get("extends").present and parent is None:  # without its words everything would seem wrong
            return None, self.problems
        schema = self.schema = self._schema(parent.schema if parent else _EMPTY)
        if self.bereft:
            tell_bereft(self.directory, schema, self.bereft, self.problems)
        if parent is None and any(Path(wrong.path).name in _VOCABULARY for wrong in errors_in(self.problems)):
            return None, self.problems
        if head.get("root").present and not self._has_common_words(head.get("extends"), schema):
            return None, self.problems
        codes, prefixes = codes_elsewhere(self.directory)
        self._check_prefix(head.get("number_prefix"), prefixes)
        organisations = self._organisations(head.get("root"), schema, codes)
        pack = self._pack(head, schema, organisations, parent)
        return (None if errors_in(self.problems) else pack), self.problems

    def _head(self) -> Part | None:
        if not (self.directory / PACK_FILE).is_file():
            message = Text(f"“{self.directory}”不是地方包", f"“{self.directory}” is no pack")
            hint = Text(f"目录中应有 {PACK_FILE}", f"the directory needs a {PACK_FILE}")
            self.problems.append(Problem("K201", message, str(self.directory), hint=hint))
            return None
        whole = self._part(PACK_FILE)
        if whole is None:
            return None
        for_place = isinstance(whole.value, dict) and whole.value.get("root") is not None
        required, optional = (_HEAD + _PLACE, _MORE) if for_place else (_HEAD, _PLACE + _MORE)
        if not whole.keys(required, optional):
            return None
        code = whole.get("pack")
        name = self.directory.resolve().name
        if code.text() and code.text() != name:
            hint = Text(f"写 pack: {name}", f"write pack: {name}")
            code.refuse(
                "K208",
                "代码与目录名不同",
                "the code differs from the name of the directory",
                hint,
            )
        return whole

    def _part(self, name: str) -> Part | None:
        """A file of the pack as a part; None when it is absent or no YAML."""
        path = self.directory / name
        document = read_document(path, self.problems) if path.is_file() else None
        return Part.whole(document, self.problems) if document else None

    def _parent(self, part: Part, above: tuple[str, ...]) -> Pack | None:
        code = part.text()
        directory = self.directory.parent / code
        if not code:
            return None
        if code in above:
            part.refuse("K203", f"“{code}”继承自身", f"“{code}” extends itself")
        elif not (directory / PACK_FILE).is_file():
            known = [path.name for path in packs_in(self.directory.parent)]
            part.refuse(
                "K202",
                f"没有地方包“{code}”",
                f"there is no pack “{code}”",
                one_of(code, known),
            )
        else:
            return self._read_parent(part, directory, above)
        return None

    def _read_parent(self, part: Part, directory: Path, above: tuple[str, ...]) -> Pack | None:
        key = (directory.resolve(), _digest(directory, ()))
        if key not in _LOADED:
            check = _Check(directory)
            parent, problems = check.run(above)
            if parent is None:
                if check.bereft:
                    self._tell_bereft_by(check)
                count = len(errors_in(problems))
                part.refuse(
                    "K210",
                    f"上级包有 {count} 处错误",
                    f"the parent pack has {count} mistakes",
                )
                self.problems.extend(errors_in(problems))
                return None
            _LOADED[key] = parent
        return _LOADED[key]

    def _tell_bereft_by(self, parent: _Check) -> None:
        """Name the policies of this pack that read a field which its broken parent has and it does not replace."""
        words = _Check(self.directory)._schema(parent.schema)
        taken_over = {
            name: kind
            for name, kind in parent.bereft.items()
            if words.profile.get(name) is parent.schema.profile.get(name)
        }
        tell_bereft(self.directory, words, taken_over, self.problems)

    def _schema(self, parent: Schema) -> Schema:
        scales_part, facts = self._part("scales.yaml"), self._part("facts.yaml")
        scales = read_scales(scales_part, parent.scales) if scales_part else dict(parent.scales)
        if facts is None or not facts.keys(
            (), ("kinds", "profile", "wanted", "reminders", "retirement_ages", "spouse")
        ):
            return replace(parent, scales=scales)
        kinds = read_kinds(facts.get("kinds"), parent.kinds, scales)
        self.bereft = fields_bereft(facts.get("profile"), kinds)
        profile = read_profile(facts.get("profile"), parent.profile, scales, kinds)
        has_spouse, profile = read_spouse(facts.get("spouse"), parent, profile)
        return Schema(
            scales,
            kinds,
            profile,
            read_wanted(facts.get("wanted"), parent.wanted, kinds),
            read_reminders(facts.get("reminders"), parent.reminders, kinds),
            _ages(facts.get("retirement_ages"), parent.retirement_ages),
            has_spouse,
        )

    def _has_common_words(self, part: Part, schema: Schema) -> bool:
        """Whether the scales and kinds that the product itself speaks of are there."""
        missing = [word for word in COMMON_SCALES if word not in schema.scales]
        missing += [word for word in COMMON_KINDS if word not in schema.kinds]
        if missing:
            words = "、".join(missing[:3])
            part.refuse(
                "K205",
                f"缺少通用词汇（{words}）",
                f"common words are missing ({', '.join(missing[:3])})",
                Text("写 extends: base", "write extends: base"),
            )
        return not missing

    def _check_prefix(self, part: Part, prefixes: Mapping[str, str]) -> None:
        prefix = part.matching(_PREFIX, "二至四个大写字母", "two to four capital letters")
        if prefix in prefixes:
            part.refuse(
                "K209",
                f"前缀“{prefix}”已被 {prefixes[prefix]} 使用",
                f"{prefixes[prefix]} uses the prefix “{prefix}”",
            )

    def _organisations(
        self, root: Part, schema: Schema, taken: Mapping[str, str]
    ) -> tuple[OrganisationEntry, ...]:
        whole = self._part("organisations.yaml")
        found = read_organisations(whole, root.text(), schema, taken) if whole else ()
        codes = [entry.code for entry in found]
        if root.text() and root.text() not in codes:
            hint = one_of(root.text(), codes) if codes else None
            root.refuse(
                "K204",
                f"没有机构“{root.text()}”",
                f"there is no organisation “{root.text()}”",
                hint,
            )
        return found

    def _pack(
        self,
        head: Part,
        schema: Schema,
        organisations: tuple[OrganisationEntry, ...],
        parent: Pack | None,
    ) -> Pack:
        indicators_part = self._part("indicators.yaml")
        indicators = read_indicators(indicators_part, schema) if indicators_part else {}
        figures, targets = self._part("reported.yaml"), self._part("targets.yaml")
        housing, funds = self._part("housing.yaml"), self._part("funds.yaml")
        pools = self._part("pools.yaml")
        codes = {entry.code for entry in organisations}
        as_of = head.get("as_of").day() or _UNDATED
        reported = read_figures(figures, indicators) if figures else ()
        wanted = read_targets(targets, indicators, codes) if targets else ()
        policies = read_policies(self.directory, schema, self.problems)
        place = head.get("root").present
        services = self.services = ServiceShelf(
            self.directory.resolve(),
            schema,
            parent.services if parent else None,
            units_of(organisations) if place else None,
            benefits_of(policies) if place else None,
        )
        bundles, found = read_bundles(self.directory, schema, services, parent.bundles if parent else {})
        self.problems.extend(found)
        return Pack(
            code=head.get("pack").text(),
            title=head.get("title").title(),
            product=head.get("product").title(),
            level=head.get("level").one_of(LEVELS),
            extends=head.get("extends").text(),
            root=head.get("root").text(),
            number_prefix=head.get("number_prefix").text(),
            division=head.get("division").matching(_DIVISION, "六位数字，加引号", "six digits in quotes"),
            as_of=as_of,
            contact=head.get("contact").title(),
            bad_rating=head.get("bad_rating").integer(1, 5) or (parent.bad_rating if parent else 0),
            separation=_separation(head.get("separation"), parent.separation if parent else Separation()),
            schema=schema,
            organisations=organisations,
            indicators=indicators,
            figures=reported,
            targets=wanted,
            policies=policies,
            services=services,
            bundles=bundles,
            population=self._population(head, schema, organisations, as_of),
            funds=read_funds(funds, policies, codes, schema) if funds else FundsBook(),
            housing=read_housing(housing, schema, codes) if housing else HousingBook(),
            pools=self._pools(pools, schema, parent),
            synonyms=self._synonyms(parent),
            cards=self._cards(schema, organisations if place else None, parent),
            purposes=self._purposes(schema, parent),
            keeping=self._keeping(parent),
            leaving=self._leaving(schema, parent),
            collectives=self._collectives(schema, parent),
            attrition=self._attrition(schema, parent),
            directory=self.directory.resolve(),
            digest=digest_of(self.directory, parent.digest if parent else ""),
        )

    def _pools(self, part: Part | None, schema: Schema, parent: Pack | None) -> Mapping[str, PoolEntry]:
        above = parent.pools if parent else {}
        return read_pools(part, schema, above) if part else above

    def _synonyms(self, parent: Pack | None) -> Synonyms:
        part, above = self._part("needs.yaml"), parent.synonyms if parent else NO_SYNONYMS
        return read_needs(part, above) if part else above

    def _cards(
        self, schema: Schema, organisations: tuple[OrganisationEntry, ...] | None, parent: Pack | None
    ) -> Mapping[str, CardKind]:
        part, above = self._part("cards.yaml"), parent.cards if parent else {}
        units = units_of(organisations) if organisations is not None else None
        return read_cards(part, schema, units, above) if part else above

    def _keeping(self, parent: Pack | None) -> Mapping[str, Keeping]:
        part, above = self._part("privacy.yaml"), parent.keeping if parent else {}
        return read_keeping(part, above) if part else above

    def _leaving(self, schema: Schema, parent: Pack | None) -> Leaving | None:
        part, above = self._part("privacy.yaml"), parent.leaving if parent else None
        return read_leaving(part, schema, above) if part else above

    def _purposes(self, schema: Schema, parent: Pack | None) -> Mapping[str, Purpose]:
        part, above = self._part("privacy.yaml"), parent.purposes if parent else {}
        return read_purposes(part, schema, above) if part else above

    def _collectives(self, schema: Schema, parent: Pack | None) -> CollectiveBook:
        part, above = self._part("collectives.yaml"), parent.collectives if parent else CollectiveBook()
        return read_collectives(part, schema, above) if part else above

    def _attrition(self, schema: Schema, parent: Pack | None) -> AttritionBook:
        part, above = self._part("attrition.yaml"), parent.attrition if parent else AttritionBook()
        return read_attrition(part, schema, above) if part else above

    def _population(
        self, head: Part, schema: Schema, organisations: tuple[OrganisationEntry, ...], as_of: date
    ) -> Population | None:
        part = self._part("population.yaml")
        if part is None:
            return None
        if not head.get("division").text():
            zh = "有演示人口的地方包要写行政区划代码（division），证件号码由此生成"
            en = "a pack with a population needs its division, of which document numbers are made"
            head.refuse("K211", zh, en)
        population, problems = read_recipe(part.document, schema, organisations, as_of)
        self.problems.extend(problems)
        return population
