import json

from experiments.benchmarks import kept_results


def test_a_result_replaces_its_own_and_leaves_those_of_other_names(tmp_path):
    path = tmp_path / "execution.json"
    kept_results.put(path, {"head": {"keras": [1.0]}, "whole": {"keras": [2.0]}})
    kept_results.put(path, {"whole": {"float32": [3.0]}, "partial": {}})
    assert json.loads(path.read_text()) == {
        "head": {"keras": [1.0]},
        "whole": {"float32": [3.0]},
        "partial": {},
    }
