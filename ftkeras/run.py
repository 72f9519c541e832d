"""The one entry point: `python -m ftkeras.run --flagfile=experiments/…/run.flags`."""

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ftkeras import catalog, flags
from ftkeras.errors import UserError
from ftkeras.report import language


def main(argv: list[str]) -> int:
    """Runs one workflow.

    Args:
        argv: Arguments without the program's name.

    Returns:
        The exit status: 0 when done, 2 for a problem the user can mend, 130 when interrupted.
    """
    try:
        config = flags.parse(argv)
        if config is None:
            print(flags.help_text())
            return 0
        # Both must stand before anything imports Keras or TensorFlow.
        if config.keras_backend:
            os.environ["KERAS_BACKEND"] = config.keras_backend
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        with _silent_start():
            workflow = catalog.find("workflows", config.mode)
            if "backbone" in catalog.constant("workflows", config.mode, "REQUIRED"):
                for handle in config.backbones:
                    catalog.find("backbones", handle.scheme)
            _find_devices()
        with language.using(config.language):
            workflow(config)
    except UserError as error:
        print(f"ftkeras: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(
            f"ftkeras: Expected free space on the disk. Received: {error}. Earlier results are "
            "untouched. Make room, or choose another --run_dir and --cache_dir, and run again.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(
            "\nftkeras: stopped. Earlier results are untouched and computed features are kept; the "
            "same command goes on from there.",
            file=sys.stderr,
        )
        return 130
    return 0


def _find_devices() -> None:
    """Lets TensorFlow look for accelerators now, while its C++ code is muted."""
    loaded = sys.modules
    if "keras" in loaded and loaded["keras"].backend.backend() == "tensorflow":
        loaded["tensorflow"].config.list_logical_devices()


@contextmanager
def _silent_start() -> Iterator[None]:
    """Mutes standard error: TensorFlow's C++ code greets there, and no setting reaches it.

    What goes wrong in an import is raised, and so not lost.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _insist(number: int, frame: object) -> None:
    """Interrupts now, and again until it is heard: a callback from C++ can swallow an exception."""
    signal.setitimer(signal.ITIMER_REAL, 5.0)
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _insist)
    signal.signal(signal.SIGALRM, _insist)
    sys.exit(main(sys.argv[1:]))
