"""Scores of all candidates, on everything at once or in rounds that the hopeless do not finish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from ftkeras import seeds
from ftkeras.statistics.ranking import Ranking, rank
from ftkeras.transferability.h_score import HScore
from ftkeras.transferability.k_nearest_neighbours import KNearestNeighbours
from ftkeras.transferability.leep import Leep
from ftkeras.transferability.linear_probe import LinearProbe
from ftkeras.transferability.log_me import LogMe
from ftkeras.workflows._candidates import Candidate

# Candidates are ranked by the first: a proper score tells more apart than counting right answers.
SCORES: dict[str, dict[str, Callable[[], Any]]] = {
    "classes": {
        "probe_log_loss": LinearProbe,
        "probe_accuracy": lambda: LinearProbe("accuracy"),
        "nearest_neighbours": KNearestNeighbours,
        "log_me": LogMe,
        "h_score": HScore,
        "leep": Leep,
    },
    "labels": {
        "probe_log_loss": LinearProbe,
        "probe_ranking_precision": lambda: LinearProbe("ranking_precision"),
        "nearest_neighbours_precision": KNearestNeighbours,
        "log_me": LogMe,
    },
    "numbers": {
        "probe_r2": lambda: LinearProbe("r2"),
        "nearest_neighbours_r2": KNearestNeighbours,
        "log_me": LogMe,
    },
}
"""By kind of labels the scores there are."""
LEVEL = 0.95
_FEWEST_A_CLASS = 10
_FEWEST = 200
_STRATA = 10


@dataclass
class Scored:
    """A candidate's scores on some rows.

    Args:
        values: Score -> value.
        influences: Score -> `(rows,)` influences.
        width: Numbers a row of features.
    """

    values: dict[str, float] = field(default_factory=dict)
    influences: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    width: int = 0


@dataclass(frozen=True)
class Round:
    """What one round found.

    Args:
        rows: The rows of the training part that it looked at.
        scored: Candidate -> its scores.
        dropped: Candidates that do not go on.
        ranking: All of them by the first score of their kind of labels.
        key: The name of that score.
    """

    rows: NDArray[np.int64]
    scored: dict[str, Scored]
    dropped: tuple[str, ...]
    ranking: Ranking
    key: str


def key_of(kind: str) -> str:
    """Returns the score that decides the order."""
    return next(iter(SCORES[kind]))


def left_out(kind: str) -> list[str]:
    """Returns the scores that only classes have, where there are none.

    Example:
        >>> left_out("classes"), left_out("numbers")
        ([], ['h_score', 'leep'])
    """
    return [] if kind == "classes" else ["h_score", "leep"]


def sizes(labels: NDArray[Any], candidates: int, halving: bool) -> list[int]:
    """Returns how many examples each round looks at; the last one looks at all.

    Rounds double, from as many halvings as there are candidates to halve, as long as the rarest
    class (or label that ever holds) keeps ten examples and all of them two hundred.

    Example:
        >>> sizes(np.arange(4000) % 2, candidates=8, halving=True)
        [500, 1000, 2000, 4000]
        >>> sizes(np.arange(300) % 2, candidates=8, halving=True)
        [300]
    """
    everything, rarest = len(labels), _rarest(labels)
    found = [everything]
    wanted = int(np.ceil(np.log2(max(candidates, 1)))) if halving else 0
    for number in range(1, wanted + 1):
        if everything >> number < _FEWEST or rarest >> number < _FEWEST_A_CLASS:
            break
        found.insert(0, everything >> number)
    return found


def order(labels: NDArray[Any], seed: int) -> NDArray[np.int64]:
    """Returns rows so that the first n of them have the shares of the classes, for every n.

    Of several labels that is so for the rarest of each example, of numbers (of the first, if there
    are several) for tenths of their range by rank.

    Example:
        >>> labels = np.array([0, 0, 0, 0, 1, 1])
        >>> labels[order(labels, seed=0)[:3]].sum()
        np.int64(1)
    """
    generator = np.random.default_rng(seed)
    labels = _strata(labels)
    places = np.empty(len(labels))
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        places[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    return np.argsort(places, kind="stable")


def _rarest(labels: NDArray[Any]) -> int:
    if labels.dtype.kind == "f":
        return len(labels)
    counts = labels.sum(axis=0) if labels.ndim == 2 else np.unique(labels, return_counts=True)[1]
    return int(counts[counts > 0].min(initial=len(labels)))


def _strata(labels: NDArray[Any]) -> NDArray[Any]:
    if labels.dtype.kind == "f":
        ranks = labels.reshape(len(labels), -1)[:, 0].argsort(kind="stable").argsort()
        return np.asarray(ranks * _STRATA // len(labels))
    if labels.ndim == 2:
        counts = np.where(labels == 1, labels.sum(axis=0, dtype="int64"), np.iinfo("int64").max)
        return np.where(labels.any(axis=1), counts.argmin(axis=1), -1)
    return labels


def run(
    candidates: Sequence[Candidate],
    labels: NDArray[Any],
    kind: str,
    *,
    halving: bool,
    seed: int,
    told: Callable[[str], None],
) -> tuple[list[Round], dict[str, dict[str, Any]]]:
    """Scores candidates round by round; returns the rounds, and what each candidate is.

    From each round but the last, those of the worse half are dropped that can be told apart from
    the best; the floor, which costs nothing, stays. A candidate lets go of its memory after its
    last round.

    Args:
        candidates: What is ranked.
        labels: Encoded labels of the training part.
        kind: Classes, labels or numbers.
        halving: Whether there are rounds.
        seed: Seed of the run.
        told: Called with a sentence when something is decided.
    """
    rows, alive, found = order(labels, seeds.child(seed, "halving")), list(candidates), []
    facts: dict[str, dict[str, Any]] = {}
    counts = sizes(labels, len(candidates), halving)
    for number, count in enumerate(counts):
        last = number == len(counts) - 1
        used = np.sort(rows[:count])
        scored = {}
        for candidate in alive:
            scored[candidate.name] = _scored(candidate, used, labels[used], kind, seed)
            if last:
                facts[candidate.name] = _closed(candidate)
        ranking = ranked(scored, key_of(kind), kind, seed)
        dropped = () if last else _hopeless(ranking, [c.name for c in alive if c.kind != "floor"])
        found.append(Round(used, scored, dropped, ranking, key_of(kind)))
        for candidate in alive:
            if candidate.name in dropped:
                told(f"{candidate.name} is left out after {count:,} examples.")
                facts[candidate.name] = _closed(candidate)
        alive = [candidate for candidate in alive if candidate.name not in dropped]
    return found, facts


def ranked(scored: dict[str, Scored], score: str, kind: str, seed: int) -> Ranking:
    """Ranks the candidates that have a score by it."""
    having = {name: one for name, one in scored.items() if score in one.values}
    return rank(
        {name: one.values[score] for name, one in having.items()},
        {name: one.influences[score] for name, one in having.items()},
        direction=SCORES[kind][score]().direction,
        level=LEVEL,
        seed=seeds.child(seed, "resampling"),
    )


def agreement(last: Round, kind: str) -> list[dict[str, Any]]:
    """Returns for each cheap score how often it orders two candidates as the probe does.

    `clear` counts the pairs that the probe itself can tell apart: only there can a score be wrong.

    Args:
        last: The round with all candidates.
        kind: Classes, labels or numbers.
    """
    sign = -1 if SCORES[kind][last.key]().direction == "min" else 1
    names = [one.name for one in last.ranking.order]
    found = []
    for score in (name for name in SCORES[kind] if not name.startswith("probe")):
        having = [name for name in names if score in last.scored[name].values]
        if len(having) < 2:
            continue
        probe = [sign * last.scored[name].values[last.key] for name in having]
        other = [last.scored[name].values[score] for name in having]
        pairs = [p for p in last.ranking.pairs if p.better in having and p.worse in having]
        value = {name: last.scored[name].values[score] for name in having}
        same = [value[pair.better] > value[pair.worse] for pair in pairs]
        clear = [not pair.tied for pair in pairs]
        tau = float(kendalltau(probe, other).statistic)
        found.append({
            "score": score,
            "tau": None if np.isnan(tau) else tau,
            "pairs": len(pairs),
            "agreeing": sum(same),
            "clear": sum(clear),
            "agreeing_clear": sum(s and c for s, c in zip(same, clear, strict=True)),
        })  # fmt: skip
    return found


def _closed(candidate: Candidate) -> dict[str, Any]:
    facts = candidate.facts()
    candidate.release()
    return facts


def _scored(
    candidate: Candidate, rows: NDArray[np.int64], labels: NDArray[Any], kind: str, seed: int
) -> Scored:
    features = candidate.features(rows)
    found = Scored(width=features.shape[1])
    answered = LinearProbe(seed=seeds.child(seed, "probe")).answers(features, labels)
    for name, make in SCORES[kind].items():
        score = make()
        if isinstance(score, LinearProbe):
            scored = score.of(answered, labels)
        elif isinstance(score, Leep):
            source = candidate.answers(rows)
            if source is None:
                continue
            scored = score.scored(source, labels)
        else:
            scored = score.scored(features, labels)
        found.values[name], found.influences[name] = scored
    return found


def _hopeless(ranking: Ranking, droppable: list[str]) -> tuple[str, ...]:
    best = ranking.order[0].name
    own = [one.name for one in ranking.order if one.name in droppable]
    return tuple(
        name for name in own[(len(own) + 1) // 2 :] if not ranking.tied(best, name) and name != best
    )
