"""The words that ROUGE compares."""

import functools
import importlib
import re
from collections.abc import Callable


def rouge_words(text: str, stemmer: bool) -> list[str]:
    """Returns runs of a-z and 0-9 in lower case; those longer than 3 stemmed if asked.

    Example:
        >>> rouge_words("The cats' 3.5 mats", stemmer=False)
        ['the', 'cats', '3', '5', 'mats']
    """
    words = re.findall("[a-z0-9]+", text.lower())
    if not stemmer:
        return words
    stem = _porter()
    return [stem(word) if len(word) > 3 else word for word in words]


@functools.cache
def _porter() -> Callable[[str], str]:
    # Optional, and slow to load: only who stems needs it.
    try:
        module = importlib.import_module("nltk.stem.porter")
    except ImportError as error:
        raise ImportError(
            "Stemming needs NLTK, which is not installed. Run `pip install ftkeras[text]`."
        ) from error
    return functools.cache(module.PorterStemmer().stem)
