from pathlib import Path

import pytest

from tests.report import made_runs


@pytest.fixture(scope="session")
def binary_run(tmp_path_factory) -> Path:
    run_dir = tmp_path_factory.mktemp("binary")
    made_runs.write_run(run_dir, made_runs.cancer())
    return run_dir


@pytest.fixture(scope="session")
def multiclass_run(tmp_path_factory) -> Path:
    run_dir = tmp_path_factory.mktemp("multiclass")
    made_runs.write_run(run_dir, made_runs.digits())
    return run_dir
