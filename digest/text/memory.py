"""What was made of texts that come again and again, kept in bounded space."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])
_LONGEST = 5_000  # characters; no abstract and no formula of arXiv is longer than 2,000


def remembered(most: int) -> Callable[[_Function], _Function]:
    """Keep the last answers of a pure function of a text; of a longer text none is kept.

    Args:
        most: answers.
    """

    def decorated(function: _Function) -> _Function:
        kept = lru_cache(most)(function)

        @wraps(function)
        def answer(text: str, *more: Any) -> Any:
            return (kept if len(text) <= _LONGEST else function)(text, *more)

        return cast("_Function", answer)

    return decorated
