import asyncio

from biofeedback.viewer import CAPACITY, Dropped, Outgoing, Viewer


def beat(k: int) -> Outgoing:
    return Outgoing("beat", f"beat {k}", k, float(k))


def drained(viewer: Viewer) -> list[Outgoing | Dropped]:
    async def main() -> list[Outgoing | Dropped]:
        viewer.close(1000, "done")
        items = []
        while (item := await viewer.next()) is not None:
            items.append(item)
        return items

    return asyncio.run(main())


def test_a_slow_viewer_keeps_the_latest_beat_and_is_told_what_was_dropped() -> None:
    viewer = Viewer("patient", 0.0)
    for k in range(1, CAPACITY + 2):
        viewer.put(beat(k))
    assert drained(viewer) == [Dropped(1.0, CAPACITY - 1.0), beat(CAPACITY), beat(CAPACITY + 1)]


def test_what_must_arrive_is_never_dropped_and_keeps_its_place() -> None:
    viewer = Viewer("patient", 0.0)
    kept = [Outgoing(kind, kind, 100) for kind in ("answer", "step", "mark", "breath", "measures", "hello", "bye")]
    for k in range(10 * CAPACITY):
        viewer.put(beat(k))
        viewer.put(Outgoing("quality", f"quality {k}"))
        if k % 40 == 20:
            viewer.put(kept[k // 40 % len(kept)])
    items = drained(viewer)
    assert [item for item in items if isinstance(item, Outgoing) and item.q == 100] == kept[:7] + kept[:1]
    assert len(items) < 60
    assert items[-1] == Outgoing("quality", f"quality {10 * CAPACITY - 1}")
    spans = [(item.start_s, item.end_s) for item in items if isinstance(item, Dropped)]
    assert spans == sorted(spans)
    told = {item.at_s for item in items if isinstance(item, Outgoing) and item.kind == "beat"}
    told |= {float(k) for start_s, end_s in spans for k in range(int(start_s), int(end_s) + 1)}
    assert told == {float(k) for k in range(10 * CAPACITY)}


def test_a_viewer_waits_for_what_comes() -> None:
    async def main() -> object:
        viewer = Viewer("physio", 0.0)
        waiting = asyncio.create_task(viewer.next())
        await asyncio.sleep(0)
        viewer.put(beat(1))
        return await waiting

    assert asyncio.run(main()) == beat(1)


def test_a_closed_viewer_keeps_its_first_reason() -> None:
    viewer = Viewer("physio", 0.0)
    viewer.close(4008, "too_slow")
    viewer.close(1012, "shutdown")
    assert viewer.closed == (4008, "too_slow")


def test_a_viewer_is_behind_by_its_oldest_message_or_its_last_word() -> None:
    viewer = Viewer("physio", 100.0)
    assert viewer.behind_s(104.0) == 4.0
    viewer.sent(1, 101.0)
    viewer.sent(0, 101.5)
    viewer.sent(2, 102.0)
    viewer.acknowledge(1, 109.0)
    assert viewer.behind_s(110.0) == 8.0  # it speaks, but has not come further than message 1
    viewer.acknowledge(2, 110.0)
    assert viewer.behind_s(110.0) == 0.0
