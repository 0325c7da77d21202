"""Setting one key of a front matter leaves the rest as its author wrote it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editor import frontmatter
from digest.editor.frontmatter import changed
from digest.errors import ConfigError

HERE = Path("content/notes/a.md")
NOTE = """---
# Why: see the mail of 2026-05-14.
themes:
  add: [x]

# For readers
tags:
- a
- b

hide: off topic  # or is it?
---
# Words

---
"""


def test_a_key_is_added_below_the_others() -> None:
    assert changed(NOTE, "pin", True, HERE) == NOTE.replace(
        "---\n# Words", "pin: true\n---\n# Words"
    )


def test_a_key_is_replaced_where_it_stands() -> None:
    assert changed(NOTE, "tags", ["c", "2026"], HERE) == NOTE.replace(
        "tags:\n- a\n- b\n", "tags: [c, '2026']\n"
    )
    assert changed(NOTE, "hide", "a: b", HERE) == NOTE.replace(
        "hide: off topic  # or is it?", "hide: 'a: b'"
    )


def test_a_key_is_taken_out() -> None:
    assert changed(NOTE, "themes", None, HERE) == NOTE.replace("themes:\n  add: [x]\n", "")
    assert changed(NOTE, "pin", None, HERE) == NOTE


def test_a_text_gets_a_front_matter_and_loses_an_empty_one() -> None:
    assert changed("Words\n", "pin", True, HERE) == "---\npin: true\n---\nWords\n"
    assert changed("---\npin: true\n---\nWords\n", "pin", None, HERE) == "Words\n"


def test_what_cannot_be_read_is_not_written() -> None:
    for text in (
        "---\npin: true\n",
        "---\n{pin: true}\n---\n",
        "---\npin: [\n---\n",
        "---\n- a\n---\n",
    ):
        with pytest.raises(ConfigError):
            changed(text, "tags", ["a"], HERE)


# One line: YAML folds the ends of lines, U+0085 and U+2028 among them, into spaces.
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\x85\u2028\u2029")
words = st.text(letters, min_size=1).filter(str.strip)


@given(words, st.lists(words, max_size=3))
def test_what_is_written_is_read_back(reason: str, tags: list[str]) -> None:
    text = changed(changed(NOTE, "hide", reason, HERE), "tags", tags, HERE)
    front, _, body = frontmatter.split(text, HERE)
    section = frontmatter.parse(front, HERE)
    assert section.text("hide") == reason
    assert list(section.words("tags")) == tags
    assert body == "# Words\n\n---\n"
    assert changed(changed(text, "hide", None, HERE), "tags", None, HERE) == changed(
        changed(NOTE, "hide", None, HERE), "tags", None, HERE
    )
