"""What a model takes of memory, in words."""

from ftkeras.contracts.memory_use import MemoryUse, PassMemory
from ftkeras.report.language import gettext as _
from ftkeras.report.language import said

# Repeated measurements of one model lay this close; see tests/workflows/test_memory.py.
RESOLUTION = 5 * 2**20
"""How far two measurements of one model may differ, in bytes."""
_DEVICES = {"cpu": "CPU", "gpu": "GPU", "tpu": "TPU"}


def lines(use: MemoryUse) -> list[str]:
    """Returns what weights, passes and a training step take, one thought each.

    Args:
        use: What was measured.
    """
    return [
        _("weights: {size}", size=size(use.weight_bytes)),
        *(
            _("forward pass, batch of {batch}: {told}", batch=one.batch, told=added(one))
            for one in (use.one, use.many)
        ),
        *_training(use),
        *_how(use),
    ]


def size(count: int) -> str:
    """Returns bytes in the unit that fits.

    Example:
        >>> size(1536), size(3 << 20), size(5 << 29)
        ('1.5 KiB', '3.0 MiB', '2.50 GiB')
    """
    if count < 2**20:
        return f"{count / 2**10:.1f} KiB"
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"


def added(passed: PassMemory) -> str:
    """Returns what passes add, no finer than it was measured; or that it was not, and why.

    Example:
        >>> added(PassMemory(32, 100 << 20, 32)), added(PassMemory(32, 100, 32))
        ('100 MiB more', 'less than 5 MiB more')
        >>> added(PassMemory(32, missing="no room"))
        'not measured (no room)'
    """
    if passed.added_bytes is None:
        return _("not measured ({reason})", reason=said(passed.missing))
    if passed.added_bytes < RESOLUTION:
        return _("less than {size} more", size=_rounded(RESOLUTION))
    figure = _rounded(passed.added_bytes)
    if passed.from_batch < passed.batch:
        return _(
            "about {size} more, by a line through batches of 1 and {batch}",
            size=figure,
            batch=passed.from_batch,
        )
    return _("{size} more", size=figure)


def answering(use: MemoryUse | None) -> str:
    """Returns the memory of weights and a batch being answered, short, for a table.

    Example:
        >>> answering(None)
        '–'
    """
    if use is None or use.answering_bytes is None:
        return "\N{EN DASH}"
    return _rounded(use.answering_bytes)


def training(use: MemoryUse | None) -> str:
    """Returns the memory of weights and a training step, short, for a table."""
    if use is None or use.training.added_bytes is None:
        return "\N{EN DASH}"
    return _rounded(use.weight_bytes + use.training.added_bytes)


def passed(one: PassMemory) -> str:
    """Returns what a figure of a table was measured on; or that it was not.

    Example:
        >>> passed(PassMemory(32, 100, 8)), passed(PassMemory(32, missing="no room"))
        ('batch of 32, by a line through 1 and 8', 'not measured')
    """
    if one.added_bytes is None:
        return _("not measured")
    if one.from_batch < one.batch:
        return _(
            "batch of {batch}, by a line through 1 and {size}", batch=one.batch, size=one.from_batch
        )
    return _("batch of {batch}", batch=one.batch)


def _training(use: MemoryUse) -> list[str]:
    step = _(
        "training step of everything with Adam, batch of {batch}: {told}",
        batch=use.training.batch,
        told=added(use.training),
    )
    if use.training.added_bytes is None or use.kept_bytes < RESOLUTION:
        return [step]
    kept = _(
        "gradients and the means of Adam are {size} of it, whatever the batch",
        size=size(use.kept_bytes),
    )
    return [step, kept]


def _how(use: MemoryUse) -> list[str]:
    if use.one.added_bytes is None:
        return []
    device = _DEVICES.get(use.device, use.device)
    if use.framework_bytes is None:
        return [_("as the framework's own statistics of the {device} say", device=device)]
    told = [
        _("Python and the framework: {size} besides", size=_rounded(use.framework_bytes)),
        _(
            "measured on the {device} in a process of its own: passes to within {size}, a training "
            "step to within a quarter",
            device=device,
            size=_rounded(RESOLUTION),
        ),
    ]
    if use.at_least:
        least = _("it may be more: this system tells only the largest memory of a whole process")
        told.append(least)
    return told


def _rounded(count: int) -> str:
    if count >= 2**30:
        return f"{count / 2**30:.2f} GiB"
    return f"{count / 2**20:,.0f} MiB"
