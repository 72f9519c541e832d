import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from ftkeras.baselines._pair_terms import PairTerms
from ftkeras.baselines.tfidf_pair_logistic_regression import TfidfPairLogisticRegression
from ftkeras.data.from_arrays import from_arrays


def made(n, seed):
    """Questions over the same topic, or not; topics are words of their own."""
    generator = np.random.default_rng(seed)
    topics = [f"topic{i}" for i in range(12)]
    labels = generator.integers(0, 2, n)
    pairs = []
    for label in labels:
        one, other = generator.choice(topics, 2, replace=False)
        pairs.append(
            (f"what is {one} {generator.integers(99)}", f"tell me of {one if label else other}")
        )
    return from_arrays(pairs, labels)


def test_terms_are_compared_as_written():
    pairs = made(20, 0).inputs
    found = PairTerms().fit_transform(pairs).toarray()
    texts = [text for pair in pairs for text in pair]
    settings = {"token_pattern": r"(?u)\w+(?:'\w+)?|[^\w\s]", "ngram_range": (1, 2)}
    tfidf = TfidfVectorizer(sublinear_tf=True, min_df=2, **settings).fit(texts)
    u, v = (tfidf.transform([pair[side] for pair in pairs]).toarray() for side in (0, 1))
    np.testing.assert_allclose(found, np.hstack([abs(u - v), u * v, u + v]), atol=1e-12)


def test_shared_words_are_found():
    train, new = made(300, 1), made(100, 2)
    answer = TfidfPairLogisticRegression().fit(train, train.labels, 2, seed=0)
    assert ((answer(new)[:, 0] > 0) == new.labels).mean() > 0.9
