// This page's own time, in which a device's sleep counts: the clock that never steps may stand still meanwhile, while the
// wall's goes on. A wall clock that is set right looks the same; the server's next word about its time mends that.

const SLEPT_MS = 1000; // less is no sleep

export class AwakeClock {
  #nowMs;
  #wallMs;
  #sleptMs = 0;
  #aheadMs; // the wall's clock, of the other

  constructor({ nowMs = () => performance.now(), wallMs = () => Date.now() } = {}) {
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    this.#aheadMs = wallMs() - nowMs();
  }

  nowMs() {
    return this.#nowMs() + this.#sleptMs;
  }

  // Whether the device has slept since the last look.
  hasSlept() {
    const aheadMs = this.#wallMs() - this.#nowMs();
    const sleptMs = aheadMs - this.#aheadMs;
    this.#aheadMs = aheadMs;
    if (sleptMs < SLEPT_MS) return false;
    this.#sleptMs += sleptMs;
    return true;
  }
}
