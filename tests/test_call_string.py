import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkeras.call_string import Call, parse
from ftkeras.errors import UserError

literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in __import__("keyword").kwlist
)


@given(names, st.dictionaries(names, literals, max_size=4))
def test_what_is_written_is_read_again(name, arguments):
    call = Call(name, arguments)
    # 1e400 is a valid float literal that is infinite; repr of infinity is not a literal at all.
    if "inf" in str(call):
        return
    assert parse(str(call)) == call


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "f(x=__import__('os'))",
        "f(x=[i for i in range(3)])",
        "f(*[1])",
        "f(**{'a': 1})",
        "f(1)",
        "f(x=1)(y=2)",
        "f(x=",
        "f; g",
        "lambda: 0",
        "",
        "f(x=1, x=2)",
        "(" * 500,
    ],
)
def test_anything_but_one_call_with_literals_is_refused(text):
    with pytest.raises(UserError, match="Received"):
        parse(text)
