import os
import signal

import pytest

from digest.errors import RenderError
from digest.jobs import PART, WORTH, in_parts


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("count", [0, 1, PART, WORTH - 1, WORTH + 1])
def test_every_item_is_done_once_and_in_order(count: int, jobs: int) -> None:
    parts = list(in_parts(list, count, jobs))
    assert [at for part in parts for at in part] == list(range(count))


def test_a_process_that_is_killed_is_an_error_that_says_so() -> None:
    parent = os.getpid()

    def killed(part: range) -> None:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(RenderError, match="was killed"):
        list(in_parts(killed, WORTH, 2))


def test_an_error_of_one_part_is_the_error_of_the_whole() -> None:
    def broken(part: range) -> None:
        raise RenderError(f"paper.html:3: broken at {part.start}")

    with pytest.raises(RenderError, match=r"paper\.html:3: broken at 0"):
        list(in_parts(broken, WORTH, 2))
