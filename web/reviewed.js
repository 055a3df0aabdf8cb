// One session as it is reviewed: what the server says of it, and what is chosen in its pictures.

import { WORKED_MS, ask } from "./api.js";
import { beatsOf } from "./beat_list.js";
import { fromBegin } from "./from_begin.js";
import { lookAgain } from "./me.js";
import { computed, signal } from "./ui.js";
import { showing, spanOf, within } from "./zoom.js";

const MOST_BEATS = 20_000; // of one edit, as the server takes it
const BESIDE_S = 1e-6; // a stretch takes in the beats that it was chosen by, however their times were rounded
export const TOO_MANY = "too_many_beats";
const worked = (method, path, body) => ask(method, path, body, WORKED_MS);

export class Reviewed {
  constructor(session) {
    this.session = session;
    this.path = `/api/sessions/${encodeURIComponent(session)}`;
    this.found = signal(null); // what the server says of the session
    this.refused = signal(null); // why it says nothing
    this.chosen = signal({ at: 0, from: 0 }); // two places in the list of beats, the same one unless a stretch is chosen
    this.zoom = signal([0, 1]); // seconds of the session that the tachogram shows
    this.waiting = []; // edits that are still to be sent
    this.busy = signal(false); // whether one is under way
    this.trouble = signal(null); // why the last edit was not made
    this.changes = signal(null); // what the last edit changed
    this.stretches = signal([null, null]); // { from_s, to_s, found, refused } of those that are compared
    this.isShort = signal(false); // whether a stretch was to be kept of too few beats
    this.other = signal(null); // { session, found, refused } of another session beside this one
    this.beats = computed(() => (this.found.value ? beatsOf(this.found.value.beats) : []));
    this.span = computed(() => spanOf(this.found.value));
  }

  // Asks for all of it; what was chosen stays.
  async load() {
    this.refused.value = null;
    try {
      const isFirst = this.found.peek() === null;
      this.found.value = fromBegin(await worked("GET", `${this.path}/review`));
      if (isFirst) this.zoom.value = this.opening();
    } catch (refused) {
      lookAgain(refused);
      this.refused.value = refused;
    }
  }

  // The tachogram opens on the first breathing step, else on the whole session.
  opening() {
    const step = this.found.peek().document.steps.find((one) => one.step === "breathe");
    if (!step) return this.span.peek();
    const first = this.beats.peek().findIndex((beat) => beat.t_s >= step.start_s);
    this.chosen.value = { at: Math.max(0, first), from: Math.max(0, first) };
    return within([step.start_s - 5, step.end_s + 5], this.span.peek());
  }

  // Chooses by the keyboard: the tachogram follows.
  choose(chosen) {
    this.chosen.value = chosen;
    this.zoom.value = showing(this.zoom.peek(), this.beats.peek()[chosen.at].t_s, this.span.peek());
  }

  // The time about which the tachogram zooms: of the chosen beat where it is in sight.
  middle() {
    const [from, to] = this.zoom.peek();
    const t_s = this.beats.peek()[this.chosen.peek().at]?.t_s ?? from;
    return t_s >= from && t_s <= to ? t_s : (from + to) / 2;
  }

  // Beats of the chosen stretch, or the one.
  stretch() {
    const { at, from } = this.chosen.value;
    return this.beats.value.slice(Math.min(at, from), Math.max(at, from) + 1);
  }

  // Has the server treat the chosen beats otherwise, or take the last edit back: one edit after the other.
  async edit(kind) {
    const beats = this.stretch().map((beat) => beat.id);
    if (beats.length === 0) return;
    if (kind !== "undo" && beats.length > MOST_BEATS) return (this.trouble.value = { code: TOO_MANY, n: beats.length });
    this.waiting.push({ kind, beats });
    if (this.busy.peek()) return;
    this.busy.value = true;
    while (this.waiting.length > 0) await this.send(this.waiting.shift());
    this.busy.value = false;
  }

  // One edit; the server computes everything anew. What waits behind one that was not made is not made either.
  async send({ kind, beats }) {
    this.trouble.value = null;
    const before = this.found.peek().document;
    const expected = this.found.peek().edits.length; // the log that this was decided on
    try {
      const { changesBetween } = await import("./changes.js"); // first, as an edit that was made has to be told
      this.found.value = fromBegin(await worked("POST", `${this.path}/edits`, { ...(kind === "undo" ? { kind } : { kind, beats }), expected }));
      this.changes.value = { kind, count: beats.length, rows: changesBetween(before, this.found.peek().document) };
      this.stretches.peek().forEach((one, index) => one && this.measure(index, one));
    } catch (refused) {
      lookAgain(refused);
      this.waiting = [];
      this.trouble.value = refused;
      if (refused.code === "conflict") await this.load(); // somebody else was first: theirs is shown
    }
  }

  // Keeps the chosen stretch as the first or second of two.
  async keep(index) {
    const beats = this.stretch();
    this.isShort.value = beats.length < 2;
    if (beats.length >= 2) await this.measure(index, { from_s: beats[0].t_s, to_s: beats.at(-1).t_s });
  }

  // Has the server measure a stretch.
  async measure(index, { from_s, to_s }) {
    const hold = (rest) => (this.stretches.value = this.stretches.peek().with(index, { from_s, to_s, found: null, refused: null, ...rest }));
    const { begin_s } = this.found.peek();
    try {
      hold({ found: await worked("GET", `${this.path}/segment?from_s=${Math.max(0, from_s + begin_s - BESIDE_S)}&to_s=${to_s + begin_s + BESIDE_S}`) });
    } catch (refused) {
      lookAgain(refused);
      hold({ refused });
    }
  }

  // Asks for another session, to be laid beside this one; "" for none.
  async lay(session) {
    if (!session || session === this.session) return (this.other.value = null);
    this.other.value = { session, found: null, refused: null };
    const answer = await worked("GET", `/api/sessions/${encodeURIComponent(session)}/review`).then((found) => ({ found: fromBegin(found) }), (refused) => ({ refused }));
    if (this.other.peek()?.session === session) this.other.value = { session, found: null, refused: null, ...answer };
  }
}
