"""The Keras optimizer that a phase describes."""

from collections.abc import Sequence
from typing import Any

import keras

from ftkeras.contracts.backbone import Block
from ftkeras.contracts.phase import Phase
from ftkeras.training.layer_decay import factors, with_factors
from ftkeras.training.optimizers import merge_duplicate_rows
from ftkeras.training.schedules import WarmUpThenDecay

# Beside all vectors: biases and scales of more axes than one, such as those of attention heads.
_NOT_DECAYED = ("bias", "gamma", "beta")


def optimizer(
    phase: Phase,
    steps: int = 1,
    variables: Sequence[keras.Variable] = (),
    blocks: Sequence[Block] = (),
    *,
    scale_loss: bool = False,
) -> keras.optimizers.Optimizer:
    """Returns the Keras optimizer that a phase describes.

    Rows of an embedding that repeat in a batch are merged; see `merge_duplicate_rows`.

    Args:
        phase: The settings.
        steps: Batches an epoch.
        variables: What will be trained; those of one axis are left out of weight decay.
        blocks: The backbone's blocks from input to output, for layer decay.
        scale_loss: Whether the loss is scaled up while gradients are computed, and steps whose
            gradients overflow are left out: what float16 needs.

    Example:
        >>> from ftkeras.call_string import Call
        >>> float(optimizer(Phase(Call("linear_probe"), learning_rate=0.5)).learning_rate)
        0.5

    References:
        Micikevicius et al., 2018, ICLR (loss scaling).
    """
    classes = {name.lower(): value for name, value in vars(keras.optimizers).items()}
    rate: Any = phase.learning_rate
    if phase.schedule != "constant" or phase.warmup:
        rate = WarmUpThenDecay(rate, phase.epochs * steps, phase.warmup, phase.schedule)
    made = classes[phase.optimizer.lower()](
        learning_rate=rate,
        weight_decay=float(phase.weight_decay),
        global_clipnorm=phase.clip_norm,
        gradient_accumulation_steps=phase.accumulate if phase.accumulate > 1 else None,
        use_ema=phase.ema is not None,
        ema_momentum=phase.ema or 0.99,
    )
    # Decay pulls weights towards zero; biases and normalisation scales have no reason to be there.
    made.exclude_from_weight_decay(
        var_list=[variable for variable in variables if len(variable.shape) < 2],
        var_names=list(_NOT_DECAYED),
    )
    if phase.layer_decay != 1:
        made = with_factors(made, factors(blocks, phase.layer_decay))
    # Keras would end every `fit` with the averages in the weights; `BestEpoch` does that, once.
    object.__setattr__(made, "finalize_variable_values", lambda variables: None)
    made = merge_duplicate_rows(made)
    return keras.optimizers.LossScaleOptimizer(made) if scale_loss else made
