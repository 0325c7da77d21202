"""Text that any feed reader takes: HTML without what our own pages alone understand, sound XML."""

import re

# Within a tag alone: in text and in values, < and > are escaped.
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_OURS = re.compile(r'\s(?:class|id|cite|style|tabindex|dir|aria-[a-z]+)="[^"]*"')
_GLUED = '<span style="white-space: nowrap">'  # a formula that no line may part from its word
# Source: https://www.w3.org/TR/xml/#charsets; a set of those it leaves out is compiled faster.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def html(text: str) -> str:
    """HTML of ours without classes, ids, styles and the like, which elsewhere mean nothing."""
    return _TAG.sub(_portable, text)


def _portable(tag: re.Match[str]) -> str:
    return _GLUED if tag[0] == '<span class="nobreak">' else _OURS.sub("", tag[0])


def xml(text: str) -> str:
    """The text without the characters that no XML document may hold, escaped or not."""
    return _NOT_XML.sub("\ufffd", text)
