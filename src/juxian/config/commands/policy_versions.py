"""``juxian policy compare|simulate|replay``: what another text changes, for whom and at what cost; past decisions again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from juxian.config.commands.given import day, unreadable
from juxian.config.commands.pack import directory_of
from juxian.core.source import Problem, Rejected, Source
from juxian.core.text import Text

if TYPE_CHECKING:
    from juxian.apps.policies.actions import Replay
    from juxian.core.packs import Pack
    from juxian.core.policy import Policy

TOLD = 20  # determinations that come out otherwise


def add_to(commands: Any) -> None:
    """Add the commands to those of ``juxian policy``."""
    compare = commands.add_parser(
        "compare", help="who gains and who loses by another text, with a person each"
    )
    simulate = commands.add_parser(
        "simulate", help="what another text changes for a population, and what it costs"
    )
    for part in (compare, simulate):
        part.add_argument("--pack", required=True, help="directory of a pack, or its code")
        part.add_argument(
            "--draft", required=True, metavar="FILE.yaml", help="the other text of one of its policies"
        )
        part.add_argument("--as-of", required=True, type=day, metavar="DAY", help="day of asking")
    simulate.add_argument(
        "--people", required=True, metavar="FILE", help=".parquet or .csv, one row for a person"
    )
    compare.set_defaults(run=run_compare)
    simulate.set_defaults(run=run_simulate)
    replay = commands.add_parser("replay", help="work the decisions of a past run out again, exactly")
    replay.add_argument("--pack", required=True, help="code of an installed pack")
    replay.add_argument(
        "--as-of", required=True, type=day, metavar="DAY", help="the newest run up to this day"
    )
    replay.set_defaults(run=run_replay)


def run_compare(args: argparse.Namespace) -> int:
    """Tell the differences; that there are some is no failure."""
    from juxian.core.policy.meaning import compare  # deferred: other commands do not pay for it
    from juxian.core.policy.telling import difference_words, differences_told

    pack, draft = _read(args)
    meaning = compare(pack.policies.get(draft.id), draft, pack.schema, args.as_of)
    if args.json:
        print(json.dumps({"pack": pack.code, "policy": draft.id, **differences_told(meaning, args.lang)}, ensure_ascii=False))  # fmt: skip
        return 0
    for difference in meaning.differences:
        print(difference_words(difference, pack.schema).in_language(args.lang))
    if not meaning.differences:
        print(Text("意思相同。", "Both mean the same.").in_language(args.lang))
    if not meaning.whole:
        print(
            Text(
                "组合太多，只比较了一部分。", "Too many combinations; only a part was compared."
            ).in_language(args.lang)
        )
    return 0


def run_simulate(args: argparse.Namespace) -> int:
    from juxian.config.commands.policy_sweep import read_people
    from juxian.core.policy.comparing import replaced
    from juxian.core.policy.simulating import simulate

    pack, draft = _read(args)
    frame = read_people(Path(args.people), pack.schema)
    now, then = list(pack.policies.values()), replaced(pack.policies, {draft.id: draft})
    found = simulate(now, then, frame, args.as_of, pack.schema)
    if args.json:
        print(json.dumps({"pack": pack.code, "policy": draft.id, **found}, ensure_ascii=False))
        return 0
    total = found["total"]
    change = (total["after"] - total["before"]) / 100
    words = Text(
        f"{found['persons']} 人：增加 {total['gains']} 人 {total['gain_fen'] / 100:,.2f} 元，"
        f"减少 {total['losses']} 人 {total['loss_fen'] / 100:,.2f} 元，合计 {change:+,.2f} 元",
        f"{found['persons']} persons: {total['gains']} gain {total['gain_fen'] / 100:,.2f} yuan, "
        f"{total['losses']} lose {total['loss_fen'] / 100:,.2f} yuan, in all {change:+,.2f} yuan",
    )
    print(words.in_language(args.lang))
    for year in found["years"]:
        print(f"  {year['year']}  {year['before_fen'] / 100:>18,.2f} → {year['after_fen'] / 100:,.2f}")
    return 0


def run_replay(args: argparse.Namespace) -> int:
    """Exit 0 when every determination comes out as it did; 1 with those that do not."""
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from juxian.apps.packs.queries import pack_on
    from juxian.apps.policies.actions import replay_run
    from juxian.apps.policies.queries import newest_run_on

    try:
        pack = pack_on(args.pack, args.as_of)
    except KeyError as error:
        message = Text(f"没有地方包“{args.pack}”", f"there is no pack {args.pack}")
        raise Rejected([Problem("P507", message)]) from error
    run = newest_run_on(pack.code, args.as_of)
    if run is None:
        message = Text(f"{args.as_of} 及以前没有筛查", f"there was no run up to {args.as_of}")
        raise Rejected([Problem("P508", message)])
    try:
        replay = replay_run(run=run, pack=pack)
    except LookupError as error:
        message = Text(f"当时的政策文本没有留存：{error}", f"a text of then is not kept: {error}")
        raise Rejected([Problem("P509", message)]) from error
    if args.json:
        print(json.dumps(_replay(replay), ensure_ascii=False))
    else:
        _print_replay(replay, args.lang)
    return 0 if replay.exact else 1


def _read(args: argparse.Namespace) -> tuple[Pack, Policy]:
    from juxian.core.packs import load_pack  # deferred: other commands do not pay for it
    from juxian.core.policy import read_policy
    from juxian.core.positioned import read_yaml

    pack = load_pack(directory_of(args.pack))
    try:
        source = Source.read(Path(args.draft))
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected([unreadable(Path(args.draft), error)]) from error
    policy, problems = read_policy(read_yaml(source), pack.schema)
    if policy is None:
        raise Rejected(problems)
    return pack, policy


def _replay(replay: Replay) -> dict[str, Any]:
    return {
        "pack": replay.run.pack,
        "as_of": replay.run.as_of.isoformat(),
        "run": replay.run.pk,
        "same": replay.same,
        "refused": replay.refused,
        "unkept": replay.unkept,
        "otherwise": [
            {"determination": o.determination.pk, "person": o.determination.person_id, "policy": o.determination.policy, "benefit": o.determination.benefit, "verdict": o.verdict, "amount_fen": o.amount_fen} for o in replay.otherwise
        ],
        "same_vocabulary": replay.vocabulary,
        "same_engine": replay.engine,
    }  # fmt: skip


def _print_replay(replay: Replay, language: str) -> None:
    run = replay.run
    words = Text(
        f"{run.as_of} 的筛查（第 {run.pk} 次）：{replay.same} 项认定、{replay.refused} 项不符合重算一致，{len(replay.otherwise)} 项不同，{replay.unkept} 项没有快照",
        f"run {run.pk} of {run.as_of}: {replay.same} determinations and {replay.refused} refusals the same, {len(replay.otherwise)} otherwise, {replay.unkept} without a snapshot",
    )
    print(words.in_language(language))
    for item in replay.otherwise[:TOLD]:
        was, own = item.determination, (item.verdict, item.amount_fen)
        print(
            f"  {was.policy} {was.benefit} #{was.person_id}: {was.verdict} {was.amount_fen} → {own[0]} {own[1]}"
        )
    if not replay.vocabulary:
        print(Text("  词汇表此后有改动", "  the vocabulary was changed since").in_language(language))
    if not replay.engine:
        print(Text("  引擎版本此后有改动", "  the engine was changed since").in_language(language))
