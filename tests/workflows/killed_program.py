"""Fine-tunes as the command line does, saving after every step; kills itself after some."""

import os
import signal
import sys

from ftkeras import run
from ftkeras.training import checkpoint

given = left = int(sys.argv[1])
save = checkpoint.Checkpoint.save
checkpoint._SECONDS_AT_LEAST = checkpoint._SHARE = 0.0


def counted(self, about, arrays):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    save(self, about, arrays)


checkpoint.Checkpoint.save = counted
checkpoint.Checkpoint.due = True
code = run.main(sys.argv[2:])
if "COUNT_SAVES" in os.environ:
    print(f"saves: {given - left}")  # noqa: T201
sys.exit(code)
