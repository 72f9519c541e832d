"""Rankings, from a file with one document a row to the report, held to scikit-learn."""

import re

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.training.fine_tuned import load
from tests.helpers.finished_runs import (
    check_judged_again_alike,
    leaderboard,
    measured,
    newest_evaluation,
    page_in,
    predictions,
)
from tests.helpers.made_files import ranked_documents

QUERIES = 40
HEADLINE = "normalized_discounted_cumulative_gain(k=10)"
ALL = "normalized_discounted_cumulative_gain"


@pytest.fixture(scope="module")
def asked(preset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranking")
    data = ranked_documents(folder / "train.csv", QUERIES, seed=1)
    return folder, {
        "mode": "finetune",
        "backbone": str(preset),
        "task": "ranking",
        "data": data,
        "phase": ["linear_probe(epochs=3, learning_rate=0.05)"],
        "cache_dir": str(folder / "cache"),
        "seed": 3,
    }


@pytest.fixture(scope="module")
def finished(asked):
    folder, settings = asked
    return folder, ftkeras.finetune(RunConfig.read(**settings, run_dir=str(folder / "run")))


def expected_gain(rows, k=None):
    """The mean of scikit-learn's value of each query, without its padding."""
    each = []
    for relevances, logits in zip(rows.labels, rows.logits.reshape(len(rows), -1), strict=True):
        there = relevances >= 0
        alone = there.sum() < 2  # scikit-learn takes no list of one; the only order is the best
        scores = logits[there].astype("float64")
        each.append(
            float(relevances[there].any())
            if alone
            else ndcg_score(relevances[None, there], scores[None], k=k)
        )
    return np.mean(each)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_gains_equal_those_of_scikit_learn_on_the_predictions(finished, part):
    folder, record = finished
    rows = predictions(folder / "run").part(part)
    found = measured(record, part)
    assert next(iter(found)) == HEADLINE
    assert found[HEADLINE].value == pytest.approx(expected_gain(rows, k=10), rel=1e-9)
    assert found[ALL].value == pytest.approx(expected_gain(rows), rel=1e-9)
    assert found[ALL].low <= found[ALL].value <= found[ALL].high
    assert record.streamed[part][ALL] == pytest.approx(expected_gain(rows), rel=1e-5)


def test_a_query_is_the_unit(finished):
    folder, record = finished
    rows = predictions(folder / "run")
    counts = record.split["counts"]
    assert sum(counts.values()) == record.data["examples"] == QUERIES
    for part in ("validation", "test"):
        assert {item.num_units for item in record.measurements[part]["model"]} == {counts[part]}
        assert len(rows.part(part)) == counts[part]
    documents = record.data["numbers"]["train"]["Documents of a query"]
    assert documents["examples"] == counts["train"]
    assert 2 <= documents["smallest"] < documents["largest"] <= 9


def test_the_model_learns_which_documents_are_good(finished):
    _, record = finished
    assert record.backbone["handle"].startswith("lists://two_towers://")
    assert record.backbone["head"] == "token_level"
    assert record.backbone["tap"] == "sequence"
    losses = [phase["history"]["loss"] for phase in record.phases]
    assert losses[0][-1] < losses[0][0]


def test_baselines_of_rankings_are_on_the_ladder(finished):
    folder, record = finished
    assert set(record.measurements["test"]) == {"model", "bm25", "equal_scores"}
    for name in ("bm25", "equal_scores"):
        rows = predictions(folder / "run", f"baselines/{name}").part("test")
        value = measured(record, "test", name)[ALL].value
        assert value == pytest.approx(expected_gain(rows), rel=1e-9)
    verdict = ftkeras.verdict(RunConfig.read(mode="verdict", run_dir=str(folder / "run")))
    assert verdict.rival in ("bm25", "equal_scores")


def test_the_report_speaks_of_queries_and_of_no_classes(finished):
    folder, _ = finished
    page = (folder / "run/report.html").read_text()
    assert '<h1>Ranking: <span class="name" dir="auto">relevance</span></h1>' in page
    for words in ("How good the first documents are", "Worst queries", "Documents of a query"):
        assert words in page
    for words in ("Confusion matrix", "ROC curve", "Each class by itself", "nan"):
        assert words not in page


def test_the_report_is_told_in_chinese(finished, tmp_path):
    folder, _ = finished
    page = page_in("zh", folder / "run", tmp_path)
    for words in ("Worst queries", "Documents of a query", "How good the first"):
        assert words not in page


def test_predictions_on_disk_are_judged_again_alike(finished):
    folder, record = finished
    check_judged_again_alike(folder / "run", record)


def test_new_queries_are_answered_and_judged(finished):
    folder, _ = finished
    data = ranked_documents(folder / "new.csv", 8, seed=2)
    config = RunConfig.read(mode="evaluate", run_dir=str(folder / "run"), data=data)
    record = ftkeras.evaluate(config)
    rows = predictions(newest_evaluation(folder / "run"))
    assert len(rows) == 8
    assert measured(record, "test")[ALL].value == pytest.approx(expected_gain(rows), rel=1e-9)


def test_a_finished_run_scores_each_document_of_a_list(finished):
    folder, _ = finished
    lists = [
        (("which?", "a good film"), ("which?", "a bad film"), ("which?", "so so")),
        (("what?", "a bad film"),),
    ]
    model = load(folder / "run")
    together = model.predict(lists)
    assert [len(scores) for scores in together] == [3, 1]
    for one, scores in zip(lists, together, strict=True):
        np.testing.assert_allclose(model.predict([one])[0], scores, atol=1e-5)
    np.testing.assert_allclose(model.logits(lists, batch_size=1)[..., 0][1, 0], together[1][0],
                               atol=1e-5)  # fmt: skip


@pytest.mark.slow
def test_a_run_on_kept_states_equals_one_end_to_end(asked, finished, tmp_path):
    """The second one is told by a column which query a document belongs to: it is the same."""
    folder, _ = finished
    phase = [str(asked[1]["phase"][0]).replace(")", ", cache='none')")]
    changed = {"task": "ranking(query='id')", "phase": phase, "run_dir": str(tmp_path / "run")}
    ftkeras.finetune(RunConfig.read(**{**asked[1], **changed}))
    kept, direct = predictions(folder / "run"), predictions(tmp_path / "run")
    assert kept.ids.tolist() == direct.ids.tolist()
    np.testing.assert_allclose(kept.logits, direct.logits, atol=1e-4)
    assert np.ptp(kept.logits) > 0.01
    board = leaderboard(tmp_path / "both", folder / "run", tmp_path / "run")
    assert board["headline"] == HEADLINE
    assert board["pairs"][0]["difference"] == pytest.approx(0, abs=0.02)


def documents(path):
    return f"csv(path={str(path)!r}, text='document', label='relevance')"


@pytest.mark.slow
def test_documents_without_the_words_of_their_query_are_ranked(asked, tmp_path):
    folder, settings = asked
    changed = {
        "task": "ranking(query='id')",
        "data": documents(folder / "train.csv"),
        "phase": ["everything(epochs=2, learning_rate=0.003)"],
        "random_twin": "trained",
        "run_dir": str(tmp_path / "run"),
    }
    record = ftkeras.finetune(RunConfig.read(**{**settings, **changed}))
    assert record.data["modality"] == "text_list"
    assert record.backbone["handle"].startswith("lists://preset://")
    assert record.data["examples"] == QUERIES
    assert set(record.measurements["test"]) == {"model", "equal_scores", "random_weights_trained"}
    assert record.analyses["weight_change"]["alignment"] is not None
    rows = predictions(tmp_path / "run").part("test")
    assert measured(record, "test")[ALL].value == pytest.approx(expected_gain(rows), rel=1e-9)
    ranked_documents(folder / "more.csv", 8, seed=2)
    config = RunConfig.read(
        mode="evaluate", run_dir=str(tmp_path / "run"), data=documents(folder / "more.csv")
    )
    assert ftkeras.evaluate(config).split["counts"] == {"test": 8}


@pytest.mark.slow
def test_a_recipe_decides_by_the_gain_how_far_to_go(asked, tmp_path):
    changed = {"recipe": "auto", "phase": None, "run_dir": str(tmp_path / "run")}
    changed["pair"] = "cross_encoder"
    record = ftkeras.finetune(RunConfig.read(**{**asked[1], **changed}))
    assert record.backbone["handle"].startswith("lists://cross_encoder://")
    assert record.analyses["recipe"]["looks"][0]["score"] == ALL


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"head": "linear"}, r"answers for each document: token_level.*--head=linear"),
        ({"tap": "mean_pooled"}, "Leave --tap out"),
        ({"loss": "huber"}, "take one of: list_cross_entropy"),
        ({"balance": "oversample"}, r"--balance=oversample.*answers with relevances"),
        ({"calibration": "temperature"}, "Received: --task=ranking"),
        ({"threshold": "maximum_f1"}, "Received: --task=ranking"),
        ({"random_twin": True}, "--random_twin=trained"),
        ({"phase": ["linear_probe(label_smoothing=0.1)"]}, "Expected no `label_smoothing`"),
        ({"task": "ranking(query='topic')"}, "query='topic'"),
    ],
)
def test_what_rankings_cannot_have_is_refused(asked, changed, message, tmp_path):
    with pytest.raises(UserError, match=message):
        ftkeras.finetune(RunConfig.read(**{**asked[1], **changed, "run_dir": str(tmp_path / "r")}))


