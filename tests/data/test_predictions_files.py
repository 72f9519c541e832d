import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkeras import catalog, run
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.errors import UserError


def table(tmp_path, content, name="answers.csv", **arguments):
    path = tmp_path / name
    path.write_text(content)
    return catalog.build("data/predictions", Call("csv", {"path": str(path), **arguments}))


def test_one_column_speaks_of_the_positive_class(tmp_path):
    read = table(tmp_path, "id,label,probability,age\na,1,0.25,30\nb,0,0.5,\n")
    assert read.kind == "probability"
    assert read.class_names is None
    assert read.values.tolist() == [[0.25], [0.5]]
    assert read.ids.tolist() == ["a", "b"]
    assert read.labels.tolist() == ["1", "0"]
    assert read.splits.tolist() == ["test", "test"]
    np.testing.assert_equal(read.columns["age"], [30, np.nan])


def test_columns_of_classes_are_named_by_their_ending(tmp_path):
    read = table(tmp_path, "label,logit_cat,logit_dog,logit_a_b\ncat,1,2,3\na_b,-1,0,4\n")
    assert (read.kind, read.class_names) == ("logit", ("cat", "dog", "a_b"))
    assert read.ids.tolist() == ["row 2", "row 3"]


def test_columns_may_be_named(tmp_path):
    read = table(
        tmp_path, "key,truth,p1,p2,part\nx,no,0.1,0.9,validation\ny,yes,0.2,0.8,test\n",
        id="key", label="truth", probability=["p1", "p2"], classes=["no", "yes"], split="part",
    )  # fmt: skip
    assert read.class_names == ("no", "yes")
    assert read.splits.tolist() == ["validation", "test"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_both_formats_say_the_same(tmp_path, ending):
    frame = pd.DataFrame(
        {"id": ["a", "b"], "label": [3, 7], "probability_3": [0.5, 0.125],
         "probability_7": [0.5, 0.875], "text": ["Oh, no", None]}
    )  # fmt: skip
    path = str(tmp_path / f"answers.{ending}")
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    read = catalog.build("data/predictions", Call(ending, {"path": path}))
    assert read.labels.tolist() == ["3", "7"]
    assert read.values.tolist() == [[0.5, 0.5], [0.125, 0.875]]
    assert read.previews.tolist() == ["Oh, no", ""]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("label,probability\n1,1.5\n0,0.5\n", r"\[1.5\] in answers.csv, row 2.*logit"),
        ("label,probability_a,probability_b\na,0.5,0.9\n", "add up to 1"),
        ("label,probability\n1,0.5\n0,\n", "finite probability.*row 3"),
        ("label,logit\n1,inf\n", "finite logit"),
        ("label,probability\n1,high\n", "Expected numbers"),
        ("label,score\n1,0.5\n", "probability_<class>"),
        ("label,probability,logit\n1,0.5,0\n", "probability_<class>"),
        ("lable,probability\n1,0.5\n", "Did you mean 'lable'"),
        ("id,label,probability\na,1,.5\na,0,.5\n", "'a' in answers.csv, row 2, 3"),
        ("label,probability,split\n1,.5,tset\n", "'tset' in answers.csv, row 2"),
        ("label,probability\n1,.5,3\n", "Expected a table"),
        ("label,label,probability\n1,0,.5\n", "label more than once"),
        ("label,probability\n,.5\n", "nothing in answers.csv, row 2"),
        ("", "Expected a table"),
    ],
)
def test_what_cannot_be_is_refused_with_its_row(tmp_path, content, says):
    with pytest.raises(UserError, match=says):
        table(tmp_path, content)


def test_a_missing_file_is_refused(tmp_path):
    for kind in ("csv", "parquet"):
        with pytest.raises(UserError, match="nowhere"):
            catalog.build("data/predictions", Call(kind, {"path": str(tmp_path / "nowhere")}))


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "answers"
    path.write_bytes(content)
    for kind in ("csv", "parquet"):
        try:
            catalog.build("data/predictions", Call(kind, {"path": str(path)}))
        except UserError:
            continue


def test_a_path_alone_says_how_it_is_read():
    for path, kind in (("a/answers.tsv", "csv"), ("answers.parquet", "parquet")):
        config = RunConfig.read(mode="evaluate", run_dir="r", predictions=path)
        assert config.predictions == Call(kind, {"path": path})
        assert RunConfig.read(**config.settings()) == config


def test_a_wrong_reader_is_refused_at_once(capsys):
    assert run.main(["--mode=evaluate", "--run_dir=r", "--predictions=cvs(path='a')"]) == 2
    assert "--predictions: " in capsys.readouterr().err
