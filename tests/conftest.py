"""Programs that tests start in processes of their own are no tests themselves."""

import gc

collect_ignore_glob = ["*/*_program.py"]


def pytest_collection_finish():
    """What is imported by now stays: to look for rubbish among it again and again takes a while.

    Frameworks make very many objects as well, so the search need not begin after 700 of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
