"""The memory of a search, in a database that any number of workers share."""

import base64
import datetime
import hashlib
import json
import socket
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.search import Dimension
from ftkeras.errors import UserError

if TYPE_CHECKING:
    import optuna

# What may differ between two workers of one search, and between it and its continuation.
_FREE = ("run_dir", "cache_dir", "trials", "storage", "keras_backend", "language")
# Databases such as MySQL hold at most 64 KiB in a text.
_CHUNK = 60_000
_RETRIES = 3
# Before medians mean anything.
_TRIALS_BEFORE_PRUNING = 5
_EPOCHS_BEFORE_PRUNING = 2
DATABASE = "study.db"

Tell = Callable[[int, float], None]
"""Takes (epoch, validation score); raises when the trial is not worth finishing."""


class Study:
    """Trials of one search; what is in the database is safe whoever is killed when.

    Args:
        config: The settings; two workers with the same ones (places and number of trials aside)
            on the same data join the same study.
        data_digest: Digest of the data and the split.
        direction: `"min"` or `"max"`: which way the validation score is better.
        heartbeat: Seconds between two signs of life of a running trial; after twice as many
            without one, another worker takes the trial up again.

    Raises:
        UserError: Optuna is not installed, or the database cannot be reached.
    """

    def __init__(self, config: RunConfig, data_digest: str, direction: str, heartbeat: int) -> None:
        self._config = config
        self._optuna = _loaded()
        kept = {key: value for key, value in config.settings().items() if key not in _FREE}
        identity = json.dumps([kept, data_digest, direction], sort_keys=True)
        self.name = f"ftkeras-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        self.url = config.storage or f"sqlite:///{(config.run_dir / DATABASE).absolute()}"
        with _quiet(self._optuna):
            self.study = self._connected(direction, heartbeat)

    def run_one(self, objective: Callable[[dict[str, Any], Tell], NDArray[np.float32]],
                score: Callable[[NDArray[np.float32]], float]) -> None:  # fmt: skip
        """Runs the next trial: one that a killed worker left, or a new one.

        Args:
            objective: Path -> value, and whom to tell of each epoch -> validation logits. A
                `UserError` fails the trial and is remembered.
            score: Validation logits -> the value to optimise.
        """

        def run(trial: "optuna.Trial") -> float:
            # The number is the worker's alone, so no two workers draw the same; and one worker
            # alone draws the same again.
            trial.study.sampler = self._optuna.samplers.TPESampler(
                seed=seeds.child(self._config.seed, f"trial/{trial.number}"), constant_liar=True
            )
            values = {one.path: _suggested(trial, one) for one in self._config.search}

            def tell(epoch: int, value: float) -> None:
                trial.report(value, epoch)
                if trial.should_prune():
                    raise self._optuna.TrialPruned

            try:
                logits = objective(values, tell)
            except UserError as error:
                trial.set_user_attr("error", str(error))
                raise
            for name, text in _packed(logits).items():
                trial.set_user_attr(name, text)
            return score(logits)

        with _quiet(self._optuna):
            self.study.optimize(run, n_trials=1, catch=(UserError,))

    def trials(self) -> list["optuna.trial.FrozenTrial"]:
        """Returns all trials there are, oldest first."""
        return self.study.get_trials(deepcopy=False)

    def finished(self) -> list["optuna.trial.FrozenTrial"]:
        """Returns the trials that count: complete, pruned, or failed by their own settings."""
        states = self._optuna.trial.TrialState
        return [
            trial
            for trial in self.trials()
            if trial.state in (states.COMPLETE, states.PRUNED) or "error" in trial.user_attrs
        ]

    def complete(self) -> list["optuna.trial.FrozenTrial"]:
        """Returns the trials with a score and answers."""
        state = self._optuna.trial.TrialState.COMPLETE
        return [trial for trial in self.trials() if trial.state == state and trial.values]

    def claim(self, winner: int) -> str:
        """Claims the right to open the test part for a trial; returns who has it.

        Args:
            winner: Number of the trial.
        """
        mine = f"{socket.gethostname()}:{self._config.run_dir.absolute()}"
        claims: dict[str, str] = dict(self.study.user_attrs.get("claims", {}))
        if str(winner) not in claims:
            claims[str(winner)] = mine
            self.study.set_user_attr("claims", claims)
        return "" if claims[str(winner)] == mine else claims[str(winner)]

    def _connected(self, direction: str, heartbeat: int) -> "optuna.Study":
        storages = self._optuna.storages
        is_sqlite = self.url.startswith("sqlite")
        problems: tuple[type[Exception], ...] = (ImportError, OSError, ValueError)
        if is_sqlite and self._config.storage is None:
            self._config.run_dir.mkdir(parents=True, exist_ok=True)
        try:
            storage = storages.RDBStorage(
                self.url,
                engine_kwargs={"connect_args": {"timeout": 60}} if is_sqlite else None,
                heartbeat_interval=heartbeat,
                heartbeat_stale_trial_callback=storages.RetryHeartbeatStaleTrialCallback(_RETRIES),
            )
            return self._optuna.create_study(
                study_name=self.name,
                storage=storage,
                direction={"min": "minimize", "max": "maximize"}[direction],
                pruner=self._optuna.pruners.MedianPruner(
                    _TRIALS_BEFORE_PRUNING, _EPOCHS_BEFORE_PRUNING
                ),
                load_if_exists=True,
            )
        except problems + _database_errors() as error:
            reason = str(error).strip().split("\n")[0]
            raise UserError(
                "Expected --storage as a database URL of SQLAlchemy that can be reached, such as "
                f"sqlite:///study.db or postgresql://user@host/name. Received: {self.url} "
                f"({type(error).__name__}: {reason})."
            ) from error


