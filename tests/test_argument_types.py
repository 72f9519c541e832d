import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkeras import argument_types, catalog, flags
from ftkeras.call_string import Call
from ftkeras.errors import UserError

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)
)
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=3), st.dictionaries(st.text(), PLAIN))
FINETUNE = ["--backbone=preset://bert_tiny_en_uncased", "--task=binary", "--run_dir=runs/x"]
DATA = "--data=csv(path='reviews.csv')"


def annotation(text):
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("written", "fitting", "others"),
    [
        ("int", [0, -3], [True, 1.0, "1", None, [1]]),
        ("float", [0, 1.5], [True, "1", None]),
        ("str", ["", "a"], [1, None, ["a"], b"a"]),
        ("bool", [True, False], [0, 1, "True"]),
        ("None", [None], [0, ""]),
        ("int | None", [None, 3], ["3", 2.5]),
        ("Optional[int]", [None, 3], ["3"]),
        ("typing.Union[int, str]", [3, "a"], [None, 2.5]),
        ("'int | None'", [None, 3], ["3"]),
        ("list[str]", [[], ["a"], ("a",)], ["a", [1], [None]]),
        ("tuple[str, ...] | None", [None, ["a"], ("a", "b")], [["a", 1], "ab"]),
        ("tuple[int, str]", [(1, "a"), [1, "a"]], [(1,), ("a", 1), (1, "a", 2)]),
        ("tuple", [(), [1, "a"]], ["a", 1]),
        ("Sequence[float]", [[1, 2.5]], [["a"], 1.0]),
        ("dict[str, float]", [{}, {"a": 1}], [{"a": "b"}, {1: 1}, []]),
        ("Literal['a', 1]", ["a", 1], ["b", True, 2]),
        ("list[list[int]]", [[[1], []]], [[1], [["a"]]]),
        ("Handle", ["anything", 3, None], []),
        ("NDArray[np.float32]", [[1.0]], []),
    ],
)
def test_values_fit_what_the_annotation_says_and_no_others(written, fitting, others):
    assert all(argument_types.fits(annotation(written), value) for value in fitting)
    assert not any(argument_types.fits(annotation(written), value) for value in others)


@given(value=VALUES, written=st.sampled_from(["int", "float", "str", "bool", "None"]))
def test_plain_types_agree_with_python(value, written):
    kinds = {"int": int, "float": (int, float), "str": str, "bool": bool, "None": type(None)}
    truly = isinstance(value, kinds[written])
    if written in ("int", "float") and isinstance(value, bool):
        truly = False
    assert argument_types.fits(annotation(written), value) == truly


@given(
    value=VALUES, first=st.sampled_from(["int", "str"]), second=st.sampled_from(["None", "list"])
)
def test_a_union_fits_what_one_of_its_members_fits(value, first, second):
    either = argument_types.fits(annotation(f"{first} | {second}"), value)
    assert either == any(argument_types.fits(annotation(one), value) for one in (first, second))


@pytest.mark.parametrize(
    ("flag", "says"),
    [
        (
            "--data=csv(path=3)",
            r"^--data: Expected `path` of `csv` to be a text\. Received: path=3\. .*path='3'",
        ),
        (
            "--phase=top_blocks(count='two')",
            r"^--phase: Expected `count` of `top_blocks` to be an integer\. Received: count='two'",
        ),
        ("--data=csv(path='x', quoted=1)", "`quoted` of `csv` to be True or False"),
        ("--data=csv(path='x', separator=0)", "`separator` of `csv` to be a text or None"),
        ("--data=csv(path=['x'])", r"--data: .*Received: path=\['x'\]"),
        ("--split=random(train='most')", "--split: .*`train` of `random` to be a number"),
        ("--head=linear(dropout=None)", "--head: .*`dropout` of `linear` to be a number"),
        ("--metric=f1_score(average=3)", "--metric: .*`average` of `f1_score`"),
        ("--loss=focal(gamma='two')", "--loss: .*`gamma` of `focal` to be a number"),
        ("--folds=grouped(column=1)", "--folds: .*`column` of `grouped` to be a text"),
    ],
)
def test_a_wrong_type_is_an_error_while_flags_are_read(flag, says):
    given = [] if flag.startswith("--data") else [DATA]
    with pytest.raises(UserError, match=says):
        flags.parse([*FINETUNE, *given, flag])


def test_a_whole_number_is_taken_where_a_number_is_asked_for():
    catalog.check("heads", Call("linear", {"dropout": 0}))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("int | None", "an integer or None"),
        ("Sequence[float]", "a list of numbers"),
        ("tuple[int, int]", "a list of 2: an integer, an integer"),
        ("Literal['min', 'max']", "one of 'min', 'max'"),
        ("dict[str, int]", "a dict of texts to integers"),
        ("Optional['str']", "a text or None"),
    ],
)
def test_types_are_told_in_words(written, said):
    assert argument_types.described(annotation(written)) == said
