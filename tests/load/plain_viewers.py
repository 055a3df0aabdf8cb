"""Viewers in plain Python, for a machine without a compiler: the same words in and out as viewers.c, fewer viewers."""

import argparse
import asyncio
import json
import sys
import time
import urllib.request
from pathlib import Path

import websockets

ACK_EVERY_S = 5.0


class Crowd:
    """All viewers, and what they heard while it was measured."""

    def __init__(self, viewers: int, port: int, rooms: list[str]) -> None:
        self.viewers = viewers
        self.all_open = asyncio.Event()
        self.port = port
        self.rooms = rooms
        self.opened = self.lost = self.gaps = self.bytes = 0
        self.measuring = False
        self.late_ms: list[float] = []

    def ticket(self, n: int) -> dict[str, str]:
        """What hello of a viewer carries beside the rest."""
        if not self.rooms:
            return {}
        origin = f"http://localhost:{self.port}"
        room = json.dumps({"room": self.rooms[n % len(self.rooms)]}).encode()
        headers = {"Content-Type": "application/json", "Origin": origin}
        with urllib.request.urlopen(urllib.request.Request(f"{origin}/api/ticket", room, headers)) as answer:
            return {"ticket": json.load(answer)["ticket"]}

    async def view(self, n: int) -> None:
        """One viewer, until it is cancelled."""
        ticket = await asyncio.to_thread(self.ticket, n)
        origin = f"http://localhost:{self.port}"
        async with websockets.connect(
            f"ws://localhost:{self.port}/ws",
            origin=origin,
            max_size=2**24,
            compression=None,
        ) as socket:
            await socket.send(json.dumps({"type": "hello", "protocol": 1, "role": "physio"} | ticket))
            last = acknowledged_s = 0.0
            async for text in socket:
                self.opened += not acknowledged_s
                if self.opened == self.viewers:
                    self.all_open.set()
                now_s = time.monotonic()
                if not acknowledged_s or now_s - acknowledged_s > ACK_EVERY_S:
                    acknowledged_s = now_s
                    await socket.send(json.dumps({"type": "ack", "message_seq": int(last)}))
                last = self.hear(json.loads(text), len(text), last)
        self.lost += 1

    def hear(self, message: dict[str, object], size: int, last: float) -> float:
        """Number of the newest message, after this one."""
        q, sent_ns = int(str(message["q"])), int(str(message["t"]))
        if self.measuring:
            self.gaps += bool(q and last and q != last + 1)
            self.late_ms.append((time.monotonic_ns() - sent_ns) / 1e6)
            self.bytes += size
        return q or last


def report(crowd: Crowd, viewers: int, opening_s: float, lasted_s: float, used_s: float) -> dict[str, object]:
    """What viewers.c prints as well."""
    late_ms = sorted(crowd.late_ms) or [0.0]
    quantiles = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "p999_ms": 0.999}
    return {
        "opened": crowd.opened, "failed": viewers - crowd.opened, "lost": crowd.lost, "opening_s": round(opening_s, 2),
        "messages": len(crowd.late_ms), "per_s": round(len(crowd.late_ms) / lasted_s),
        "message_bytes": round(crowd.bytes / max(1, len(crowd.late_ms))),
        **{name: round(late_ms[int(part * (len(late_ms) - 1))], 3) for name, part in quantiles.items()},
        "longest_ms": round(late_ms[-1], 3), "gaps": crowd.gaps, "unread": 0,
        "client_core": round(used_s / lasted_s, 3),
        "back": 0, "back_p50_ms": 0.0, "back_p99_ms": 0.0, "back_longest_ms": 0.0,
    }  # fmt: skip


async def main(port: int, viewers: int, rooms: list[str], lasts_s: float, settles_s: float) -> None:
    """Open, settle, measure, print."""
    crowd, began_s = Crowd(viewers, port, rooms), time.monotonic()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(crowd.view(n)) for n in range(viewers)]
        await crowd.all_open.wait()
        opening_s = time.monotonic() - began_s
        print("ready", flush=True)
        await asyncio.sleep(settles_s)
        print("measuring", flush=True)
        crowd.measuring, began_s, used_s = True, time.monotonic(), time.process_time()
        await asyncio.sleep(lasts_s)
        lasted_s, used_s = time.monotonic() - began_s, time.process_time() - used_s
        for task in tasks:
            task.cancel()
    print(json.dumps(report(crowd, viewers, opening_s, lasted_s, used_s)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for flag, kind, default in (("-p", int, 0), ("-n", int, 100), ("-d", float, 10.0), ("-w", float, 3.0)):
        parser.add_argument(flag, type=kind, default=default)
    parser.add_argument("-R", type=Path)
    parser.add_argument("-t", action="store_true")
    chosen, left = parser.parse_known_args()
    if left:
        sys.exit(f"these viewers cannot {' '.join(left)}")
    rooms = chosen.R.read_text(encoding="utf-8").split() if chosen.t else []
    asyncio.run(main(chosen.p, chosen.n, rooms, chosen.d, chosen.w))
