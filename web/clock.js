// The session's clock as seen from this page: estimated from `pacer` messages on a local clock that never steps.

const KEPT = 6; // half a minute of readings; the least delayed of them is the best
const JUMP_S = 1.0; // a reading this far off is a new clock (restart, sleep), not a late message

export class SessionClock {
  #readings = [];
  #speed = 1;

  // The server said that its clock stood at sessionS; we read it at localMs.
  read(sessionS, speed, localMs) {
    const offset = sessionS - (localMs / 1000) * speed;
    // A session faster than life stands still where its machine is held up: of it only the last reading is true.
    const isNew = speed !== 1 || this.#speed !== 1 || Math.abs(offset - this.#offset()) > JUMP_S * speed;
    this.#readings = isNew ? [offset] : [...this.#readings.slice(1 - KEPT), offset];
    this.#speed = speed;
  }

  // A message can only be late, so the largest offset is the least delayed.
  #offset() {
    return this.#readings.length ? Math.max(...this.#readings) : Number.NaN;
  }

  get isSet() {
    return this.#readings.length > 0;
  }

  get speed() {
    return this.#speed;
  }

  nowS(localMs) {
    return this.isSet ? (localMs / 1000) * this.#speed + this.#offset() : null;
  }
}
