"""Five million short texts in a folder of Parquet files: read, split, checked and streamed.

    python -m experiments.benchmarks.large_table                 # some ten minutes on two cores
    python -m experiments.benchmarks.large_table --rows 1100000  # a minute; shows that it runs
    python -m experiments.benchmarks.large_table --finetune      # a million, some half an hour

The texts are generated: 8 to 16 words of 5,000, and a number; one in a hundred repeats another one
in capitals, one in a thousand does so with another label. Everything runs in one process of its
own, whose largest resident memory the operating system reports (`resource.getrusage`): reading
with ids, exact duplicates, a stratified split with its saved digest, all checks of the data,
and one epoch of shuffled, bucketed batches over the training part, encoded byte by byte.

Expected: less than 2 GiB, and as many repeats and contradictions found as were planted.

`--finetune` runs `finetune` on such a folder, whose labels follow from the words: a BERT of one
layer with random weights, three epochs of a head on its frozen features, all baselines, intervals
and the report. Texts and features stay on disk, whatever the number of rows.
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
FINETUNED = RESULTS.with_name("large_finetune.json")
FILES = 50
REPEATED = 100
CONTRADICTED = 1000
WIDTH = 32
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


def vocabulary(random: np.random.Generator) -> list[str]:
    """Returns the words that texts are made of."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return ["".join(random.choice(letters, random.integers(2, 9))) for _ in range(5000)]


def generate(folder: Path, rows: int, telling: bool = False) -> dict[str, int]:
    """Writes the folder; returns how many repeats and contradictions are in it.

    Args:
        folder: Where to.
        rows: How many.
        telling: Whether labels follow from the words, nine times in ten.
    """
    random = np.random.default_rng(0)
    words = vocabulary(random)
    repeated = contradicted = 0
    for number, some in enumerate(np.array_split(np.arange(rows), FILES)):
        lengths = random.integers(8, 17, len(some))
        drawn = random.integers(0, len(words), (len(some), 16)).tolist()
        texts = [
            f"{' '.join([words[i] for i in row[:n]])} {at}"
            for row, n, at in zip(drawn, lengths.tolist(), some.tolist(), strict=True)
        ]
        labels = random.choice(["bad", "good", "so-so"], len(some), p=[0.3, 0.5, 0.2])
        if telling:
            votes = [np.bincount(np.remainder(row[:n], 3), minlength=3).argmax()
                     for row, n in zip(drawn, lengths.tolist(), strict=True)]  # fmt: skip
            told = np.array(["bad", "good", "so-so"])[votes]
            labels = np.where(random.random(len(some)) < 0.9, told, labels)
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


def write_preset(place: Path) -> None:
    """Writes a BERT of one layer with random weights, and a tokenizer that knows the words."""
    import keras
    import keras_hub

    keras.utils.set_random_seed(0)
    digits = [str(digit) for digit in range(10)]
    words = dict.fromkeys(vocabulary(np.random.default_rng(0)))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *digits]
    pieces += [f"##{digit}" for digit in digits]
    backbone = keras_hub.models.BertBackbone(
        vocabulary_size=len(pieces), num_layers=1, num_heads=2, hidden_dim=WIDTH,
        intermediate_dim=2 * WIDTH, max_sequence_length=32,
    )  # fmt: skip
    backbone.save_to_preset(str(place))
    tokenizer = keras_hub.models.BertTokenizer(pieces, lowercase=True)
    keras_hub.models.BertTextClassifierPreprocessor(tokenizer).save_to_preset(str(place))


def finetune(folder: Path, rows_in_memory: int) -> Measured:
    """Runs `finetune` in this process."""
    import ftkeras

    measured = Measured()
    write_preset(folder.parent / "preset")
    measured.done("preset written")
    config = ftkeras.RunConfig.read(
        mode="finetune",
        task="multiclass",
        backbone=str(folder.parent / "preset"),
        data=f"parquet(path={str(folder)!r}, rows_in_memory={rows_in_memory})",
        phase=["linear_probe(epochs=3, learning_rate=0.003, batch_size=512)"],
        cache_dir=str(folder.parent / "cache"),
        run_dir=str(folder.parent / "run"),
    )
    record = ftkeras.finetune(config)
    measured.done("fine-tuned, judged and reported")
    test = {model: found[0].value for model, found in record.measurements["test"].items()}
    measured.counts = {
        "dropped": record.data["dropped"],
        "parts": record.split["counts"],
        "findings": [f"{f['severity']}: {f['message']}"[:300] for f in record.data["findings"]],
        "padding": record.padding,
        "passes": record.passes,
        "stages": record.seconds,
        "accuracy": test,
    }
    return measured


def main() -> None:
    """Generates, measures in a process of its own, prints and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--finetune", action="store_true")
    parser.add_argument("--rows_in_memory", type=int, default=0, help="With --finetune.")
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    if asked.work:
        tell(finetune(asked.work, asked.rows_in_memory) if asked.finetune else work(asked.work))
        return
    rows = asked.rows or (1_000_000 if asked.finetune else 5_000_000)
    place = Path(tempfile.mkdtemp())
    try:
        folder = place / "texts"
        folder.mkdir()
        planted = generate(folder, rows, telling=asked.finetune)
        size = sum(file.stat().st_size for file in folder.iterdir())
        command = [sys.executable, "-m", __spec__.name, "--work", str(folder)]
        if asked.finetune:
            command += ["--finetune", f"--rows_in_memory={asked.rows_in_memory}"]
        environment = {**os.environ, "TMPDIR": str(place)}
        answer = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
    finally:
        shutil.rmtree(place)
    found = json.loads(answer.stdout.splitlines()[-1])
    show(found, planted)
    RESULTS.parent.mkdir(exist_ok=True)
    told = {"rows": rows, "parquet_bytes": size, "planted": planted, **found}
    if asked.finetune:
        of_all = json.loads(FINETUNED.read_text()) if FINETUNED.exists() else {}
        of_all[f"{rows} rows, {asked.rows_in_memory} in memory"] = told
        FINETUNED.write_text(json.dumps(of_all, indent=1) + "\n")
    elif rows >= 5_000_000:
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    if planted != {name: found["counts"]["dropped"][name] for name in planted}:
        raise SystemExit("Not all that was planted was found.")
    if max(found["peak_bytes"].values()) >= LIMIT:
        raise SystemExit("More than 2 GiB were taken.")


def show(found: dict[str, Any], planted: dict[str, int]) -> None:
    """Prints what was measured."""
    for stage, seconds in found["seconds"].items():
        peak = found["peak_bytes"][stage] / 2**30
        cpu = found["cpu_seconds"][stage]
        print(f"{stage:40} {seconds:7.1f} s {cpu:7.1f} s CPU {peak:6.2f} GiB at most so far")
    counts = found["counts"]
    print(f"dropped {counts['dropped']}, planted {planted}")
    print(f"parts {counts['parts']}, padding {counts['padding']:.1%}")
    for finding in counts["findings"]:
        print("-", finding)
    for name in {"accuracy", "stages", "passes"} & set(counts):
        print(name, counts[name])


def tell(measured: Measured) -> None:
    """Prints what one process did, as the last line of its output."""
    print(json.dumps({k: v for k, v in asdict(measured).items() if k[0] != "_"}))


if __name__ == "__main__":
    main()
