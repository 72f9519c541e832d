"""How each setting of a run is read from text, and checked by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ftkeras import call_string, catalog, handles
from ftkeras.call_string import Call
from ftkeras.contracts import phase, search
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.search import Dimension
from ftkeras.errors import UserError
from ftkeras.handles import Handle

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
"""What a backbone can compute in."""

LANGUAGES = ("en", "zh")
"""Languages of reports; those of `ftkeras.report.language`."""


def read_one(name: str, value: Any) -> Any:
    """Returns a setting as the run's objects.

    Args:
        name: Its flag, one of `NAMES`.
        value: Text, or a list of texts.

    Raises:
        UserError: It is wrong; the message starts with its flag.

    Example:
        >>> read_one("learning_rates", "1e-4,1e-3")
        (0.0001, 0.001)
    """
    return told(name, value, _READERS[name])


def told(name: str, value: Any, reader: Callable[[Any], Any]) -> Any:
    """Returns `reader(value)`; what it raises starts with the flag."""
    try:
        return reader(value)
    except UserError as error:
        raise UserError(f"--{name}: {error}") from None


def listed(value: Any) -> list[Any]:
    """Returns a list of settings, also of one that stands alone."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _call(kind: str) -> Callable[[Any], Call]:
    def read(text: Any) -> Call:
        call = call_string.parse(str(text))
        catalog.check(kind, call)
        return call

    return read


def _calls(kind: str) -> Callable[[Any], tuple[Call, ...]]:
    return lambda texts: tuple(_call(kind)(text) for text in texts)


def predictions_call(text: str) -> Call:
    """Returns how a file of predictions is read: a call string, or just its path.

    Raises:
        UserError: It is no call string of a file in `data/predictions/`.

    Example:
        >>> str(predictions_call("answers.parquet"))
        "parquet(path='answers.parquet')"
    """
    if "(" not in text and "." in text:
        kind = "parquet" if text.endswith(".parquet") else "csv"
        return Call(kind, {"path": text})
    return _call("data/predictions")(text)


def _runs(texts: Any) -> tuple[Path, ...]:
    """Paths joined by commas, in one text or several."""
    paths = ",".join(map(str, listed(texts))).split(",")
    return tuple(Path(path.strip()) for path in paths if path.strip())


def _phases(texts: Any) -> tuple[Phase, ...]:
    calls = [call_string.parse(str(text)) for text in texts]
    for call in calls:
        catalog.check("freezing", call, extra=phase.SETTINGS)
    return tuple(phase.from_call(call) for call in calls)


def _backbones(value: Any) -> tuple[Handle, ...]:
    found = tuple(handles.parse(str(text)) for text in listed(value))
    repeated = {str(handle) for handle in found if found.count(handle) > 1}
    if repeated:
        raise UserError(f"Expected each backbone once. Received twice: {', '.join(repeated)}.")
    return found


def _search(texts: Any) -> tuple[Dimension, ...]:
    found = tuple(search.parse(str(text)) for text in listed(texts))
    paths = [dimension.path for dimension in found]
    for path in paths:
        if paths.count(path) > 1:
            raise UserError(f"Expected each setting once. Received twice: {path}.")
    return found


def _rates(texts: Any) -> tuple[float, ...]:
    """Numbers above 0, given one by one or with commas between them."""
    words = [word for text in listed(texts) for word in str(text).split(",")]
    try:
        rates = tuple(float(word) for word in words)
    except ValueError:
        rates = ()
    if not rates or not all(0 < rate < float("inf") for rate in rates):
        raise UserError(
            f"Expected numbers > 0, for example 1e-4,1e-3. Received: {','.join(words)!r}."
        )
    if len(set(rates)) < len(rates):
        raise UserError(f"Expected each rate once. Received: {','.join(words)}.")
    return rates


def _switch(value: Any, *further: str) -> bool:
    known = {"true": True, "false": False}
    if str(value).lower() not in known:
        raise UserError(f"Expected {' or '.join([*known, *further])}. Received: {value!r}.")
    return known[str(value).lower()]


def _integer(smallest: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = smallest - 1
        if number < smallest:
            raise UserError(f"Expected an integer >= {smallest}. Received: {value!r}.")
        return number

    return read


def _seconds(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < float("inf"):
        raise UserError(f"Expected a number of seconds > 0. Received: {value!r}.")
    return number


def _one_of(*known: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in known:
            raise UserError(
                f"Expected one of {', '.join(known)}. Received: {value!r}."
                f"{catalog.nearest(str(value), list(known))}"
            )
        return str(value)

    return read


_READERS: dict[str, Callable[[Any], Any]] = {
    "run_dir": Path,
    "backbone": _backbones,
    "task": _call("tasks"),
    "data": _call("data/sources"),
    "on_bad_row": _one_of("error", "skip", "quarantine"),
    "clean": _calls("data/cleaning"),
    "predictions": lambda text: predictions_call(str(text)),
    "model": Path,
    "outputs": _one_of("logits", "probabilities"),
    "runs": lambda texts: _runs(texts),
    "examples": _one_of("all", "shared"),
    "cost": _one_of("measured", "recorded"),
    "split": _call("data/splits"),
    "folds": _call("data/folds"),
    "repeats": _integer(1),
    "learning_rates": _rates,
    "head": _call("heads"),
    "tap": str,
    "sequence_length": _integer(2),
    "image_size": _integer(8),
    "seconds": _seconds,
    "preprocessor": str,
    "pair": _one_of(*handles.PAIRS),
    "trust": lambda texts: tuple(str(text) for text in texts),
    "phase": _phases,
    "recipe": _call("training/recipes"),
    "precision": _one_of(*PRECISIONS),
    "jit_compile": lambda value: _one_of("true", "false", "auto")(str(value).lower()),
    "augment": _calls("data/augmentation"),
    "views": _integer(1),
    "balance": _call("data/balance"),
    "loss": _call("training/losses"),
    "metric": _calls("metrics"),
    "monitor": lambda text: Call("loss") if str(text).strip() == "loss" else _call("metrics")(text),
    "threshold": _call("thresholds"),
    "calibration": _call("calibration"),
    "seed": _integer(0),
    "cache_dir": Path,
    "keras_backend": _one_of("tensorflow", "jax"),
    "language": _one_of(*LANGUAGES),
    "search": _search,
    "trials": _integer(1),
    "storage": str,
    "halving": _switch,
    "random_twin": lambda value: value if value == "trained" else _switch(value, "trained"),
}

NAMES = tuple(_READERS)
"""All settings but the mode, by their flags."""
