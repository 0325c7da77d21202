import os
import signal

import pytest

from digest.errors import RenderError
from digest.output.processes import spread


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_every_number_is_done_once_and_in_order(count: int, workers: int) -> None:
    assert list(spread(lambda number: number, count, workers)) == list(range(count))


def test_a_process_that_is_killed_is_an_error_that_says_so() -> None:
    parent = os.getpid()

    def killed(number: int) -> None:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(RenderError, match=r"was killed .* at page 0 or soon after it"):
        list(spread(killed, 9, 2, lambda number: f"page {number}"))


def test_an_error_of_one_shard_is_the_error_of_the_whole() -> None:
    def broken(number: int) -> None:
        raise RenderError(f"paper.html:3: broken at {number}")

    with pytest.raises(RenderError, match=r"paper\.html:3: broken at 0"):
        list(spread(broken, 9, 2))
