"""Which SavedModels may run when a file is opened that somebody else may have written."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ftkeras.errors import UserError

ENVIRONMENT = "FTKERAS_TRUSTED_SAVED_MODELS"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_trusted: ContextVar[frozenset[str]] = ContextVar("trusted_saved_models", default=frozenset())


@contextmanager
def trusting(*sha256: str) -> Iterator[None]:
    """Lets SavedModels with these digests run when saved models are loaded in safe mode.

    A SavedModel is a program: it can read and write files. So a `.keras` file or a run directory
    that carries one is refused in safe mode, unless the digest of its program is allowed here or in
    the environment variable `FTKERAS_TRUSTED_SAVED_MODELS` (separated by commas).

    Args:
        *sha256: Digests as `ftkeras.backbones.saved_model.digest.digest` computes them; the refusal
            names the one it wants.

    Raises:
        UserError: A digest is not 64 hexadecimal digits.

    Example:
        >>> with trusting("0" * 64):
        ...     is_trusted("0" * 64), is_trusted("1" * 64)
        (True, False)
    """
    for text in sha256:
        if not isinstance(text, str) or not _SHA256.fullmatch(text):
            raise UserError(
                "Expected the SHA-256 of a SavedModel, 64 hexadecimal digits. "
                f"Received: trusted={text!r}. Copy it from the refusal."
            )
    token = _trusted.set(_trusted.get() | frozenset(sha256))
    try:
        yield
    finally:
        _trusted.reset(token)


def is_trusted(sha256: str) -> bool:
    """Returns whether a digest is allowed, here or by the environment."""
    allowed = os.environ.get(ENVIRONMENT, "").split(",")
    return sha256 in _trusted.get() or sha256 in (text.strip() for text in allowed)


def expect_trusted(sha256: str | None, where: str) -> None:
    """Refuses a SavedModel that is not allowed.

    Args:
        sha256: Digest of its program.
        where: What carries it, for the message.

    Raises:
        UserError: The digest is unknown or not allowed.
    """
    if sha256 is None or not is_trusted(sha256):
        raise UserError(
            "Expected a trusted SavedModel: it is a program, which can read and write files. "
            f"Received: {where} with sha256={sha256}, which is not on the list. If you know where "
            f"it comes from, allow it: --trust={sha256} on the command line, "
            f"ftkeras.backbones.trusting({sha256!r}) in Python, or {ENVIRONMENT}={sha256} in the "
            "environment."
        )
