"""Which pretrained backbone to choose, before training on any of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.memory_use import BATCH, MemoryUse
from ftkeras.errors import UserError
from ftkeras.records import atomic, flagfile, split_table
from ftkeras.records.run_record import RunRecord
from ftkeras.report import ranking_page, ranking_table, terminal
from ftkeras.workflows import (
    _candidates,
    _clock,
    _continued_run,
    _judgement,
    _kinds,
    _record,
    _rounds,
    _source,
)
from ftkeras.workflows._candidates import Candidate
from ftkeras.workflows._prepared_data import PreparedData, prepare

REQUIRED = ("backbone", "task", "data", "run_dir")
MANY = ("backbone",)


def rank_backbones(config: RunConfig, loaded: Mapping[str, Backbone] | None = None) -> RunRecord:
    """Ranks backbones by what their frozen features say about the labels of the training part.

    Every backbone sees every training example at most once. A cross-validated linear probe decides
    the order: log loss of classes or labels, R² of numbers. Nearest neighbours and LogME, of
    classes also H-score (and LEEP, where the source classifier is there), stand beside it, with how
    often they agreed with it on these data. Intervals and ties come from
    resampling examples, the same for all. Plain features (TF-IDF or raw pixels) are ranked along as
    the floor. Validation and test are not looked at: they stay fresh for the training that follows.

    Speed and memory stand beside the scores. Memory is measured for each in a process of its own,
    some seconds each; `cost="recorded"` leaves it out.

    With `halving`, all begin on a small stratified subset and the hopeless do not go on.

    Args:
        config: `backbones`, `task`, `data`, `split`, `run_dir`, `halving`, `random_twin`, `cost`,
            and what changes features: `tap`, `sequence_length`, `image_size`.
        loaded: Further backbones by name, for callers who have built them.

    Returns:
        The record; `analyses["ranking"]` holds what was found.

    Raises:
        UserError: Settings, data or a backbone are not as they must be.
    """
    _kinds.expect(
        config,
        "--mode=rank_backbones",
        tuple(_rounds.SCORES),
        "Take --mode=finetune with each, and --mode=compare.",
    )
    if not config.backbones and not loaded:
        raise UserError("Expected --backbone=..., repeated for each. Received: none.")
    config = _continued_run.inherited(config)
    with terminal.progress() as progress, atomic.replacing_directory(config.run_dir) as directory:
        stopwatch = _clock.Stopwatch()
        with stopwatch("data"):
            data = prepare(config)
            _source.write_quarantine(config, data.rejected, directory)
        train, labels = data.parts["train"], data.labels["train"]
        candidates = _candidates.candidates(config, train, loaded or {}, progress.step)
        with stopwatch("ranking"):
            rounds, facts = _rounds.run(
                candidates,
                labels,
                data.task.kind,
                halving=config.halving,
                seed=config.seed,
                told=progress.say,
            )
        found = _analysis(candidates, rounds, facts, data.task.kind, config.seed)
        record = _assembled(config, data, found, stopwatch.seconds)
        _write(directory, config, record, data)
    ranking_table.show(record, config.run_dir)
    return record


def _analysis(
    candidates: list[Candidate],
    rounds: list[_rounds.Round],
    facts: dict[str, dict[str, Any]],
    kind: str,
    seed: int,
) -> dict[str, Any]:
    last = rounds[-1]
    # Those that went furthest first, and among them by the probe.
    order = [one.name for one in last.ranking.order]
    for earlier in reversed(rounds[:-1]):
        order += [one.name for one in earlier.ranking.order if one.name in earlier.dropped]
    kinds = {candidate.name: candidate for candidate in candidates}
    backbones = [name for name in order if kinds[name].kind == "backbone"]
    best = backbones[0]
    level = [name for name in backbones if name == best or last.ranking.tied(best, name)]
    fastest = max(level, key=lambda name: facts[name]["examples_per_second"])
    everything = len(last.rows)
    return {
        "score": last.key,
        "kind": kind,
        "left_out": _rounds.left_out(kind),
        "level": _rounds.LEVEL,
        "examples": everything,
        "candidates": [_row(kinds[name], rounds, facts[name], kind, seed) for name in order],
        "pairs": [vars(pair) for pair in last.ranking.pairs],
        # The first round has all candidates, and so the most pairs.
        "agreement": _rounds.agreement(rounds[0], kind),
        "rounds": [
            {
                "examples": len(one.rows),
                "candidates": [ranked.name for ranked in one.ranking.order],
                "dropped": list(one.dropped),
            }
            for one in rounds
        ],
        "best": best,
        "fastest_of_the_best": fastest,
        "saved_by_halving": sum(
            (everything - len(one.rows)) * len(one.dropped) for one in rounds[:-1]
        ),
    }


def _row(
    candidate: Candidate, rounds: list[_rounds.Round], facts: dict[str, Any], kind: str, seed: int
) -> dict[str, Any]:
    """Returns what the table says of a candidate: scores of the last round it was in."""
    last = [one for one in rounds if candidate.name in one.scored][-1]
    scored = last.scored[candidate.name]
    scores = {}
    for score in scored.values:
        alone = _rounds.ranked({candidate.name: scored}, score, kind, seed).order[0]
        scores[score] = {"value": alone.value, "low": alone.low, "high": alone.high}
    return {
        "name": candidate.name,
        "kind": candidate.kind,
        "examples": len(last.rows),
        "finished": last is rounds[-1],
        "width": scored.width,
        "passes": candidate.passes,
        "scores": scores,
        **facts,
    }


def _assembled(
    config: RunConfig, data: PreparedData, found: dict[str, Any], seconds: dict[str, float]
) -> RunRecord:
    passes = [row["passes"] for row in found["candidates"]]
    return RunRecord(
        **_record.settings(config),
        **_record.data(data, _judgement.scores_of(data.task, data.num_classes)[0].name),
        backbone={},
        passes={
            "computed": sum(one["computed"] for one in passes),
            "reused": sum(one["reused"] for one in passes),
            "saved": found["saved_by_halving"],
        },
        phases=[],
        measurements={},
        comparisons=[],
        streamed={},
        test_reads=[],
        seconds=seconds,
        analyses={"ranking": found},
    )


def _write(directory: Path, config: RunConfig, record: RunRecord, data: PreparedData) -> None:
    flagfile.write(config.settings(), record.command, directory / "run.flags")
    record.write(directory / "record.json")
    split_table.write(data.split, directory / "split.parquet")
    found = record.analyses["ranking"]
    table = pd.DataFrame([_flat(row, found["kind"]) for row in found["candidates"]])
    table.insert(0, "rank", range(1, len(table) + 1))
    table.to_csv(directory / "ranking.csv", index=False)
    table.to_parquet(directory / "ranking.parquet", index=False)
    ranking_page.write(directory)


def _flat(row: dict[str, Any], kind: str) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if not isinstance(value, dict)}
    plain.pop("memory", None)
    plain |= {f"passes_{name}": value for name, value in row["passes"].items()}
    plain |= _memory_columns(row["memory"])
    for score in _rounds.SCORES[kind]:
        ends = row["scores"].get(score, {})
        for column, end in ((score, "value"), (f"{score}_low", "low"), (f"{score}_high", "high")):
            plain[column] = float(ends.get(end, "nan"))
    return plain


def _memory_columns(memory: dict[str, Any] | None) -> dict[str, float | str | None]:
    """Weights, what passes and training steps add, all in MiB, and why a figure is missing."""
    use = None if memory is None else MemoryUse.read(memory)
    names = ("forward_1", f"forward_{BATCH}", f"training_{BATCH}")
    passes = (None, None, None) if use is None else (use.one, use.many, use.training)
    found: dict[str, int | None] = {"weights": None if use is None else use.weight_bytes}
    for name, one in zip(names, passes, strict=True):
        found[name] = None if one is None else one.added_bytes
    columns: dict[str, float | str | None] = {
        f"{name}_mebibytes": float("nan") if size is None else round(size / 2**20, 2)
        for name, size in found.items()
    }
    missing = dict.fromkeys(one.missing for one in passes if one and one.missing)
    return {**columns, "memory_not_measured": "; ".join(missing) or None}
