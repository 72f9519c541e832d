"""Tags, from a file with one word a line to the report, held to seqeval and scikit-learn."""

import re

import numpy as np
import pytest
from seqeval.metrics import f1_score, precision_score, recall_score
from sklearn.metrics import accuracy_score

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.training.fine_tuned import load
from tests.backbones import reference_bert
from tests.helpers.finished_runs import (
    check_judged_again_alike,
    leaderboard,
    measured,
    newest_evaluation,
    page_in,
    predictions,
)
from tests.helpers.tagged_texts import conll

TEXTS = 90
HEADLINE = "entity_f1_score"
REFERENCE = {
    HEADLINE: f1_score,
    "entity_precision": precision_score,
    "entity_recall": recall_score,
    "tag_accuracy": lambda true, said: accuracy_score(sum(true, []), sum(said, [])),  # noqa: RUF017
}


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A preset whose layers change little of a word, so that what it is can be read from it."""
    weights = reference_bert.random_weights()
    for name, values in weights.items():
        if "LayerNorm" in name:
            weights[name] = np.full_like(values, float(name.endswith("weight")))
        elif "word_embeddings" not in name:
            weights[name] = 0.1 * values
    return reference_bert.write(tmp_path_factory.mktemp("preset") / "calm", weights)


@pytest.fixture(scope="module")
def asked(calm, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tags")
    conll(folder / "train.txt", TEXTS, seed=1)
    conll(folder / "new.txt", 12, seed=2)
    return folder, {
        "mode": "finetune",
        "backbone": str(calm),
        "task": "token_classification",
        "data": f"conll(path={str(folder / 'train.txt')!r})",
        "phase": [
            "linear_probe(epochs=15, learning_rate=0.05, batch_size=8)",
            "top_blocks(count=1, epochs=2, learning_rate=0.001, batch_size=8)",
        ],
        "cache_dir": str(folder / "cache"),
        "seed": 3,
    }


@pytest.fixture(scope="module")
def finished(asked):
    folder, settings = asked
    return folder, ftkeras.finetune(RunConfig.read(**settings, run_dir=str(folder / "run")))


def tags_of(rows):
    """True and answered tags by name, straight from the columns of the file."""
    names, lengths = rows.class_names, (rows.labels >= 0).sum(axis=1)
    true = [[names[k] for k in row[:n]] for row, n in zip(rows.labels, lengths, strict=True)]
    best = rows.logits.argmax(axis=-1)
    said = [[names[k] for k in row[:n]] for row, n in zip(best, lengths, strict=True)]
    return true, said


@pytest.mark.parametrize("model", ["model", "frequent_tag", "word_window_logistic_regression"])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_scores_equal_those_of_seqeval_on_the_predictions(finished, part, model):
    folder, record = finished
    place = "" if model == "model" else "baselines/"
    true, said = tags_of(predictions(folder / "run", place + model).part(part))
    found = measured(record, part, model)
    assert next(iter(found)) == HEADLINE
    for name, reference in REFERENCE.items():
        assert found[name].value == pytest.approx(reference(true, said), abs=1e-12)
        if model == "model":
            assert record.streamed[part][name] == pytest.approx(reference(true, said), abs=1e-12)
    assert {item.num_units for item in found.values()} == {len(true)}


def test_what_was_written_is_what_stands_in_the_predictions(finished, asked):
    folder, record = finished
    true, _ = tags_of(predictions(folder / "run").part("test"))
    lines = (folder / "train.txt").read_text().split("\n\n")
    known = {tuple(line.split("\t")[1] for line in text.split("\n") if line) for text in lines}
    assert {tuple(tags) for tags in true} <= known
    assert record.backbone["handle"].startswith("words://preset://")
    assert record.backbone["tap"] == "sequence"
    assert record.data["modality"] == "words"
    dropped = sum(record.data["dropped"].values())
    assert sum(record.split["counts"].values()) + dropped == TEXTS
    assert record.data["labels"]["train"]["B-PER"] == record.data["labels"]["train"]["I-PER"] > 0


def test_the_best_epoch_is_that_of_the_best_entities(finished):
    _, record = finished
    for phase in record.phases:
        values = phase["history"][f"val_{HEADLINE}"]
        assert len(values) == len(phase["history"]["loss"])
        assert len(phase["history"]["token_accuracy"]) == len(values)
    first, second = ([value or 0 for value in phase["history"][f"val_{HEADLINE}"]]
                     for phase in record.phases)  # fmt: skip
    assert record.phases[0]["best_epoch"] == 1 + int(np.argmax(first))
    gained = max(second) > max(first)
    assert record.phases[1]["best_epoch"] == (1 + int(np.argmax(second)) if gained else 0)
    kept = max(*first, *second)
    assert measured(record, "validation")[HEADLINE].value == pytest.approx(kept, abs=1e-6)
    assert kept > 0.5  # it has learnt


def test_types_of_entities_are_counted_as_seqeval_does(finished):
    folder, record = finished
    true, said = tags_of(predictions(folder / "run").part("test"))
    found = record.analyses["entity_types"]
    for each in found["types"]:
        only = [[[tag if tag.endswith(each["name"]) else "O" for tag in row] for row in rows]
                for rows in (true, said)]  # fmt: skip
        assert each["f1"]["value"] == pytest.approx(f1_score(*only), abs=1e-12)
        assert each["true"] == sum(tag == f"B-{each['name']}" for row in true for tag in row)
    cells = {(a, b): count for a, b, count in found["confusion"]}
    assert sum(cells.get((each["name"],) * 2, 0) for each in found["types"]) == sum(
        each["right"] for each in found["types"]
    )


def test_baselines_of_tags_are_on_the_ladder(finished):
    folder, record = finished
    others = {"majority", "frequent_tag", "word_window_logistic_regression"}
    assert set(record.measurements["test"]) == {"model", *others}
    assert measured(record, model="majority")["entity_precision"].value is None
    assert measured(record, model="frequent_tag")[HEADLINE].value > 0.9
    verdict = ftkeras.verdict(RunConfig.read(mode="verdict", run_dir=str(folder / "run")))
    assert verdict.rival in others


def test_the_report_marks_entities_and_speaks_of_tags(finished):
    folder, record = finished
    page = (folder / "run/report.html").read_text()
    assert '<h1>Token classification: <span class="name" dir="auto">5 tags</span></h1>' in page
    for words in ("Each type of entity", "Confusion of entity types", "Worst texts", "All words"):
        assert words in page
    for words in ("ROC curve", "Calibration", "Each class by itself", "nan", "Confusion matrix<"):
        assert words not in page
    if record.measurements["test"]["model"][0].value < 1:
        assert '<span class="entity lost">' in page
    assert "pipeline_tag: token-classification" in (folder / "run/model_card.md").read_text()


def test_the_report_is_told_in_chinese(finished, tmp_path):
    folder, _ = finished
    page = page_in("zh", folder / "run", tmp_path)
    for words in (
        "Each type of entity",
        "Worst texts",
        "Confusion of entity types",
        "Tag accuracy",
    ):
        assert words not in page
    assert "各类实体" in page


def test_predictions_on_disk_are_judged_again_alike(finished):
    folder, record = finished
    check_judged_again_alike(folder / "run", record, ["entity_types"])


def test_new_texts_are_answered_and_judged(finished):
    folder, _ = finished
    data = f"conll(path={str(folder / 'new.txt')!r})"
    record = ftkeras.evaluate(
        RunConfig.read(mode="evaluate", run_dir=str(folder / "run"), data=data)
    )
    true, said = tags_of(predictions(newest_evaluation(folder / "run")))
    assert len(true) == 12
    assert measured(record)[HEADLINE].value == pytest.approx(f1_score(true, said), abs=1e-12)


def test_a_finished_run_gives_each_word_a_tag(finished):
    folder, _ = finished
    model = load(folder / "run")
    texts = [["the", "very", "bad", "film"], ("good",), ["a"] * 40]
    together = model.predict(texts)
    assert [len(tags) for tags in together] == [4, 1, 40]
    assert together[2][14:] == ["O"] * 26  # behind the 16 tokens that it reads
    for text, tags in zip(texts, together, strict=True):
        assert model.predict([text])[0] == tags
        assert set(tags) <= set(model.vocabulary.class_names)
    assert model.predict([["the", "very", "bad", "film"]] * 40)[39] == together[0]
    with pytest.raises(UserError, match=r"text\.split"):
        model.predict(["the very bad film"])


def test_parts_of_speech_and_words_that_are_never_seen(asked, tmp_path):
    _, settings = asked
    changed = {
        "task": "token_classification(scheme='plain')",
        "phase": ["linear_probe(epochs=1, learning_rate=0.05)"],
        "sequence_length": 5,
        "run_dir": str(tmp_path / "run"),
    }
    record = ftkeras.finetune(RunConfig.read(**{**settings, **changed}))
    (finding,) = [one for one in record.data["findings"] if one["check"] == "unseen_words"]
    assert finding["severity"] == "warning"
    assert "not seen by the model" in finding["message"]
    assert list(measured(record)) == ["tag_accuracy"]
    true, said = tags_of(predictions(tmp_path / "run").part("test"))
    assert measured(record)["tag_accuracy"].value == pytest.approx(
        REFERENCE["tag_accuracy"](true, said), abs=1e-12
    )
    first = record.task["class_names"][0]
    assert all(set(tags[3:]) <= {first} for tags in said)  # nothing behind three pieces is seen
    assert "entity_types" not in record.analyses
    page = (tmp_path / "run/report.html").read_text()
    assert "Confusion of tags" in page
    assert "Each type of entity" not in page
    again = ftkeras.evaluate(RunConfig.read(mode="evaluate", run_dir=str(tmp_path / "run")))
    assert again.measurements == record.measurements


@pytest.mark.slow
def test_a_run_on_kept_states_equals_one_end_to_end(asked, tmp_path):
    _, settings = asked
    found = []
    for number, cache in enumerate(["float32", "none"]):
        phases = [
            f"linear_probe(epochs=2, learning_rate=0.05, cache='{cache}')",
            f"top_blocks(count=1, epochs=2, learning_rate=0.01, cache='{cache}')",
        ]
        run = {"phase": phases, "run_dir": str(tmp_path / f"run{number}")}
        ftkeras.finetune(RunConfig.read(**{**settings, **run}))
        found.append(predictions(tmp_path / f"run{number}"))
    assert found[0].ids.tolist() == found[1].ids.tolist()
    np.testing.assert_allclose(found[0].logits, found[1].logits, atol=1e-3)
    assert np.ptp(found[0].logits) > 0.1
    board = leaderboard(tmp_path / "both", tmp_path / "run0", tmp_path / "run1")
    assert board["headline"] == HEADLINE
    assert board["pairs"][0]["difference"] == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_a_recipe_decides_by_entities_and_a_twin_is_trained(asked, tmp_path):
    _, settings = asked
    changed = {"recipe": "auto", "phase": None, "random_twin": "trained"}
    record = ftkeras.finetune(
        RunConfig.read(**{**settings, **changed, "run_dir": str(tmp_path / "run")})
    )
    assert record.analyses["recipe"]["looks"][0]["score"] == HEADLINE
    assert "random_weights_trained" in record.measurements["test"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"head": "linear"}, r"answers for each word: token_level.*--head=linear"),
        ({"tap": "mean_pooled"}, "Leave --tap out"),
        ({"loss": "huber"}, "take one of: tag_cross_entropy"),
        ({"balance": "oversample"}, r"--balance=oversample.*answers with tags"),
        ({"calibration": "temperature"}, "Received: --task=token_classification"),
        ({"threshold": "maximum_f1"}, "Received: --task=token_classification"),
        ({"random_twin": True}, "--random_twin=trained"),
        ({"task": "token_classification(scheme='iob2')", "data": "E"}, r"E-PER \(bad\.txt, line 1"),
        ({"data": "csv"}, "Expected a tag for each word"),
    ],
)
def test_what_tags_cannot_have_is_refused(asked, reviews, changed, message, tmp_path):
    (tmp_path / "bad.txt").write_text("a E-PER\n\nb O\n")
    sources = {
        "E": f"conll(path={str(tmp_path / 'bad.txt')!r})",
        "csv": f"csv(path={str(reviews)!r})",
    }
    changed = {**changed, **({"data": sources[changed["data"]]} if "data" in changed else {})}
    with pytest.raises(UserError, match=message):
        ftkeras.finetune(RunConfig.read(**{**asked[1], **changed, "run_dir": str(tmp_path / "r")}))


@pytest.mark.parametrize("mode", ["cross_validate", "rank_backbones", "tune"])
def test_other_modes_refuse_tags_before_any_work(asked, mode, tmp_path):
    more = {"search": ["learning_rate=loguniform(1e-4, 1e-2)"]} if mode == "tune" else {}
    settings = {**asked[1], **more, "mode": mode, "run_dir": str(tmp_path / "r")}
    with pytest.raises(UserError, match="tags"):
        getattr(ftkeras, mode)(RunConfig.read(**settings))
    assert not (tmp_path / "r").exists()


def test_a_tag_that_training_lacks_is_named_with_its_line(asked, tmp_path):
    (tmp_path / "train.txt").write_text("".join(f"w{i} O\nx B-A\n\n" for i in range(30)))
    (tmp_path / "test.txt").write_text("w O\n\nrare B-RARE\n")
    source = f"conll(path={str(tmp_path / '*.txt')!r})"
    settings = {**asked[1], "data": source, "split": "given(column='file')"}
    with pytest.raises(UserError, match=r"B-RARE \(test\.txt, line 3, in test\)"):
        ftkeras.finetune(RunConfig.read(**settings, run_dir=str(tmp_path / "r")))


def test_checks_of_the_data_count_tags(asked):
    settings = {key: asked[1][key] for key in ("task", "data", "seed")}
    findings = ftkeras.check_data(RunConfig.read(mode="check_data", **settings))
    (balance,) = [one for one in findings if one.check == "label_balance"]
    assert re.search(r"train: O \d\d \(100\.0%\), B-PER \d\d", str(balance.message))


def test_the_record_can_be_read_again(finished):
    folder, record = finished
    assert RunRecord.read(folder / "run/record.json").measurements == record.measurements
