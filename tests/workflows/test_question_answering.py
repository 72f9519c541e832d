"""Questions with answers in a text, from a file to the report, held to the rules of SQuAD."""

import csv
import json
import shutil

import numpy as np
import pytest

import ftkeras
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _serving_cost
from ftkeras.workflows._prepared_data import prepare
from tests.helpers import squad_script
from tests.helpers.finished_runs import (
    check_judged_again_alike,
    leaderboard,
    measured,
    newest_evaluation,
    page_in,
    predictions,
)

F1, EXACT = "answer_f1_score", "answer_exact_match"
WORDS = ["the", "a", "good", "bad", "film", "is", "very", "cafe", "watch", "don"]


def write(path, paragraphs, seed, asked=2):
    """The answer stands behind "中"; one question in three asks for what is not there."""
    rng = np.random.default_rng(seed)
    told = []
    for number in range(paragraphs):
        words = [str(word) for word in rng.choice(WORDS, int(rng.integers(6, 24)))]
        at = int(rng.integers(1, len(words) - 2))
        context = " ".join([*words[:at], "中", *words[at:]]) + f" {seed} {number}."
        answer = words[at]
        start = context.index("中") + 2
        golds = [{"text": answer, "answer_start": start}]
        golds += [{"text": f"{answer} {words[at + 1]}", "answer_start": start}]
        qas = []
        for k in range(asked):
            impossible = (number + k) % 3 == 0
            question = f"{'文' if impossible else '中'} {WORDS[k]}?"
            qas.append({"id": f"{seed}.{number}.{k}", "question": question,
                        "answers": [] if impossible else golds, "is_impossible": impossible})  # fmt: skip
        told.append({"context": context, "qas": qas})
    path.write_text(json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": told}]}))
    return f"squad(path={str(path)!r})"


@pytest.fixture(scope="module")
def asked(preset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers")
    return folder, {
        "mode": "finetune",
        "backbone": str(preset),
        "task": "question_answering(stride=4, max_answer_length=3)",
        "data": write(folder / "train.json", 60, seed=1),
        "phase": ["linear_probe(epochs=2, learning_rate=0.02)",
                  "everything(epochs=1, learning_rate=0.003)"],
        "cache_dir": str(folder / "cache"),
        "seed": 3,
    }  # fmt: skip


@pytest.fixture(scope="module")
def finished(asked):
    folder, settings = asked
    return folder, ftkeras.finetune(RunConfig.read(**settings, run_dir=str(folder / "run")))


def by_the_script(rows):
    # As the script of SQuAD 2.0 does: gold answers of which nothing is left do not count.
    golds = [[gold["text"] for gold in each if squad_script.normalize(gold["text"])] or [""]
             for each in rows.labels]  # fmt: skip
    said = [each["text"] for each in rows.answers]
    return (squad_script.mean_best(squad_script.f1, golds, said, version=2),
            squad_script.mean_best(squad_script.exact, golds, said))  # fmt: skip


@pytest.mark.parametrize("name", ["model", "sliding_window", "first_sentence",
                                  "most_frequent_answer"])  # fmt: skip
def test_scores_equal_those_of_the_script_of_squad(finished, name):
    folder, record = finished
    place = "" if name == "model" else "baselines/"
    rows = predictions(folder / "run", place + name).part("test")
    f1, exact = by_the_script(rows)
    found = measured(record, "test", name)
    assert list(found) == [F1, EXACT]
    assert found[F1].value == pytest.approx(f1)
    assert found[EXACT].value == pytest.approx(exact)
    assert found[F1].num_units == len(rows) == record.split["counts"]["test"]


def test_answers_are_cut_from_their_context(finished):
    folder, _ = finished
    rows = predictions(folder / "run")
    for preview, answer in zip(rows.previews, rows.answers, strict=True):
        context = preview.partition("\n")[2]
        for each in [answer, *answer["best"]]:
            if each["text"]:
                assert context[each["start"] : each["start"] + len(each["text"])] == each["text"]


def test_no_context_stands_in_two_parts(finished):
    folder, record = finished
    rows = predictions(folder / "run")
    contexts = [preview.partition("\n")[2] for preview in rows.previews]
    parts = [{c for c, part in zip(contexts, rows.splits, strict=True) if part == name}
             for name in ("validation", "test")]  # fmt: skip
    assert parts[0].isdisjoint(parts[1])
    assert record.split["rule"].startswith("grouped(column='passage'")
    assert not [each for each in record.data["findings"] if each["check"] == "shared_contexts"]


def test_long_contexts_are_read_in_windows_and_stay_one_example(finished):
    folder, record = finished
    test = record.analyses["windows"]["parts"]["test"]
    assert test["questions"] == len(predictions(folder / "run").part("test"))
    assert test["windows"] > test["questions"] > test["several"] > 0
    assert record.analyses["windows"]["room"] == 13


def test_the_threshold_of_no_answer_is_the_best_on_validation(finished):
    folder, record = finished
    rows = predictions(folder / "run").part("validation")
    found = record.analyses["answers"]["threshold"]
    assert found["value"] == pytest.approx(measured(record, "validation")[F1].value)
    assert found["value"] >= max(found["always"], found["never"]) - 1e-9
    margins = [each["null_score"] - each["best"][0]["score"] for each in rows.answers]
    silent = [margin > found["threshold"] for margin in margins]
    assert silent == [not each["text"] for each in rows.answers]
    impossible = [not golds for golds in rows.labels]
    assert found["never"] == pytest.approx(np.mean(impossible))


def test_kinds_of_questions_are_judged_apart(finished):
    folder, record = finished
    rows = predictions(folder / "run").part("test")
    kinds = record.analyses["answers"]["kinds"]
    with_answer = rows.take(np.flatnonzero([bool(golds) for golds in rows.labels]))
    assert kinds["answer"]["questions"] == len(with_answer)
    assert kinds["answer"]["scores"][0]["value"] == pytest.approx(by_the_script(with_answer)[0])
    assert kinds["no answer"]["questions"] == len(rows) - len(with_answer)


def test_begins_and_ends_are_streamed(finished):
    _, record = finished
    for phase in record.phases:
        assert {"val_loss", "val_start_accuracy", "val_end_accuracy"} <= set(phase["history"])
    assert 0 <= record.streamed["test"]["start_accuracy"] <= 1
    losses = record.phases[0]["history"]["loss"]
    assert losses[-1] < losses[0]


def test_the_report_speaks_of_answers_and_of_no_classes(finished):
    folder, _ = finished
    page = (folder / "run/report.html").read_text()
    for words in ("Question answering", "With an answer, and without", "Worst answers",
                  "are about texts that are too long", "“No answer” is said"):  # fmt: skip
        assert words in page
    for words in ("Confusion matrix", "ROC curve", "classification", "nan", "Exact match ratio"):
        assert words not in page


def test_the_report_is_told_in_chinese(finished, tmp_path):
    folder, _ = finished
    page = page_in("zh", folder / "run", tmp_path)
    assert "最差的回答" in page
    for words in ("Worst answers", "With an answer", "Sliding window", "First sentence"):
        assert words not in page


def test_predictions_on_disk_are_judged_again_alike(finished):
    folder, record = finished
    check_judged_again_alike(folder / "run", record, ["answers"])


def test_a_finished_run_answers_as_it_did(finished):
    folder, _ = finished
    rows = predictions(folder / "run").part("test")
    pairs = [tuple(preview.split("\n", 1)) for preview in rows.previews]
    model = ftkeras.load(folder / "run")
    assert model.predict(pairs) == [each["text"] for each in rows.answers]
    (alone,) = model.answers(pairs[:1])
    assert alone["null_score"] == pytest.approx(rows.answers[0]["null_score"], abs=1e-4)


def test_new_questions_are_answered_and_judged(finished):
    folder, _ = finished
    data = write(folder / "new.json", 8, seed=2)
    config = RunConfig.read(mode="evaluate", run_dir=str(folder / "run"), data=data)
    record = ftkeras.evaluate(config)
    rows = predictions(newest_evaluation(folder / "run"))
    assert measured(record, "test")[F1].value == pytest.approx(by_the_script(rows)[0])
    assert "Worst answers" in (newest_evaluation(folder / "run") / "report.html").read_text()


def test_new_questions_about_texts_of_training_are_told_apart(finished, capsys):
    folder, _ = finished
    train = json.loads((folder / "train.json").read_text())
    known = {tuple(pair) for pair in prepare(RunConfig.read(**again(folder))).parts["train"].inputs}
    write(folder / "more.json", 6, seed=9)
    more = json.loads((folder / "more.json").read_text())
    paragraphs = [p for p in train["data"][0]["paragraphs"]
                  if (p["qas"][0]["question"], p["context"]) in known][:4]  # fmt: skip
    for paragraph in paragraphs:
        for qa in paragraph["qas"]:
            qa["question"] = f"Now, {qa['question']}"
    more["data"][0]["paragraphs"] += paragraphs
    (folder / "more.json").write_text(json.dumps(more))
    data = f"squad(path={str(folder / 'more.json')!r})"
    config = RunConfig.read(mode="evaluate", run_dir=str(folder / "run"), data=data)
    record = ftkeras.evaluate(config)
    assert "8 questions are about contexts that the run was trained" in capsys.readouterr().out
    (found,) = [each for each in record.data["findings"] if each["check"] == "shared_contexts"]
    assert found["severity"] == "warning"
    rows = predictions(newest_evaluation(folder / "run"))
    seen = rows.columns["context seen before"].tolist()
    contexts = {paragraph["context"] for paragraph in paragraphs}
    said = [preview.partition("\n")[2] for preview in rows.previews]
    assert seen == ["yes" if context in contexts else "no" for context in said]
    assert seen.count("yes") == 8


def again(folder):
    """The settings of the finished run."""
    record = RunRecord.read(folder / "run/record.json")
    return {name: value for name, value in record.config.items() if value is not None}


def as_table(source, path):
    """The same questions as rows of a table; an empty cell says that there is no answer."""
    content = json.loads(source.read_text())
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "context", "answer"])
        for paragraph in content["data"][0]["paragraphs"]:
            for qa in paragraph["qas"]:
                said = "" if qa["is_impossible"] else qa["answers"][0]["text"]
                writer.writerow([qa["question"], paragraph["context"], said])
    return f"csv(path={str(path)!r}, text='question', second_text='context', label='answer')"


