"""Parts whose classes are not equally frequent, as a split that looks at no labels leaves them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import repeats
from ftkeras.data.label_kind import label_kind
from ftkeras.errors import UserError
from ftkeras.message import joined, message, term


@dataclass(frozen=True)
class UnlikeParts:
    """Warns where classes are less equally frequent in the parts than chance would have them.

    `train_test_split(x, y)` without `stratify` is the usual cause; data sorted by time or by class
    are another. The frequencies are compared by Pearson's chi-squared test; classes that are
    expected fewer than five times in a part are taken together.

    Args:
        p_value: Parts less likely alike than this are told of.

    Example:
        >>> names = np.array([f"{row}" for row in range(400)])
        >>> labels = np.array(["no", "yes"])[(np.arange(400) < 100).astype(int)]
        >>> dataset = Dataset("text", names, names.astype(object), labels, names.astype(object))
        >>> split = Split(names[:200], names[200:300], names[300:], rule="by_hand", seed=0)
        >>> UnlikeParts()(dataset, split)[0].message
        'The share of yes is 50.0% in train, 0.0% in validation, 0.0% in test.'
    """

    p_value: float = 0.001

    def __post_init__(self) -> None:
        if not 0 < self.p_value < 1:
            raise UserError(f"Expected `p_value` in (0, 1). Received: p_value={self.p_value!r}.")

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one warning; nothing without a split."""
        if split is None or not len(dataset) or label_kind(dataset.labels) != "classes":
            return []
        names, classes = np.unique(dataset.labels, return_inverse=True)
        part_of = repeats.part_of_rows(dataset, split)
        counts = np.stack([np.bincount(classes[part_of == part], minlength=len(names))
                           for part in PARTS], axis=1).astype("float64")  # fmt: skip
        table = _merged(counts)
        if table.shape[0] < 2 or (table.sum(axis=0) == 0).any():
            return []
        if chi2_contingency(table, correction=False).pvalue >= self.p_value:
            return []
        shares = counts / counts.sum(axis=0)
        apart = (shares.max(axis=1) - shares.min(axis=1)).round(12)
        most = int(np.lexsort((-counts.sum(axis=1), apart))[-1])  # among equals the rarest
        told = joined(
            message("{share:.1%} in {part}", share=share, part=term(part))
            for share, part in zip(shares[most], PARTS, strict=True)
        )
        return [
            Finding(
                check="unlike_parts",
                severity="warning",
                message=message("The share of {name} is {told}.", name=names[most], told=told),
                action=message(
                    "Scores on such a test part are about another mixture than was trained on: "
                    "take split=stratified, unless new data will differ in the same way."
                ),
                count=int(counts[most].sum()),
            )
        ]


def _merged(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows that are expected fewer than five times somewhere, added up into one."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    rare = (expected < 5).any(axis=1)
    if not rare.any():
        return counts
    together = counts[rare].sum(axis=0, keepdims=True)
    return np.concatenate([counts[~rare], together]) if together.sum() else counts[~rare]
