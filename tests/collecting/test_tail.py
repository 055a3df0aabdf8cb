"""A log is read back as it was written, as far as it is whole."""

import re
from pathlib import Path

from biofeedback.clock import LoopClock
from biofeedback.collecting.log import Log, earlier_logs
from biofeedback.collecting.tail import BATCH_FRAMES, Tail
from biofeedback.core.events import Characteristic
from biofeedback.frames import FrameBytes, FrameConnected, FrameLost
from biofeedback.straps import Connected, Lost, Payload, Searching

ECG = Payload(Characteristic.PMD_DATA, bytes(range(232)))


async def filled(folder: Path, beats: int) -> Log:
    log = Log(folder, "room-2", "S", LoopClock(), "ble", simulated=False)
    log.take(Searching("strap.searching"))
    log.take(Connected("ble", "Polar H10", "5.0"))
    for _ in range(beats):
        log.take(ECG)
    log.take(Lost("off"))
    assert await log.flush()
    return log


async def test_every_frame_comes_back_in_batches_that_fit_in_a_message(tmp_path: Path) -> None:
    log = await filled(tmp_path, 500)
    frames, sizes = [], []
    while batch := log.tail.batch(log.durable):
        frames += batch
        sizes.append(len(batch))
    assert [frame.seq for frame in frames] == list(range(1, 503))
    assert frames[0] == FrameConnected(seq=1, t_s=frames[0].t_s, model="Polar H10", firmware="5.0")
    assert isinstance(frames[1], FrameBytes)
    assert frames[1].value == ECG.value.hex()
    assert frames[-1] == FrameLost(seq=502, t_s=frames[-1].t_s, reason="off")
    assert max(sizes) <= BATCH_FRAMES
    log.tail.seek(499)
    assert [frame.seq for frame in log.tail.batch(501)] == [500, 501]
    log.tail.seek(502)
    assert log.tail.batch(None) == []
    log.close()


async def test_nothing_is_sent_that_is_not_on_this_disk(tmp_path: Path) -> None:
    log = await filled(tmp_path, 3)
    log.take(ECG)
    log.tail.seek(5)
    assert log.tail.batch(log.durable) == []
    assert await log.flush()
    assert [frame.seq for frame in log.tail.batch(log.durable)] == [6]
    log.close()


async def test_a_torn_log_ends_with_its_last_whole_line(tmp_path: Path) -> None:
    log = await filled(tmp_path, 3)
    log.close()
    whole = log.path.read_bytes()
    for torn in (whole[:-5], whole[:-5] + b"\n", whole + b"\x00\x00\n" + whole):
        log.path.write_bytes(torn)
        seqs = [frame.seq for frame in Tail(log.path).batch(None)]
        assert seqs == list(range(1, 6 if torn.startswith(whole) else 5))
    for spoilt in (b'"value":"zz"', b'"value":7', b'"value":"00","seq":0'):  # JSON still, and nothing that was written
        lines = whole.splitlines(keepends=True)
        lines[-2] = re.sub(rb'"value":"[0-9a-f]+"', spoilt, lines[-2])
        log.path.write_bytes(b"".join(lines))
        tail = Tail(log.path)
        assert [frame.seq for frame in tail.batch(None)] == [1, 2, 3]
        assert not tail.is_at_end
    log.path.write_bytes(whole)
    (tmp_path / "other.jsonl").write_text("{}\n")
    (old,) = earlier_logs(tmp_path, "room-2")
    old.measure()
    assert (old.origin, old.session, old.count) == (log.origin, "S", 5)
    assert list(earlier_logs(tmp_path, "room-3")) == []
