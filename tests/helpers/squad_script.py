"""The rules of SQuAD's official evaluation scripts (1.1 and 2.0), written anew."""

import collections
import re
import string


def normalize(text):
    text = "".join(sign for sign in text.lower() if sign not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact(prediction, gold):
    return float(normalize(prediction) == normalize(gold))


def f1(prediction, gold, version=1):
    predicted, true = normalize(prediction).split(), normalize(gold).split()
    if version == 2 and (len(predicted) == 0 or len(true) == 0):
        return float(predicted == true)
    same = sum((collections.Counter(predicted) & collections.Counter(true)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(predicted), same / len(true)
    return 2 * precision * recall / (precision + recall)


def mean_best(metric, golds, predictions, **more):
    best = [max(metric(prediction, gold, **more) for gold in gold_answers)
            for gold_answers, prediction in zip(golds, predictions, strict=True)]  # fmt: skip
    return sum(best) / len(best)
