import numpy as np
import pytest
from sklearn.datasets import load_digits

from ftkeras import call_string, catalog
from ftkeras.data.sources import scikit_learn
from ftkeras.errors import UserError


def test_the_digits_keep_every_value():
    dataset = catalog.build("data/sources", call_string.parse("scikit_learn(name='digits')"))
    pixels = np.stack(dataset.inputs)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels / 15, load_digits().images)
    assert np.bincount(dataset.labels).tolist() == [
        178,
        182,
        177,
        183,
        181,
        182,
        181,
        179,
        174,
        180,
    ]
    assert len(set(dataset.ids.tolist())) == 1797


@pytest.mark.parametrize(
    ("name", "message"), [("iris", "a table of numbers"), ("digit", "Did you mean 'digits'")]
)
def test_other_names_are_refused(name, message):
    with pytest.raises(UserError, match=message):
        scikit_learn.build(name)
