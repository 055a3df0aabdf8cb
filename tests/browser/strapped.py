"""Pages in a browser that has Bluetooth and one strap near, both made up: ``window.fake`` is what plays them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from playwright.sync_api import Browser, Page
from scenes import SCENES, Scene
from watching import ROOT, Watched, watched

T = TypeVar("T")
FAKE = (ROOT / "tests" / "web" / "fake_bluetooth.js").read_text(encoding="utf-8")
WITH_BLUETOOTH = f"""{FAKE}
globalThis.fake = new FakeBluetooth();
Object.defineProperty(navigator, "bluetooth", {{ value: fake, configurable: true }});
"""
# A heart at about 150 beats a minute, each notification unlike the one before, and 73 samples of a flat ECG beside it.
BEATING = """
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let [beats, frames] = [0, 0];
const rr = () => {
  const raw = 390 + (beats++ % 40);
  return hex([0x10, 150, raw & 255, raw >> 8]);
};
const ecg = () => {
  const frame = new DataView(new ArrayBuffer(10 + 73 * 3));
  frame.setBigUint64(1, 800_000_000_000_000_000n + 560_000_000n * BigInt(++frames), true);
  return hex(new Uint8Array(frame.buffer));
};
window.beating = [
  setInterval(() => fake.strap.send("2a37", rr()), 400),
  setInterval(() => fake.strap.send("pmd_data", ecg()), 560),
];
"""
NOT_CONNECTED: dict[str, Any] = {**SCENES["searching"].quality, "strap_detail": "strap.browser_away"}
CONNECTED = {"strap_state": "waiting_for_beats", "strap_detail": None, "contact": None, "heart_rate_bpm": None}


def with_strap(scene: str, **quality: object) -> Scene:
    """A scene of a session whose strap the page connects to itself."""
    before = SCENES[scene]
    own = {"strap": "browser", "simulated": False}
    return replace(before, hello={**before.hello, **own}, quality={**before.quality, **quality})


def strapped(browser: Browser, url: str, *scripts: str, **options: object) -> Watched:
    """The patient's page in such a browser; ``scripts`` run before the page's own."""
    view = watched(browser, url, **options)
    for script in (WITH_BLUETOOTH, *scripts):
        view.page.add_init_script(script)
    view.page.goto(f"{url}/patient?lang=en")
    view.page.wait_for_selector("html[lang=en] main")
    return view


def connect(page: Page) -> None:
    """Taps the button, and lets the strap send its first heart rate."""
    page.get_by_role("button", name="Connect the strap", exact=True).click()
    beat(page)


def beat(page: Page, value: str = "10437203") -> None:
    """The strap sends a heart rate, as soon as the page listens."""
    until(page, lambda: page.evaluate(f"fake.strap.send('2a37', '{value}')"))


def until(page: Page, what: Callable[[], T]) -> T:
    """What a question answers, once it answers anything."""
    for _look in range(3000):
        if found := what():
            return found
        page.wait_for_timeout(20)
    raise AssertionError("it did not come")
