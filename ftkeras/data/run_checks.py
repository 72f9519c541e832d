"""Looking at the data before training on them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import SEVERITIES, Check, Finding
from ftkeras.contracts.split import Split
from ftkeras.errors import UserError


def run_checks(
    dataset: Dataset, split: Split | None = None, checks: Sequence[Call] | None = None
) -> list[Finding]:
    """Returns what the checks found, errors first and notes last.

    Args:
        dataset: The examples, before or after the split.
        split: Their parts; without it the checks that compare parts find nothing.
        checks: Files in `data/checks/` with their arguments; `None` runs all of them. A check that
            looks at words or columns says in `LARGEST` how many examples it can take; of more it
            is given a sample, and what it finds says so.

    Raises:
        UserError: There is no such check, or it has no such argument.

    Example:
        >>> import numpy as np
        >>> texts = np.array(["Good", "good", "bad"])
        >>> dataset = Dataset("text", texts, texts.astype(object), texts, texts.astype(object))
        >>> [finding.count for finding in run_checks(dataset, checks=[Call("conflicting_labels")])]
        [2]
    """
    calls = [Call(name) for name in catalog.names("data/checks")] if checks is None else checks
    for call in calls:
        catalog.check("data/checks", call)
    built: list[Check] = [catalog.build("data/checks", call) for call in calls]
    findings = []
    for call, check in zip(calls, built, strict=True):
        largest = catalog.constant("data/checks", call.name, "LARGEST")
        if largest and len(dataset) > largest:
            findings += [_of_sample(found, largest) for found in check(_sample(dataset, largest))]
        else:
            findings += check(dataset, split)
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _sample(dataset: Dataset, size: int) -> Dataset:
    """Returns examples that stand at equal distances."""
    return dataset.take(np.linspace(0, len(dataset) - 1, size).astype("int64"))


def _of_sample(finding: Finding, size: int) -> Finding:
    message = f"{finding.message} (Looked at: {size:,} examples at equal distances.)"
    return replace(finding, message=message)


def refuse_errors(findings: Sequence[Finding]) -> None:
    """Raises one `UserError` for all findings of severity `"error"`, if there are any."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        told = " ".join(f"{error.message} {error.action}" for error in errors)
        raise UserError(
            f"Expected data that can be trained on honestly. Received: {len(errors)} problem"
            f"{'s' if len(errors) > 1 else ''}. {told}"
        )
