import math

import numpy as np
import pytest
from made_datasets import of_counts

from ftkeras.contracts.split import PARTS
from ftkeras.data.splits.hashed import Hashed
from ftkeras.errors import UserError


def test_examples_stay_where_they_are_when_others_come_and_go():
    dataset = of_counts([3000])
    rows = np.random.default_rng(0).permutation(3000)[:1000]
    for part in PARTS:
        few, all_ = (Hashed()(data, 4).ids(part) for data in (dataset.take(rows), dataset))
        assert set(few) == set(all_) & set(dataset.ids[rows])


def test_shares_hold_within_four_standard_deviations():
    split = Hashed(train=0.5, validation=0.3, test=0.2)(of_counts([4000]), seed=1)
    for part, share in zip(PARTS, (0.5, 0.3, 0.2), strict=True):
        allowed = 4 * math.sqrt(4000 * share * (1 - share))
        assert abs(len(split.ids(part)) - 4000 * share) < allowed


def test_an_empty_part_is_refused():
    with pytest.raises(UserError, match="Expected examples in every part"):
        Hashed()(of_counts([2]), seed=0)