def logits_of(trial: "optuna.trial.FrozenTrial") -> NDArray[np.float32] | None:
    """Returns the validation logits that a complete trial left in the database."""
    attributes = trial.user_attrs
    if "logits_shape" not in attributes:
        return None
    chunks = [attributes[f"logits/{k}"] for k in range(int(attributes["logits_chunks"]))]
    content = zlib.decompress(base64.b64decode("".join(chunks)))
    return np.frombuffer(content, "<f4").reshape(attributes["logits_shape"])


def seconds_of(trial: "optuna.trial.FrozenTrial") -> float:
    """Returns how long a trial took; 0 when it has not ended."""
    if trial.datetime_complete is None or trial.datetime_start is None:
        return 0.0
    taken: datetime.timedelta = trial.datetime_complete - trial.datetime_start
    return taken.total_seconds()


def _packed(logits: NDArray[np.float32]) -> dict[str, Any]:
    content = np.ascontiguousarray(logits, "<f4").tobytes()
    text = base64.b64encode(zlib.compress(content)).decode()
    chunks = [text[first : first + _CHUNK] for first in range(0, len(text), _CHUNK)]
    found: dict[str, Any] = {f"logits/{number}": chunk for number, chunk in enumerate(chunks)}
    return {**found, "logits_chunks": len(chunks), "logits_shape": list(logits.shape)}


def _suggested(trial: "optuna.Trial", dimension: Dimension) -> Any:
    low, high = dimension.values[0], dimension.values[-1]
    if dimension.kind == "choice":
        return trial.suggest_categorical(dimension.path, dimension.values)
    if dimension.kind == "integers":
        return trial.suggest_int(dimension.path, low, high)
    return trial.suggest_float(dimension.path, low, high, log=dimension.kind == "loguniform")


def _loaded() -> ModuleType:
    try:
        import optuna
        import sqlalchemy  # noqa: F401 - what Optuna reaches databases through
    except ImportError as error:
        raise UserError(
            f"Expected Optuna and SQLAlchemy for --mode=tune. Received: {error}. "
            "pip install ftkeras[tune]"
        ) from error
    return optuna


def _database_errors() -> tuple[type[Exception], ...]:
    import optuna
    import sqlalchemy

    return (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.OptunaError)


@contextmanager
def _quiet(optuna: ModuleType) -> Iterator[None]:
    """Mutes what Optuna logs and warns: heartbeats have been called experimental since 2021."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
