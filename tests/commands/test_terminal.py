"""Lines of a full screen, and the line that a person writes on it."""

from hypothesis import given
from hypothesis import strategies as st

from digest.commands.terminal import InputLine, cut, width

KEYS = st.sampled_from(
    ["left", "right", "home", "end", "delete", "backspace", "ctrl-k", "ctrl-u", "ctrl-w", "up"]
) | st.characters(categories=["L", "N"])


@given(st.text())
def test_nothing_that_a_source_sends_commands_the_terminal(text: str) -> None:
    assert cut(text, 10_000).isprintable()


@given(st.text(), st.integers(0, 50))
def test_a_line_never_takes_more_columns_than_there_are(text: str, columns: int) -> None:
    assert width(cut(text, columns)) <= columns


def test_a_chinese_sign_takes_two_columns_and_an_accent_none() -> None:
    assert width("日本") == 4
    assert width("e\N{COMBINING ACUTE ACCENT}") == 1
    assert cut("日本語", 5) == "日本"


@given(st.lists(KEYS))
def test_a_written_line_keeps_its_place_within_its_text(keys: list[str]) -> None:
    line = InputLine("off topic", 9)
    for key in keys:
        line = line.after(key)
        assert 0 <= line.place <= len(line.text)


def test_a_line_is_edited_where_the_cursor_is() -> None:
    line = InputLine("off topic", 9)
    for key in ("left", "home", "delete", "O", "end", "ctrl-w", "n", "backspace", "x"):
        line = line.after(key)
    assert line == InputLine("Off x", 5)
    assert line.after("ctrl-u") == InputLine("", 0)
    assert line.after("home").after("right").after("ctrl-k") == InputLine("O", 1)
    assert line.after("\x07") == line
