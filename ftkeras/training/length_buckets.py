"""Padded lengths: a small fixed set, so that few shapes are ever computed and little is padded."""

_STEP = 8
_STEPS_AN_OCTAVE = 8


def round_up(length: int, longest: int | None = None) -> int:
    """Returns the padded length used for a true length.

    Multiples of 8 up to 64, of 16 up to 128, of 32 up to 256 and so on: beyond 32, padding adds
    less than a quarter, a tenth on average. Steps are no finer than 8 because at such lengths
    float32 results do not depend on an example's place in its batch (see `feature_pass`).

    Args:
        length: True length, at least 1.
        longest: The backbone's limit; no padded length exceeds it unless `length` does.

    Raises:
        ValueError: `length` is less than 1.

    Example:
        >>> [round_up(length) for length in (1, 8, 9, 64, 65, 129, 257)]
        [8, 8, 16, 64, 80, 160, 320]
        >>> round_up(97, longest=100)
        100
    """
    rounded = _rounded(length, _STEP, _STEPS_AN_OCTAVE)
    return rounded if longest is None else max(length, min(rounded, longest))


def round_up_finely(length: int) -> int:
    """Returns the padded length of a batch that is trained on.

    Multiples of 4 up to 64, of 8 up to 128, of 16 up to 256 and so on: half the padding of
    `round_up` for twice the shapes, where bits need not be equal from batch to batch.

    Args:
        length: True length of the longest example, at least 1.

    Raises:
        ValueError: `length` is less than 1.

    Example:
        >>> [round_up_finely(length) for length in (1, 4, 5, 64, 65, 129, 257)]
        [4, 4, 8, 64, 72, 144, 288]
    """
    return _rounded(length, _STEP // 2, 2 * _STEPS_AN_OCTAVE)


def _rounded(length: int, step: int, steps_an_octave: int) -> int:
    if length < 1:
        raise ValueError(f"Expected `length` >= 1. Received: length={length}.")
    while length > step * steps_an_octave:
        step *= 2
    return -(-length // step) * step
