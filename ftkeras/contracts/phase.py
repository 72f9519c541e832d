"""One stretch of training: what is frozen, for how long, how fast."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts import schedule
from ftkeras.errors import UserError

OPTIMIZERS = (
    *("adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw", "ftrl", "lamb", "lion"),
    *("muon", "nadam", "rmsprop", "schedulefreeadamw", "sgd"),
)
"""Class names of Keras' optimizers in lower case."""

STORAGE = ("float32", "float16", "none")
_SWITCH = (True, False)


@dataclass(frozen=True)
class Phase:
    """A recipe is a list of these; each is compiled and fitted in turn on the same graph.

    Args:
        freezing: The freezing rule, a file in `freezing/`, with its own arguments.
        epochs: Passes over the training part, at most.
        learning_rate: Peak learning rate, that of the head.
        batch_size: Examples a step.
        optimizer: Name of a Keras optimizer class, in any case.
        weight_decay: Decoupled weight decay: each step also takes `rate * weight_decay * weight`
            off every weight but biases and the scales of normalisation. With Ftrl and others alike.
        patience: Epochs without a better validation score before stopping; `None` never stops
            early. The weights of the best epoch are kept either way.
        schedule: What the rate does after warm-up: `constant`, `linear` down to zero, or one of
            Keras' schedules over the steps of the phase, such as `cosine`, `polynomial(power=2)`,
            `exponential(decay_rate=0.1)`. See `training/schedules.py`.
        warmup: Share of all steps in which the rate rises to its peak, in [0, 1).
        layer_decay: Rate of a block over that of the block above it, in (0, 1]: the head learns at
            `learning_rate`, the top block at `layer_decay` times that, the next at its square.
            Weight decay shrinks with it. See `training/layer_decay.py`.
        clip_norm: Largest norm of all gradients together; larger ones are scaled down to it.
            `None` never clips.
        accumulate: Batches whose mean gradient makes one step. Up to `accumulate - 1` batches at
            the end of a phase stay unused. Schedules and `ema` count batches.
        ema: Momentum m of an exponential moving average `a <- m a + (1 - m) w` of the weights
            that train, in (0, 1), starting from the first step's; the average is what is
            evaluated and kept. `None` keeps the weights themselves.
        swa: Share of the phase's epochs after which stochastic weight averaging begins, in [0, 1):
            the weights at the ends of all later epochs are averaged with equal weights, and the
            average is kept if validation finds it better than every single epoch. See
            `training/weight_average.py`. `None` averages nothing.
        label_smoothing: Share of each label that is spread over all classes, in [0, 1).
        l2_sp: Strength of the pull of the backbone's weights towards the pretrained ones w0: adds
            `l2_sp / 2 * sum (w - w0)^2` to the loss (Li et al. 2018). The head is not pulled.
        cache: How the hidden states below the thawed blocks are kept between epochs: `float32`,
            `float16` (half the disk, gradients to three digits), or `none`.
        find_learning_rate: Before the phase, raises the rate step by step until the loss diverges,
            takes the rate that the curve suggests instead of `learning_rate`, and puts everything
            else back. See `training/learning_rate_finder.py`.

    References:
        Li, Grandvalet and Davoine, 2018, ICML (L2-SP); Clark et al., 2020, ICLR (layer decay);
        Izmailov et al., 2018, UAI (SWA); Smith, 2017, WACV (range test of the learning rate).
    """

    freezing: Call
    epochs: int = 20
    learning_rate: float = 1e-3
    batch_size: int = 32
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    patience: int | None = None
    schedule: str = "constant"
    warmup: float = 0.0
    layer_decay: float = 1.0
    clip_norm: float | None = None
    accumulate: int = 1
    ema: float | None = None
    label_smoothing: float = 0.0
    l2_sp: float = 0.0
    cache: str = "float32"
    swa: float | None = None
    find_learning_rate: bool = False

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "accumulate"):
            _expect(name, getattr(self, name), "an integer >= 1", _is_count)
        _expect("patience", self.patience, "an integer >= 1 or None", _or_none(_is_count))
        for name in ("learning_rate", "clip_norm"):
            rule = "a number > 0" + (" or None" if name == "clip_norm" else "")
            holds = _or_none(_positive) if name == "clip_norm" else _positive
            _expect(name, getattr(self, name), rule, holds)
        for name in ("weight_decay", "l2_sp"):
            _expect(name, getattr(self, name), "a number >= 0", lambda v: _number(v) and v >= 0)
        for name in ("warmup", "label_smoothing"):
            _expect(name, getattr(self, name), "in [0, 1)", lambda v: _number(v) and 0 <= v < 1)
        _expect("layer_decay", self.layer_decay, "in (0, 1]", lambda v: _number(v) and 0 < v <= 1)
        _expect("ema", self.ema, "in (0, 1) or None", _or_none(lambda v: _number(v) and 0 < v < 1))
        _expect("swa", self.swa, "in [0, 1) or None", _or_none(lambda v: _number(v) and 0 <= v < 1))
        _expect(
            "find_learning_rate", self.find_learning_rate, "True or False", lambda v: v in _SWITCH
        )
        if self.ema is not None and self.swa is not None:
            raise UserError(
                "Expected one average of the weights, `ema` or `swa`. "
                f"Received: ema={self.ema}, swa={self.swa}. Leave one out."
            )
        _expect_known("optimizer", str(self.optimizer).lower(), OPTIMIZERS)
        schedule.read(self.schedule)
        _expect_known("cache", self.cache, STORAGE)

    def __str__(self) -> str:
        """The call string; what came later than the first settings is left out at its default."""
        settings = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name in _ALWAYS_WRITTEN
            or (field.name in SETTINGS and getattr(self, field.name) != field.default)
        }
        return str(Call(self.freezing.name, {**self.freezing.arguments, **settings}))


SETTINGS = tuple(field.name for field in fields(Phase) if field.name != "freezing")
_ALWAYS_WRITTEN = SETTINGS[:6]


def from_call(call: Call) -> Phase:
    """Splits a call string into the freezing rule's own arguments and the phase's settings.

    Example:
        >>> from ftkeras import call_string
        >>> phase = from_call(call_string.parse("top_blocks(count=2, epochs=3)"))
        >>> phase.freezing, phase.epochs
        (Call(name='top_blocks', arguments={'count': 2}), 3)
    """
    settings = {key: value for key, value in call.arguments.items() if key in SETTINGS}
    rule = {key: value for key, value in call.arguments.items() if key not in SETTINGS}
    return Phase(freezing=Call(call.name, rule), **settings)


def _expect(name: str, value: object, rule: str, holds: Callable[..., bool]) -> None:
    if not holds(value):
        raise UserError(f"Expected `{name}` to be {rule}. Received: {name}={value!r}.")


def _expect_known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UserError(
            f"Expected `{name}` to be one of {', '.join(known)}. Received: {name}={value!r}."
            f"{catalog.nearest(str(value), list(known))}"
        )


def _or_none(holds: Callable[..., bool]) -> Callable[..., bool]:
    return lambda value: value is None or holds(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _positive(value: float) -> bool:
    return _number(value) and value > 0
