r"""Letters of names that somebody wrote as a command without its space: `Matou\vsek`. Pure."""

from unicodedata import normalize

from digest.tex import formula
from digest.tex.macros import ACCENTS, LETTERS, NAME_BEGINNINGS


def within_word(word: str) -> str:
    r"""The letters that `\orungnes`, `\cc` or `\vsek` spell within a word; empty if none."""
    if word[0] in ACCENTS and (len(word) == 2 or not formula.is_known(f"\\{word}")):
        letter = normalize("NFC", word[1:2] + ACCENTS[word[0]])
        if len(letter) == 1 and (len(word) == 2 or word[2:].islower()):
            return letter + word[2:]
    if not formula.is_known(f"\\{word}"):
        for length in (2, 1):
            if word[:length] in LETTERS and word[length:].islower():
                return LETTERS[word[:length]] + word[length:]
    return ""


def at_start(word: str) -> str:
    r"""The name that `\Lukasz` or `\AAke` spells; empty where it may be a macro, as `\Loss`."""
    length = 2 if word[:2] in LETTERS else 1
    is_name = word[:2] in LETTERS and word[:2].isupper() and word[2:].islower()
    if (
        (is_name or word.startswith(NAME_BEGINNINGS))
        and len(word) > 3
        and not formula.is_known(f"\\{word}")
    ):
        return LETTERS[word[:length]] + word[length:]
    return ""
