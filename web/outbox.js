// What the strap sent and the server has not kept yet: numbered, stamped, sent at once, and sent again when it must be.

const MOST = 20_000; // frames: over an hour of heart rate, ECG and acceleration without a connection
const IN_ONE_MESSAGE = 64; // of at most half a kilobyte each: the server takes 64 KiB
const SAVED = "frames";

// Named anew at each page load and for each session, so that `seq` always counts from 1.
function newOrigin() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `browser-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const seconds = (ms) => Math.round(ms * 1000) / 1e6;

export class Outbox {
  #say;
  #standing;
  #most;
  #nowMs;
  #isOpen = false;
  #isOver = false; // the session has ended: nothing more is written for it
  #isFull = false;
  #news;
  #batches; // [{ origin, epoch, next, frames }] with frames that are not kept yet; the last is the one that grows

  // say(message) speaks on an open channel; news() is what goes on with the strap, as a key of the language files;
  // standing() gives the frames that a session must have first. `saved`: what an earlier load of the page left.
  constructor({ say, news, standing, saved = [], most = MOST, nowMs = () => performance.now() }) {
    this.#say = say;
    this.#news = news;
    this.#standing = standing;
    this.#most = most;
    this.#nowMs = nowMs;
    this.#batches = [...saved, { origin: newOrigin(), epoch: null, next: 1, frames: [] }];
  }

  get origin() {
    return this.#batches.at(-1).origin;
  }

  get waiting() {
    return this.#batches.reduce((sum, batch) => sum + batch.frames.length, 0);
  }

  // Whether the newest frames no longer find a place. What came before is whole, and the gap is marked.
  get isFull() {
    return this.#isFull;
  }

  // Something came from the strap at local time nowMs.
  add(fields, nowMs) {
    if (this.#isOver || this.#isFull) return;
    this.#isFull = this.waiting >= this.#most - 1;
    this.#write(this.#isFull ? { kind: "lost", reason: "browser_full" } : fields, nowMs);
  }

  // The server said hello: what it has not kept is sent again, oldest first. What was meant for another session is
  // not said in this one; a new one begins with what stands.
  open(epoch, isFinished) {
    const isNew = this.#batches.at(-1).epoch !== epoch;
    this.#isOpen = true;
    this.#isOver = false;
    this.#batches = this.#batches.filter((batch) => batch.epoch === epoch);
    if (isNew) this.#batches.push({ origin: newOrigin(), epoch, next: 1, frames: [] });
    if (isFinished) this.finish();
    for (const { origin, frames } of this.#batches) {
      this.#say({ type: "strap", origin, detail: this.#news() });
      this.#send(origin, frames);
    }
    if (isNew) this.#begin();
  }

  // The channel is closed: what comes now waits.
  close() {
    this.#isOpen = false;
  }

  // The session has ended.
  finish() {
    this.#isOver = true;
    for (const batch of this.#batches) batch.frames = [];
  }

  // What goes on with the strap; said again by itself when the channel opens.
  tell() {
    if (this.#isOpen) this.#say({ type: "strap", origin: this.origin, detail: this.#news() });
  }

  // The server has everything of an origin up to and including seq.
  kept(origin, seq) {
    const current = this.#batches.at(-1);
    for (const batch of this.#batches) {
      if (batch.origin === origin) batch.frames = batch.frames.filter((frame) => frame.seq > seq);
    }
    this.#batches = this.#batches.filter((batch) => batch.frames.length || batch === current);
    if (this.#isFull && this.waiting < this.#most / 2) this.#begin();
  }

  // Puts what is not kept where a page that is loaded anew finds it: as much of the oldest as there is room for.
  save(memory) {
    let batches = this.#batches.filter((batch) => batch.frames.length).map(({ origin, epoch, frames }) => ({ origin, epoch, frames }));
    while (!memory.remember(SAVED, batches) && batches.length) {
      const last = batches.at(-1);
      const frames = last.frames.slice(0, Math.floor(last.frames.length / 2));
      batches = [...batches.slice(0, -1), ...(frames.length ? [{ ...last, frames }] : [])];
    }
  }

  static saved(memory) {
    return memory.recall(SAVED) ?? [];
  }

  #begin() {
    this.#isFull = false;
    for (const fields of this.#standing()) this.add(fields, this.#nowMs());
  }

  #write({ kind, ...fields }, nowMs) {
    const batch = this.#batches.at(-1);
    const frame = { kind, seq: batch.next, t_s: seconds(nowMs), ...fields };
    batch.next += 1;
    batch.frames.push(frame);
    if (this.#isOpen) this.#send(batch.origin, [frame]);
  }

  #send(origin, frames) {
    for (let at = 0; at < frames.length; at += IN_ONE_MESSAGE) {
      this.#say({ type: "frames", origin, frames: frames.slice(at, at + IN_ONE_MESSAGE) });
    }
  }
}
