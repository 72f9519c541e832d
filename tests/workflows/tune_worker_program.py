"""A worker of a search: `python tune_worker_program.py settings.json NUMBER_OF_TRIAL_TO_HANG_IN`."""

import json
import sys
import threading
from pathlib import Path

from ftkeras.config import RunConfig
from ftkeras.workflows import _trial
from ftkeras.workflows.tune import tune

settings, hang_in = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])


class Hanging(_trial.Trials):
    """Runs trials; never comes back from the second epoch of one of them."""

    begun = 0

    def __call__(self, config, tell):
        number, Hanging.begun = Hanging.begun, Hanging.begun + 1

        def told(epoch, value):
            tell(epoch, value)
            if number == hang_in and epoch == 1:
                threading.Event().wait()

        return super().__call__(config, told)


_trial.Trials = Hanging
tune(RunConfig.read(**settings), heartbeat=1)
