"""What holds for every check in `data/checks/`, and for running them together."""

import hashlib

import numpy as np
import pytest
from made_datasets import of_counts, texts

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.finding import SEVERITIES, Finding
from ftkeras.contracts.split import Split
from ftkeras.data.run_checks import refuse_errors, run_checks
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError

NAMES = catalog.names("data/checks")


@pytest.mark.parametrize("name", NAMES)
def test_a_check_signs_what_it_finds_and_leaves_the_data_alone(name):
    dataset = texts(
        ["Twice", "twice", "torn", "torn ", *(f"text {row}" for row in range(60))],
        ["a", "a", "a", "b", *("ab"[row % 2] for row in range(60))],
        {"source": ["web"] * 64},
    )
    before = dataset.inputs.tolist(), dataset.labels.tolist()
    split = Stratified()(dataset, seed=0)
    for given in (None, split):
        for finding in catalog.build("data/checks", Call(name))(dataset, given):
            assert finding.check == name
            assert finding.severity in SEVERITIES
            assert finding.message.endswith(".")
            assert finding.action.endswith(".")
            assert set(finding.ids) <= set(dataset.ids)
    assert before == (dataset.inputs.tolist(), dataset.labels.tolist())


@pytest.mark.parametrize("name", NAMES)
def test_clean_data_give_no_errors_and_no_warnings_but_for_size(name):
    values = [hashlib.sha256(str(row).encode()).hexdigest() for row in range(4000)]
    dataset = texts(values, ["ab"[row % 2] for row in range(4000)])
    split = Stratified()(dataset, seed=0)
    findings = catalog.build("data/checks", Call(name))(dataset, split)
    assert {finding.severity for finding in findings} <= {"note"}


def test_findings_come_errors_first():
    dataset = texts(["a", "A ", *map(str, range(40))], ["x", "x", *["x", "y"] * 20])
    ids = dataset.ids
    split = Split(ids[:1], ids[2:22], np.concatenate([ids[22:], ids[1:2]]), rule="", seed=0)
    severities = [finding.severity for finding in run_checks(dataset, split)]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert severities[0] == "error"
    assert severities[-1] == "note"


def test_errors_are_refused_in_one_message_and_warnings_are_not():
    warning = Finding("label_balance", "warning", "Few.", "Add.")
    errors = [Finding("unseen_labels", "error", f"Bad {i}.", f"Mend {i}.") for i in range(2)]
    refuse_errors([warning])
    with pytest.raises(UserError, match=r"2 problems\. Bad 0\. Mend 0\. Bad 1\. Mend 1\."):
        refuse_errors([warning, *errors])


def test_unknown_checks_and_arguments_are_answered():
    with pytest.raises(UserError, match="Did you mean 'label_balance'"):
        run_checks(of_counts([3]), checks=[Call("label_balence")])
    with pytest.raises(UserError, match="fewest=3"):
        run_checks(of_counts([3]), checks=[Call("unseen_labels", {"fewest": 3})])


def test_a_severity_outside_the_three_is_refused():
    with pytest.raises(ValueError, match="severity='bad'"):
        Finding("x", "bad", "", "")