def test_of_parts_in_files_of_their_own_validation_is_held_out_by_context(tmp_path):
    calls = {}
    for seed, part, count in ((1, "train", 40), (2, "test", 5)):
        write(tmp_path / f"{part}.json", count, seed=seed)
        calls[part] = as_table(tmp_path / f"{part}.json", tmp_path / f"{part}.csv")
    data = prepare(RunConfig.read(
        mode="check_data", task="question_answering", data=str(Call("parts", calls)),
        split="given(column='part')", run_dir=str(tmp_path / "run"),
    ))  # fmt: skip
    contexts = {name: {context for _, context in part.inputs} for name, part in data.parts.items()}
    assert len(contexts["validation"]) >= 4
    assert contexts["train"].isdisjoint(contexts["validation"] | contexts["test"])
    assert [golds for golds in data.labels["test"] if not len(golds)]


def test_new_questions_in_a_table_may_lack_an_answer_as_in_training(finished):
    folder, _ = finished
    write(folder / "table.json", 6, seed=5)
    data = as_table(folder / "table.json", folder / "new.csv")
    config = RunConfig.read(mode="evaluate", run_dir=str(folder / "run"), data=data)
    assert ftkeras.evaluate(config).data["labels"]["test"] == {"answer": 8, "no answer": 4}
    record = RunRecord.read(folder / "run/record.json")
    found = _serving_cost._read(data, record)
    assert len(found) == 12


