import dataclasses

import pytest

from ftkeras.records.predictions import Predictions
from ftkeras.report.answers import Answers, decode


@pytest.fixture(scope="session")
def binary(binary_run) -> Answers:
    return decode(Predictions.read(binary_run / "predictions/model.parquet").part("test"))


@pytest.fixture(scope="session")
def multiclass(multiclass_run) -> Answers:
    return decode(Predictions.read(multiclass_run / "predictions/model.parquet").part("test"))


@pytest.fixture(scope="session")
def others(binary_run) -> dict[str, Answers]:
    folder = binary_run / "predictions/baselines"
    return {
        path.stem: decode(Predictions.read(path).part("test"))
        for path in sorted(folder.glob("*.parquet"))
    }


@pytest.fixture
def one_class(binary) -> Answers:
    return dataclasses.replace(binary, labels=binary.labels * 0)
