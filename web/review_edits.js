// What is done to beats: accepted, interpolated, left out, taken back; what that changed, and the log of it all.

import { chosenBy } from "./choice.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { TOO_MANY } from "./reviewed.js";
import { beatTime } from "./ticks.js";
import { html } from "./ui.js";

const KINDS = { a: "accept", i: "interpolate", x: "exclude", z: "undo" };
const STRETCHES = ["1", "2"];

// Edits by the keys of their letters, and keeps a stretch by its number, from wherever in the bench the focus is; not while something is typed.
export function editBy(event, reviewed) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const kind = KINDS[event.key.toLowerCase()];
  if (!kind && !STRETCHES.includes(event.key)) return;
  event.preventDefault();
  if (kind) reviewed.edit(kind);
  else reviewed.keep(STRETCHES.indexOf(event.key));
}

// A beat's time on the clock of the session, by its id.
function timesOf(reviewed) {
  return new Map(reviewed.beats.value.map((beat) => [beat.id.join("."), beat.t_s]));
}

const NEIGHBOURS = { before: "ArrowLeft", next: "ArrowRight" };

// One beat back or on, for who has no arrow keys.
function Neighbour({ reviewed, name }) {
  const t = words.value;
  const go = () => reviewed.choose(chosenBy(NEIGHBOURS[name], false, reviewed.chosen.peek(), reviewed.beats.peek().length));
  return html`<button type="button" class="small icon" aria-label=${t(`review.beat.${name}`)} title=${t(`review.beat.${name}`)} onClick=${go}>
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path class="outline" d=${name === "next" ? "M9 5l7 7l-7 7" : "M15 5l-7 7l7 7"} /></svg>
  </button>`;
}

function Buttons({ reviewed }) {
  const t = words.value;
  return html`<div class="buttons"><${Neighbour} reviewed=${reviewed} name="before" /><${Neighbour} reviewed=${reviewed} name="next" />${Object.entries(KINDS).map(([key, kind]) => html`<button type="button" class="small" aria-keyshortcuts=${key.toUpperCase()} onClick=${() => reviewed.edit(kind)}>${t(`review.edit.${kind}`)} <kbd>${key.toUpperCase()}</kbd></button>`)}</div>`;
}

// A number or a word of the compared ones.
function valueWords(t, key, value) {
  if (value === null) return t("report.absent");
  if (key === "exhale" || key === "calmer") return t(`answer.${value}`);
  if (key === "grade") return t(`grade.${value}`);
  return key === "beats" ? String(value) : t("format.one", { x: value });
}

function Changes({ reviewed }) {
  const t = words.value;
  const changes = reviewed.changes.value;
  if (!changes) return null;
  const { steps } = reviewed.found.value.document;
  const name = ({ key, step, pattern }) => {
    const what = t(`review.change.${key}`);
    if (step !== null) return t("review.change.in_step", { what, step: t(`step.${steps[step]?.step ?? "rest"}`) });
    return pattern === null ? what : t("review.change.in_step", { what, step: pattern });
  };
  return html`<p>${t(`review.done.${changes.kind}`, { n: changes.count })} ${changes.rows.length === 0 && t("review.change.none")}</p>
    ${changes.rows.length > 0 && html`<ul class="changes">${changes.rows.map((row) => html`<li><span>${name(row)}</span> <span class="from-to">${t("review.change.from_to", { from: valueWords(t, row.key, row.from), to: valueWords(t, row.key, row.to) })}</span></li>`)}</ul>`}`;
}

function troubleWords(t, refused) {
  if (refused.code === TOO_MANY) return t("review.too_many", { n: refused.n });
  return refused.code === "conflict" ? t("review.conflict") : t(...refusalWords(t, refused));
}

// What goes on and what it led to, said aloud.
function News({ reviewed }) {
  const t = words.value;
  const trouble = reviewed.trouble.value;
  const busy = reviewed.busy.value;
  return html`<div class="edit-news" role="status">${busy ? html`<p>${t("review.busy")}</p>` : !trouble && html`<${Changes} reviewed=${reviewed} />`}</div>
    ${trouble && !busy && html`<p class="news" role="alert">${troubleWords(t, trouble)}</p>`}`;
}

function Entry({ one, times }) {
  const t = words.value;
  const [first] = one.beats ?? [];
  const at = first && times.get(first.join("."));
  const what = t(`review.log.${one.kind}`, { n: one.beats?.length ?? 0 });
  return html`<li class=${one.undone ? "undone" : ""}><span class="time">${at === undefined ? "" : beatTime(t, at)}</span>
    <span><span class="what">${what}</span> ${one.undone && html`<strong>${t("review.log.undone")}</strong>`}
    <span class="soft">${t("review.log.by", { at: one.at_utc, author: one.author ?? t("review.log.nobody") })}</span></span></li>`;
}

// What can be done to the chosen beats, where they are looked at.
export function EditActs({ reviewed }) {
  const t = words.value;
  return html`<div class="edits" role="group" aria-label=${t("review.edit")} aria-busy=${reviewed.busy.value}>
    <${Buttons} reviewed=${reviewed} />
    <${News} reviewed=${reviewed} />
  </div>`;
}

export function Log({ reviewed }) {
  const t = words.value;
  const log = reviewed.found.value.edits;
  const times = timesOf(reviewed);
  return html`<section class="panel" aria-label=${t("review.log")}><h2>${t("review.log")}</h2>
    ${log.length === 0 ? html`<p class="soft">${t("review.log.none")}</p>` : html`<ol class="log" tabindex="0" aria-label=${t("review.log")}>${log.toReversed().map((one) => html`<${Entry} key=${one.id} one=${one} times=${times} />`)}</ol>`}
    <p class="soft small-print">${t("review.original")}</p>
  </section>`;
}
