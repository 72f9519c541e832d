"""Predictions that scikit-learn wrote, judged as if nobody had ever heard of TensorFlow."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ftkeras import evaluate, run
from ftkeras.config import RunConfig
from ftkeras.records.predictions import Predictions


def answered(load):
    data = load()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01))
    probabilities = cross_val_predict(model, data.data, data.target, method="predict_proba")
    return data.target, probabilities, [str(name) for name in data.target_names]


def written(path, load):
    labels, probabilities, names = answered(load)
    frame = pd.DataFrame({"id": [f"patient {row}" for row in range(len(labels))],
                          "label": [names[label] for label in labels]})  # fmt: skip
    # In an order that is not the alphabet's.
    for index in reversed(range(len(names))):
        frame[f"probability_{names[index]}"] = probabilities[:, index]
    frame.to_csv(path, index=False)
    return labels, probabilities, names


def judged(tmp_path, **settings):
    return evaluate(RunConfig.read(mode="evaluate", run_dir=str(tmp_path / "run"), **settings))


def values(record, model="model", part="test"):
    return {item.score: item.value for item in record.measurements[part][model]}


def test_two_classes_are_judged_as_scikit_learn_does(tmp_path):
    path = tmp_path / "cancer.csv"
    labels, probabilities, _ = written(path, load_breast_cancer)
    record = judged(tmp_path, predictions=str(path), task="binary(positive='malignant')")
    # Malignant is class 0 of the data set, and the positive one here.
    truth, scores = 1 - labels, probabilities[:, 0]
    found = values(record)
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, scores > 0.5))
    assert found["f1_score"] == pytest.approx(f1_score(truth, scores > 0.5))
    assert found["area_under_roc_curve"] == pytest.approx(roc_auc_score(truth, scores), abs=1e-9)
    assert found["log_loss"] == pytest.approx(log_loss(truth, scores), rel=1e-6)
    share = np.mean(truth == 0)
    assert values(record, "best_constant_answer")["accuracy"] == pytest.approx(share)
    assert (tmp_path / "run" / "report.html").exists()


def test_several_classes_are_judged_as_scikit_learn_does(tmp_path):
    path = tmp_path / "wine.csv"
    labels, probabilities, _ = written(path, load_wine)
    found = values(judged(tmp_path, predictions=str(path)))
    predicted = probabilities.argmax(1)
    assert found["accuracy"] == pytest.approx(accuracy_score(labels, predicted))
    assert found["f1_score(average='macro')"] == pytest.approx(
        f1_score(labels, predicted, average="macro")
    )
    assert found["log_loss"] == pytest.approx(log_loss(labels, probabilities), rel=1e-6)


def test_a_sure_and_wrong_answer_costs_what_scikit_learn_says(tmp_path):
    path = tmp_path / "sure.csv"
    path.write_text("label,probability\n1,1.0\n0,0.0\n1,0.0\n0,0.25\n")
    expected = log_loss([1, 0, 1, 0], [1.0, 0.0, 0.0, 0.25])
    assert values(judged(tmp_path, predictions=str(path)))["log_loss"] == pytest.approx(
        expected, rel=1e-6
    )


def test_answers_without_scores_are_judged_by_their_decisions(tmp_path):
    path = tmp_path / "language_model.csv"
    path.write_text("label,answer\ncat,cat\ndog,cat\ncat,cat\nbird,bird\n")
    record = judged(tmp_path, predictions=str(path))
    found = values(record)
    assert found["accuracy"] == 0.75
    assert "log_loss" not in found
    assert "area_under_roc_curve(average='macro')" not in found
    again = Predictions.read(tmp_path / "run" / "predictions" / "model.parquet")
    assert not again.scored
    page = (tmp_path / "run" / "report.html").read_text()
    assert "ROC curve" not in page
    assert "% sure" not in page


def test_parts_are_judged_apart(tmp_path):
    path = tmp_path / "parts.csv"
    path.write_text("label,logit,split\n1,2,validation\n0,1,validation\n1,3,test\n0,-1,test\n")
    record = judged(tmp_path, predictions=str(path))
    assert values(record, part="validation")["accuracy"] == 0.5
    assert values(record)["accuracy"] == 1.0


def test_a_judged_file_can_be_judged_again_from_its_directory(tmp_path):
    path = tmp_path / "cancer.csv"
    written(path, load_breast_cancer)
    record = judged(tmp_path, predictions=str(path))
    path.unlink()
    again = evaluate(RunConfig.read(mode="evaluate", run_dir=str(tmp_path / "run")))
    assert again.measurements == record.measurements
    assert len(again.test_reads) == 2


def test_no_framework_needs_to_be_installed(tmp_path):
    written(tmp_path / "cancer.csv", load_breast_cancer)
    program = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('tensorflow', 'keras', 'keras_hub', 'jax', 'torch'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from ftkeras import run\n"
        "sys.exit(run.main(['--mode=evaluate', '--predictions=cancer.csv', '--run_dir=run']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert "report.html" in done.stdout


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        ("label,probability\na,.5\nb,.5\nc,.5\n", [], "one column a class"),
        ("label,probability_a,probability_b\na,.5,.5\nc,.5,.5\n", [], r"c \(row 3\)"),
        ("label,probability\n1,.5\n1,.25\n", ["--task=binary"], "two classes"),
        ("label,probability\n", [], "Received: no row"),
    ],
)
def test_what_does_not_fit_the_task_is_refused(tmp_path, capsys, content, arguments, says):
    import re

    path = tmp_path / "answers.csv"
    path.write_text(content)
    asked = ["--mode=evaluate", f"--predictions={path}", f"--run_dir={tmp_path / 'run'}"]
    assert run.main([*asked, *arguments]) == 2
    assert re.search(says, capsys.readouterr().err)
    assert not (tmp_path / "run").exists()
