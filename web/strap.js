// Keeps one strap connected: chosen with a tap once, then found again by itself.

import { isAvailable, obstacle, refusal, WANTED } from "./bluetooth.js";
import { Link } from "./link.js";
import { tab } from "./tab.js";

const WAITS_MS = [500, 1000, 2000, 4000, 8000];
const POLL_MS = 2000; // while Bluetooth is off
const CHOSEN = "strap"; // in this tab only: another person's strap is not connected to by itself

// How long to wait after so many failures in a row, 20 % more or less; `chance` is 0..1.
export function backOffMs(failures, chance) {
  return WAITS_MS[Math.min(Math.max(failures - 1, 0), WAITS_MS.length - 1)] * (0.8 + 0.4 * chance);
}

export class Strap {
  detail = null; // what goes on or is missing, as a key of the language files; null while heart rates come
  needsTap = true;
  #on;
  #bluetooth;
  #memory;
  #make;
  #device = null; // in use
  #chosen = null; // in use, or until the page was put aside
  #link = null;
  #isLive = false;
  #wake = () => {};

  // on.connected(about, nowMs), on.heard(characteristic, bytes, nowMs), on.lost(reason), on.changed(isNews): what is shown
  // changed, and whether nothing else told it.
  constructor({ on, scope = globalThis, memory = tab, makeLink = (...all) => new Link(...all) }) {
    this.#on = on;
    this.#bluetooth = scope.navigator.bluetooth;
    this.#memory = memory;
    this.#make = makeLink;
    const cannot = obstacle(scope);
    this.canChoose = cannot === null;
    this.needsTap = this.canChoose;
    this.detail = cannot ?? "strap.browser_tap";
    this.#bluetooth?.addEventListener?.("availabilitychanged", () => this.#availabilityChanged());
  }

  // After the page was opened: the strap of before, where the browser remembers it; else says why a tap is needed.
  async begin() {
    if (!this.canChoose) return;
    const id = this.#memory.recall(CHOSEN);
    const known = id && this.#bluetooth.getDevices ? await this.#bluetooth.getDevices().catch(() => []) : [];
    const device = known.find((one) => one.id === id);
    if (device) this.#keep(device);
    else if (!(await isAvailable(this.#bluetooth))) this.#show("strap.browser_bluetooth_off", true);
    else if (id) this.#show("strap.browser_tap_again", true);
  }

  // After a tap: the browser shows its list of straps. The one in use is let go when another is chosen.
  async choose() {
    if (!this.#device) this.#show("strap.browser_choosing", true);
    let device;
    try {
      device = await this.#bluetooth.requestDevice(WANTED);
    } catch (error) {
      if (!this.#device) this.#show(refusal(error), true);
      return;
    }
    this.#memory.remember(CHOSEN, device.id);
    this.leave("other_strap");
    this.#keep(device);
  }

  // Lets the strap go, now: a page that closes has no time for more.
  leave(reason) {
    const link = this.#link;
    [this.#device, this.#link] = [null, null];
    this.#lose(reason);
    link?.end();
    this.#wake();
  }

  // Back from where a browser puts pages aside: goes on with the strap of before.
  comeBack() {
    if (!this.#device && this.#chosen) this.#keep(this.#chosen);
  }

  // Something changed that may help: tries again at once.
  hurry() {
    this.#wake();
  }

  #availabilityChanged() {
    this.#wake();
    if (!this.#device && this.detail === "strap.browser_bluetooth_off") this.#show("strap.browser_tap", true);
  }

  async #keep(device) {
    [this.#device, this.#chosen] = [device, device];
    let failures = 0;
    while (this.#device === device) {
      if (failures < 2) this.#show("strap.browser_connecting", false);
      const wasLive = await this.#use(device);
      if (this.#device !== device) return;
      failures = wasLive ? 0 : failures + 1;
      const isOff = !(await isAvailable(this.#bluetooth));
      if (isOff) this.#show("strap.browser_bluetooth_off", false);
      else if (failures > 1) this.#show("strap.browser_busy", false); // off the air, connected elsewhere, or Bluetooth is off: a browser does not tell
      await this.#pause(isOff ? POLL_MS : backOffMs(failures, Math.random()));
    }
  }

  // Uses the strap once; whether heart rates came.
  async #use(device) {
    const ours = (act) => (...all) => this.#link === link && act(...all);
    const link = this.#make(device, {
      tell: ours((detail) => this.#show(detail, false)),
      live: ours((...all) => this.#connect(...all)),
      heard: ours((...frame) => this.#on.heard(...frame)),
    });
    this.#link = link;
    try {
      ours((reason) => this.#lose(reason))(await link.run());
      return true;
    } catch (error) {
      ours(() => this.#show(error.detail ?? "strap.retrying", false))();
      return false;
    }
  }

  #connect(about, nowMs) {
    this.#isLive = true;
    this.#show(null, false, false);
    this.#on.connected(about, nowMs);
  }

  #lose(reason) {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#on.lost(reason);
    this.#show(`strap.${reason}`, this.needsTap, false);
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #show(detail, needsTap, isNews = true) {
    if (detail === this.detail && needsTap === this.needsTap) return;
    Object.assign(this, { detail, needsTap });
    this.#on.changed(isNews);
  }
}