def test_backbones_are_not_ranked_by_lists(asked, tmp_path):
    settings = {**asked[1], "mode": "rank_backbones", "run_dir": str(tmp_path / "r")}
    with pytest.raises(UserError, match=r"for --mode=rank_backbones.*answers with relevances"):
        ftkeras.rank_backbones(RunConfig.read(**settings))


def test_a_wrong_relevance_is_named_with_its_row(asked, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("query,document,relevance\na,b,1\na,c,much\n")
    data = f"csv(path={str(path)!r}, text='query', second_text='document', label='relevance')"
    settings = {**asked[1], "data": data, "run_dir": str(tmp_path / "r")}
    with pytest.raises(UserError, match=r"Received: much \(bad\.csv, row 3\)"):
        ftkeras.finetune(RunConfig.read(**settings))


def test_checks_of_the_data_count_documents(asked):
    settings = {key: asked[1][key] for key in ("task", "data", "seed")}
    findings = ftkeras.check_data(RunConfig.read(mode="check_data", **settings))
    (balance,) = [one for one in findings if one.check == "label_balance"]
    assert re.search(r"train: 28 queries, 1\d\d documents \(\d\d relevant\)", str(balance.message))


def test_the_record_can_be_read_again(finished):
    folder, record = finished
    assert RunRecord.read(folder / "run/record.json").measurements == record.measurements
