"""What a person is shown of something long."""

from collections.abc import Callable
from typing import Any

Step = Callable[[str, str], Callable[..., Any]]
"""Starts a step that a person sees: name and unit -> `progress(done, total, note)`."""
