import io

import pytest
from rich.console import Console

from ftkeras.report.progress import Lines, progress


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def file():
    return io.StringIO()


def lines(file, clock):
    return Lines(Console(file=file, width=60), clock)


def test_a_pipe_gets_one_line_when_a_step_ends(file):
    clock = Clock()
    step = lines(file, clock).step("Features", "examples")
    for done in (1000, 2000, 3372):
        clock.now += 10
        step(done, 3372)
    assert file.getvalue() == "Features: 3,372 of 3,372 examples after 30.0 s\n"


def test_a_long_step_speaks_once_a_minute_with_the_time_left(file):
    clock = Clock()
    step = lines(file, clock).step("Phase 1", "epochs")
    for done in range(1, 5):
        clock.now += 31
        step(done, 4, f"loss {1 / done:.2f}")
    assert file.getvalue().splitlines() == [
        "Phase 1: 2 of 4 epochs (loss 0.50) after 1 min 2 s about 1 min 2 s left",
        "Phase 1: 4 of 4 epochs (loss 0.25) after 2 min 4 s",
    ]


def test_a_step_that_ended_says_so_once(file):
    step = lines(file, Clock()).step("Baselines")
    step(2, 2)
    step(2, 2)
    assert file.getvalue().count("\n") == 1


def test_what_is_said_is_not_read_as_markup(file):
    lines(file, Clock()).say("[red]loss[/red] of [3, 4]")
    assert file.getvalue() == "[red]loss[/red] of [3, 4]\n"


def test_a_pipe_sees_no_control_codes(file):
    with progress(Console(file=file)) as shown:
        shown.step("Features", "examples")(10, 10)
    assert "\x1b" not in file.getvalue()


def test_a_terminal_sees_a_bar_with_name_count_unit_and_note(file):
    console = Console(file=file, force_terminal=True, width=160, color_system=None)
    with progress(console) as shown:
        step = shown.step("Phase 1: top_blocks(names=[1, 2])", "epochs")
        step(3, 4, note="val_loss 0.31 [best]")
        shown.say("[kept]")
        step(4, 4)
    final = file.getvalue().splitlines()[-2]
    assert "Phase 1: top_blocks(names=[1, 2])" in final
    assert "4/4" in final
    assert "epochs" in final
    assert "val_loss 0.31 [best]" in final
    assert "[kept]" in file.getvalue()


def test_a_bar_keeps_to_its_line_on_a_narrow_terminal(file):
    with progress(Console(file=file, force_terminal=True, width=80, color_system=None)) as shown:
        shown.step("Phase 1: linear_probe", "epochs")(3, 20, "val_log_loss 0.2713, a long note")
    assert file.getvalue().count("\n") == 1
    assert "3/20" in file.getvalue()


def test_bars_are_closed_when_the_work_fails(file):
    console = Console(file=file, force_terminal=True, width=100)
    with pytest.raises(KeyboardInterrupt), progress(console) as shown:
        shown.step("Features")(1, 10)
        raise KeyboardInterrupt
    assert file.getvalue().endswith("\x1b[?25h"), "the cursor must be shown again"
