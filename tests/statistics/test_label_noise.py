import numpy as np
import pytest
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from ftkeras.errors import UserError
from ftkeras.statistics.label_noise import label_noise


def confident_learning(probabilities, labels):
    """Equations 1 and 2 of the paper, unit by unit."""
    classes = range(probabilities.shape[1])
    threshold = [np.mean([p[j] for p, y in zip(probabilities, labels, strict=True) if y == j])
                 for j in classes]  # fmt: skip
    counts, accused = np.zeros((len(classes),) * 2), []
    for unit, (p, y) in enumerate(zip(probabilities, labels, strict=True)):
        confident = [j for j in classes if p[j] >= threshold[j] - 1e-12]
        if confident:
            j = max(confident, key=lambda k: p[k])
            counts[y, j] += 1
            if j != y:
                accused.append((p[y] - max(p[k] for k in classes if k != y), unit, j))
    share = counts / counts.sum(axis=1, keepdims=True)
    joint = share * np.bincount(labels, minlength=len(classes))[:, None]
    return joint / joint.sum(), sorted(accused)


def random_case(seed, size=200, num_classes=4):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(size, num_classes))
    return softmax(2 * logits, axis=1), (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_papers_method(seed):
    probabilities, labels = random_case(seed)
    found = label_noise(probabilities, labels)
    joint, accused = confident_learning(probabilities, labels)
    np.testing.assert_allclose(found.joint, joint)
    assert found.suspects.tolist() == [unit for _, unit, _ in accused]
    assert found.suggested.tolist() == [j for _, _, j in accused]
    np.testing.assert_allclose(found.margins, [margin for margin, _, _ in accused])
    assert found.noise == pytest.approx(1 - np.trace(joint))
    np.testing.assert_allclose(found.self_confidence,
                               probabilities[found.suspects, labels[found.suspects]])  # fmt: skip


@pytest.fixture(scope="module")
def digits():
    """Real images with one label in ten planted wrong, and out-of-fold probabilities."""
    images, true = load_digits(return_X_y=True)
    images, true = images[:900] / 16, true[:900]
    rng = np.random.default_rng(0)
    given = true.copy()
    wrong = rng.choice(len(true), len(true) // 10, replace=False)
    given[wrong] = (true[wrong] + rng.integers(1, 10, len(wrong))) % 10
    folds = KFold(4, shuffle=True, random_state=0)
    model = KNeighborsClassifier(15, weights="distance")
    probabilities = cross_val_predict(model, images, given, cv=folds, method="predict_proba")
    return probabilities, given, true, wrong


def test_planted_wrong_labels_are_found(digits):
    probabilities, given, true, wrong = digits
    found = label_noise(probabilities, given)
    hits = np.isin(found.suspects, wrong)
    assert hits.mean() > 0.9  # precision
    assert np.isin(wrong, found.suspects).mean() > 0.7  # recall
    assert hits[:40].mean() > 0.95  # the first are the surest
    assert found.noise == pytest.approx(0.1, abs=0.02)
    assert found.share_low < found.share < found.share_high
    assert (found.suggested == true[found.suspects])[hits].mean() > 0.95


def test_the_accuracy_with_true_labels_lies_between_the_bounds(digits):
    probabilities, given, true, _ = digits
    found = label_noise(probabilities, given)
    actual = np.mean(probabilities.argmax(axis=1) == true)
    assert found.accuracy == pytest.approx(np.mean(probabilities.argmax(axis=1) == given))
    assert found.accuracy_low <= found.accuracy < actual
    assert found.accuracy_high > found.accuracy + 0.05
    assert abs(found.accuracy_corrected - actual) < abs(found.accuracy - actual) / 2


def test_the_bounds_hold_whichever_suspects_are_wrong():
    probabilities, labels = random_case(6)
    found, predicted = label_noise(probabilities, labels), probabilities.argmax(axis=1)
    rng, reached = np.random.default_rng(0), []
    for _ in range(200):
        wrong = rng.random(len(found.suspects)) < rng.random()
        true = labels.copy()
        true[found.suspects[wrong]] = found.suggested[wrong]
        reached.append(np.mean(predicted == true))
    assert found.accuracy_low <= min(reached)
    assert found.accuracy_high >= max(reached)
    against = np.where(
        predicted[found.suspects] == found.suggested, labels[found.suspects], found.suggested
    )
    true = labels.copy()
    true[found.suspects] = against
    assert found.accuracy_low == np.mean(predicted == true)


def test_clean_labels_of_a_good_model_are_not_suspected():
    labels = np.repeat([0, 1, 2], 20)
    found = label_noise(np.eye(3)[labels] * 0.7 + 0.1, labels)
    assert len(found.suspects) == 0
    assert (found.noise, found.share) == (0.0, 0.0)
    assert found.accuracy == found.accuracy_corrected == found.accuracy_low == 1.0


def test_a_class_that_no_label_names_is_never_suggested():
    probabilities, labels = random_case(5)
    found = label_noise(probabilities, np.minimum(labels, 2))
    assert 3 not in found.suggested
    assert np.isnan(found.thresholds[3])
    assert found.joint.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("probabilities", "labels"),
    [(np.ones((2, 1)), [0, 0]), (np.ones((2, 2)), [0]), (np.ones((0, 2)), []),
     (np.ones((2, 2)), [0, 2]), (np.full((2, 2), np.nan), [0, 1])],
)  # fmt: skip
def test_what_does_not_fit_is_refused(probabilities, labels):
    with pytest.raises(UserError, match="Received"):
        label_noise(probabilities, np.array(labels, int))
