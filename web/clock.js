// The session's clock, estimated from messages on a local clock that never steps.

const KEPT = 6; // half a minute; the least delayed is the best
const JUMP_S = 1.0; // readings this far off are a new clock (restart, sleep)

export class SessionClock {
  #readings = [];
  #speed = 1;
  #last; // reading

  // The server said that its clock stood at sessionS; we read it at localMs.
  read(sessionS, speed, localMs) {
    const offset = sessionS - (localMs / 1000) * speed;
    // A session faster than life may stand still: of it only the last reading is true.
    const isReal = speed === 1 && this.#speed === 1;
    const isFar = (other) => Math.abs(offset - other) > JUMP_S;
    const isLate = isReal && offset < this.#offset() && isFar(this.#offset()) && isFar(this.#last);
    this.#last = offset;
    if (isLate) return; // a backlog after a sleep; of a new clock two agree
    const isNew = !isReal || isFar(this.#offset());
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
