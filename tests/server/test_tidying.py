import asyncio
import gc
import weakref

from biofeedback.clock import VirtualLoop
from biofeedback.server.tidying import EVERY_S, keep_tidy


class Knot:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.self = self


def test_everything_is_looked_through_only_when_it_is_quiet() -> None:
    quiet, before = [True], gc.get_threshold()

    async def main() -> list[bool]:
        gc.disable()  # as while the program was loaded
        tidying = asyncio.create_task(keep_tidy(lambda: quiet[0]))
        await asyncio.sleep(1.0)
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0  # what was loaded is not looked through
        knot = weakref.ref(Knot())
        gc.freeze()  # it has grown old
        found = []
        for quiet[0] in (False, True):
            await asyncio.sleep(EVERY_S)
            gc.collect()
            found.append(knot() is None)
        assert gc.get_threshold()[2] > before[2]
        tidying.cancel()
        await asyncio.gather(tidying, return_exceptions=True)
        return found

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()) == [False, True]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