def test_two_runs_are_compared_question_by_question(finished, tmp_path):
    folder, record = finished
    shutil.copytree(folder / "run", tmp_path / "other")
    answers = folder / "run/predictions/baselines/first_sentence.parquet"
    shutil.copy(answers, tmp_path / "other/predictions/model.parquet")
    board = leaderboard(tmp_path / "both", folder / "run", tmp_path / "other", cost="recorded")
    (pair,) = board["pairs"]
    values = {row["name"]: row["scores"][0]["value"] for row in board["rows"]}
    assert values["run"] == pytest.approx(measured(record, "test")[F1].value)
    assert values["other"] == pytest.approx(measured(record, "test", "first_sentence")[F1].value)
    assert pair["difference"] == pytest.approx(abs(values["run"] - values["other"]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"head": "linear"}, "--head=answer_span"),
        ({"tap": "mean_pooled"}, "Leave --tap out"),
        ({"pair": "two_towers"}, "Received: --pair=two_towers"),
        ({"clean": ["html"]}, "Received: --clean=html"),
        ({"recipe": "auto", "phase": None}, "Received: --recipe=auto"),
        ({"loss": "huber"}, "take one of: span_cross_entropy"),
        ({"threshold": "maximum_f1"}, "Received: --task=question_answering"),
        ({"balance": "oversample"}, "answers with spans"),
        ({"task": "binary", "head": "answer_span"}, "--task=question_answering"),
    ],
)
def test_what_answers_cannot_have_is_refused(asked, changed, message, tmp_path):
    with pytest.raises(UserError, match=message):
        ftkeras.finetune(RunConfig.read(**{**asked[1], **changed, "run_dir": str(tmp_path / "r")}))


@pytest.mark.slow
def test_a_run_on_kept_states_equals_one_end_to_end(asked, tmp_path):
    answers = []
    for kept in ("float32", "none"):
        phase = [f"linear_probe(epochs=2, learning_rate=0.02, cache={kept!r})"]
        settings = {**asked[1], "phase": phase, "run_dir": str(tmp_path / kept)}
        ftkeras.finetune(RunConfig.read(**settings))
        answers.append(predictions(tmp_path / kept).answers)
    for one, other in zip(*answers, strict=True):
        assert one["null_score"] == pytest.approx(other["null_score"], abs=1e-3)
        assert one["best"][0]["score"] == pytest.approx(other["best"][0]["score"], abs=1e-3)
