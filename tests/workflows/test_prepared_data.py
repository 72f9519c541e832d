"""What a run makes of its data before anything is computed."""

import numpy as np
import pytest

from ftkeras.config import RunConfig
from ftkeras.workflows._prepared_data import prepare


@pytest.fixture
def rated(tmp_path):
    """Thirty samples, and one more that was measured by two people in two years."""
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdefghij"), 9)) for _ in range(30)]
    rows = [f"{word},{row}.0,rater {row % 7},{2000 + row}" for row, word in enumerate(words)]
    rows += ["measured again,1.0,rater 0,2001", "measured again,3.0,rater 1,2002"]
    (tmp_path / "rated.csv").write_text("\n".join(["text,label,rater,year", *rows]) + "\n")
    return tmp_path / "rated.csv"


@pytest.mark.parametrize("split", ["random", "grouped(column='rater')", "by_time(column='year')"])
def test_repeated_measurements_are_averaged_whatever_else_their_rows_say(rated, split):
    config = RunConfig.read(
        mode="finetune", task="regression", data=f"csv(path={str(rated)!r})", split=split,
        backbone="preset://never_loaded", run_dir=str(rated.parent / "run"),
    )  # fmt: skip
    data = prepare(config)
    found = {
        text: float(label)
        for part in data.parts.values()
        for text, label in zip(part.inputs.tolist(), part.labels.tolist(), strict=True)
    }
    assert found["measured again"] == 2.0
    assert len(found) == 31
