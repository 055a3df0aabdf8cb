// The rooms that the physiotherapist follows: one live session each, looked for anew every few seconds.

import { ask } from "./api.js";
import { recall } from "./preferences.js";
import { seated } from "./seats.js";
import { Session } from "./session.js";
import { drawnUntilS, sparkPaths } from "./spark.js";
import { isStale } from "./stale.js";
import { computed, effect, signal } from "./ui.js";
import { NOTHING_SINCE, isMeasured, since, warningsOf } from "./warnings.js";

const EVERY_MS = 3000;
const ENDED = new Set([401, 403]);

export const limits = signal(recall("limits", { low: null, high: null })); // of the heart rate, set by the clinic

// One room that is followed.
class Watch {
  held = signal(NOTHING_SINCE); // since when its warnings hold
  chosen = signal(null); // the exercise that is to begin
  asking = signal(null); // "stop" or "new": done after a second press
  second = computed(() => Math.floor(this.session.nowMs.value / 1000));
  isOld = computed(() => this.session.state.value.hello !== null && isStale(this.session.state.value, this.session.nowMs.value));
  minute = computed(() => this.second.value && sparkPaths(this.session.state.peek(), drawnUntilS(this.session.state.peek(), this.session.sessionS()))); // drawn anew each second
  #stop;

  constructor(id, pseudonym = "") {
    this.id = id;
    this.pseudonym = pseudonym;
    this.session = new Session("physio", id);
    this.#stop = effect(() => {
      const { quality, phase } = this.session.state.value;
      if (quality) this.held.value = isMeasured(phase) ? since(this.held.peek(), quality, quality.at_s * 1000) : NOTHING_SINCE;
    });
  }

  get exercise() {
    return this.chosen.value ?? this.session.state.value.hello?.exercise ?? null;
  }

  // What the clinic wants to be told, by the session's own clock: a replay may run faster than life.
  warnings() {
    const { session } = this;
    const { quality } = session.state.value;
    this.second.value; // counts
    return warningsOf(quality, this.held.value, limits.value, Math.max((session.sessionS() ?? 0) * 1000, (quality?.at_s ?? 0) * 1000));
  }

  leave() {
    this.#stop();
    this.session.close();
  }
}

export class Desk {
  seats = signal([]); // of Watch, null where a place is free
  more = signal(0); // rooms without a place
  opened = signal(null); // the Watch whose session is looked at closely
  isKnown = signal(false);
  isAlone = signal(false); // there is one session for this page: it is opened, and there is nothing to go back to
  refused = signal(null);
  #watches = new Map();
  #asked = null; // the room that is to be opened
  #rooms = [];
  #opensOnly = false;

  // Follows one's own rooms from now on; where it opens the only one, there are no cards as long as that is so.
  follow(opensOnly) {
    this.#opensOnly = opensOnly;
    this.#look();
    setInterval(() => document.visibilityState === "visible" && this.#look(), EVERY_MS);
  }

  // Follows the only room that there is for this page.
  followOne(id) {
    this.isAlone.value = true;
    this.isKnown.value = true;
    this.open(id);
  }

  open(id) {
    this.#asked = id;
    this.#settle();
  }

  async #look() {
    try {
      this.#rooms = await ask("GET", "/api/rooms");
      this.refused.value = null;
      this.isKnown.value = true;
      this.#settle();
    } catch (refused) {
      if (ENDED.has(refused.status)) this.refused.value = refused; // anything else: what is followed goes on
    }
  }

  #settle() {
    const { seats, more } = seated(this.seats.peek().map((watch) => watch?.id), this.#rooms.map((room) => room.id));
    const asked = this.#asked ?? (this.#opensOnly && this.#rooms.length === 1 ? this.#rooms[0].id : null);
    this.more.value = more;
    if (this.#opensOnly) this.isAlone.value = this.#rooms.length === 1;
    this.#leaveAllBut(new Set([...seats, asked]));
    const next = seats.map((id) => (id === null ? null : this.#watch(id)));
    if (next.some((watch, at) => watch !== this.seats.peek()[at])) this.seats.value = next;
    this.opened.value = asked === null ? null : this.#watch(asked);
  }

  #watch(id) {
    if (!this.#watches.has(id)) this.#watches.set(id, new Watch(id, this.#rooms.find((room) => room.id === id)?.pseudonym ?? ""));
    return this.#watches.get(id);
  }

  #leaveAllBut(wanted) {
    for (const [id, watch] of this.#watches) {
      if (wanted.has(id)) continue;
      watch.leave();
      this.#watches.delete(id);
    }
  }
}
