"""``make bench``: what eight open cards cost, and whether a patient's circle still moves smoothly beside them."""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from conftest import CHROMIUM, FLAGS
from eight_people import PEOPLE, Rooms
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from program import serving, wait_until_ready

from tests.bench import machine
from tests.ports import free_port

SECONDS = 20
# Sees each message as it comes, and when the frame that follows it was painted; counts the frames of the page.
WATCH = """
  window.frames_drawn = 0;
  window.painted = [];
  const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
  if (location.pathname === "/patient") requestAnimationFrame(count); // the cards draw only what changes
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const { t, type } = JSON.parse(data);
        if (type !== "beat" && type !== "breath" && type !== "answer") return;
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => window.painted.push([t / 1e6, performance.timeOrigin + performance.now()]);
          port2.postMessage(null);
        });
      });
    }
  };
"""


def opened(browser: Browser, address: str) -> tuple[Page, CDPSession]:
    """A page in a process of its own, watched from its first line."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address)
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU, whatever else the machine does
    return page, devtools


def busy_s(devtools: CDPSession) -> float:
    """CPU that the page's main thread has spent on tasks."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def measure(browser: Browser, origin: str) -> dict[str, float]:
    """Shares, frames and delays over some seconds."""
    physio, physio_tools = opened(browser, f"{origin}/physio?lang=en")
    physio.wait_for_selector(f".card-facts >> nth={len(PEOPLE) - 1}")
    patient, patient_tools = opened(browser, f"{origin}/patient?lang=en")
    patient.wait_for_selector(".disc", timeout=60_000)  # in the room that a try-out begins with
    physio.wait_for_timeout(3000)
    pages = ((physio, physio_tools), (patient, patient_tools))
    for page, _ in pages:
        page.evaluate("window.painted.length = 0")
    before = [(page.evaluate("window.frames_drawn"), busy_s(tools)) for page, tools in pages]
    start_s = time.monotonic()
    physio.wait_for_timeout(SECONDS * 1000)
    took_s = time.monotonic() - start_s
    after = [(page.evaluate("window.frames_drawn"), busy_s(tools)) for page, tools in pages]
    ahead_ms = (time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)) * 1000  # the page's clock, of the server's
    delays = [painted - (sent + ahead_ms) for sent, painted in physio.evaluate("window.painted")]
    return {
        "main thread of /physio with eight cards, %": 100 * (after[0][1] - before[0][1]) / took_s,
        "main thread of /patient beside it, %": 100 * (after[1][1] - before[1][1]) / took_s,
        "frames a second of /patient": (after[1][0] - before[1][0]) / took_s,
        "from sending to paint, p95, ms": quantiles(delays, n=20)[-1],
        "from sending to paint, median, ms": quantiles(delays, n=2)[0],
        "messages painted": len(delays),
    }


def main() -> int:
    """Measure, and print."""
    if CHROMIUM is None:
        print("SKIPPED the pages: there is no Chromium")
        return 0
    print(machine.describe())
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as data,
        serving(Path(data), port, "--strap", "simulated", "--exercise", "plain_4_6") as process,
    ):
        wait_until_ready(port, process)
        rooms = Rooms(port)
        rooms.fill("plain_4_6")
        rooms.ids["first"] = rooms.first()
        for code in rooms.ids:
            rooms.command(code, "start")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            found = measure(browser, rooms.origin)
            browser.close()
    for what, figure in found.items():
        print(f"{figure:8.1f}  {what}")
    print(f"load at the end: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
