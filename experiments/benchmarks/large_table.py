"""Five million short texts in a folder of Parquet files: read, split, checked and streamed.

    python -m experiments.benchmarks.large_table                 # some ten minutes on two cores
    python -m experiments.benchmarks.large_table --rows 1100000  # a minute; shows that it runs

The texts are generated: 8 to 16 words of 5,000, and a number; one in a hundred repeats another one
in capitals, one in a thousand does so with another label. Everything runs in one process of its
own, whose largest resident memory the operating system reports (`resource.getrusage`): reading
with ids, exact duplicates, a stratified split with its saved digest, all checks of the data,
and one epoch of shuffled, bucketed batches over the training part, encoded byte by byte.

Expected: less than 2 GiB, and as many repeats and contradictions found as were planted.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

RESULTS = Path(__file__).parent / "results" / "large_table.json"
FILES = 50
REPEATED = 100
CONTRADICTED = 1000
LIMIT = 2 << 30


@dataclass
class Measured:
    """What one process did, in seconds of wall and CPU time, and its largest memory so far."""

    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    peak_bytes: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    _since: tuple[float, float] = field(
        default_factory=lambda: (time.perf_counter(), time.process_time())
    )

    def done(self, stage: str) -> None:
        """Notes the end of a stage."""
        now = (time.perf_counter(), time.process_time())
        self.seconds[stage] = now[0] - self._since[0]
        self.cpu_seconds[stage] = now[1] - self._since[1]
        self.peak_bytes[stage] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self._since = now


def generate(folder: Path, rows: int) -> dict[str, int]:
    """Writes the folder; returns how many repeats and contradictions are in it."""
    random = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(random.choice(letters, random.integers(2, 9))) for _ in range(5000)]
    repeated = contradicted = 0
    for number, some in enumerate(np.array_split(np.arange(rows), FILES)):
        lengths = random.integers(8, 17, len(some))
        drawn = random.integers(0, len(words), (len(some), 16)).tolist()
        texts = [
            f"{' '.join([words[i] for i in row[:n]])} {at}"
            for row, n, at in zip(drawn, lengths.tolist(), some.tolist(), strict=True)
        ]
        labels = random.choice(["bad", "good", "so-so"], len(some), p=[0.3, 0.5, 0.2])
        for row in range(1, len(some), 2):  # odd rows repeat the even ones before them
            if row % REPEATED == 1:
                texts[row] = texts[row - 1].upper()
                labels[row] = labels[row - 1]
                repeated += 1
            elif row % CONTRADICTED == 3:
                texts[row] = texts[row - 1].upper()
                labels[row] = "good" if labels[row - 1] == "bad" else "bad"
                contradicted += 2
        table = pa.table({"text": texts, "label": labels, "part": [f"file {number}"] * len(some)})
        pq.write_table(table, folder / f"{number:03}.parquet")
    return {"repeated": repeated, "conflicting_labels": contradicted}


class Bytes:
    """Texts as their bytes: preprocessing that costs next to nothing."""

    modality = "text"
    config: ClassVar[dict[str, Any]] = {}

    def __call__(self, values: Any) -> Any:
        """Encodes texts."""
        from ftkeras.contracts.backbone import Encoded

        encoded = [np.frombuffer(text.encode()[:128], np.uint8) for text in values]
        lengths = np.array([len(row) for row in encoded])
        ids = np.zeros((len(encoded), lengths.max()), np.int32)
        ids[np.arange(ids.shape[1]) < lengths[:, None]] = np.concatenate(encoded)
        return Encoded({"ids": ids}, lengths)

    def sizes(self, values: Any) -> NDArray[np.int64]:
        """Returns the lengths."""
        return np.array([min(128, len(text.encode())) for text in values], np.int64)

    def save(self, directory: Path) -> None:
        """Has nothing to write."""


def work(folder: Path) -> Measured:
    """Does everything in this process."""
    from ftkeras.config import RunConfig
    from ftkeras.records import split_table
    from ftkeras.workflows._prepared_data import prepare

    measured = Measured()
    config = RunConfig.read(
        mode="check_data", task="multiclass", data=f"parquet(path={str(folder)!r})"
    )
    data = prepare(config)
    measured.done("read, deduplicated, split and checked")
    measured.counts = {
        "dropped": data.dropped,
        "parts": {name: len(part) for name, part in data.parts.items()},
        "findings": [f"{f.severity}: {f.message}"[:200] for f in data.findings],
    }
    split_table.write(data.split, folder.parent / "split.parquet")
    measured.counts["split"] = data.split.digest
    measured.done("split written")
    train, labels = data.parts["train"].inputs, data.labels["train"]
    del data

    # Keras is loaded here, so that what it takes is seen.
    from ftkeras.training.batches import Batches
    from ftkeras.training.examples import from_inputs
    from ftkeras.training.length_buckets import round_up

    measured.done("Keras loaded")
    batches = Batches(from_inputs(train, labels, Bytes(), round_up), 32, seed=0)
    measured.done("lengths known")
    streamed = padded = true = 0
    for index in range(len(batches)):
        x, y = batches[index]
        streamed += len(y)
        padded += x.size
        true += int((x != 0).sum())
    measured.counts |= {"streamed": streamed, "padding": 1 - true / padded}
    measured.done("one epoch streamed")
    return measured


def main() -> None:
    """Generates, measures in a process of its own, prints and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    if arguments.work:
        print(json.dumps({k: v for k, v in asdict(work(arguments.work)).items() if k[0] != "_"}))
        return
    place = Path(tempfile.mkdtemp())
    try:
        folder = place / "texts"
        folder.mkdir()
        planted = generate(folder, arguments.rows)
        size = sum(file.stat().st_size for file in folder.iterdir())
        command = [sys.executable, "-m", __spec__.name, "--work", str(folder)]
        answer = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "TMPDIR": place}
        )
        found = json.loads(answer.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(place)
    for stage, seconds in found["seconds"].items():
        peak = found["peak_bytes"][stage] / 2**30
        cpu = found["cpu_seconds"][stage]
        print(f"{stage:40} {seconds:7.1f} s {cpu:7.1f} s CPU {peak:6.2f} GiB at most so far")
    print(f"dropped {found['counts']['dropped']}, planted {planted}")
    print(f"parts {found['counts']['parts']}, padding {found['counts']['padding']:.1%}")
    for finding in found["counts"]["findings"]:
        print("-", finding)
    if arguments.rows >= 5_000_000:
        told = {"rows": arguments.rows, "parquet_bytes": size, "planted": planted, **found}
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    if planted != {name: found["counts"]["dropped"][name] for name in planted}:
        raise SystemExit("Not all that was planted was found.")
    if max(found["peak_bytes"].values()) >= LIMIT:
        raise SystemExit("More than 2 GiB were taken.")


if __name__ == "__main__":
    main()
