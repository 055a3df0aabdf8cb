// What was noted, asked for and rated in the session; each leads to its place in the tachogram.

import { nearest } from "./beat_list.js";
import { markWords } from "./mark_words.js";
import { words } from "./page.js";
import { clockText } from "./ticks.js";
import { html } from "./ui.js";

// A rating is told as the mark that it is in the live page.
const asMark = (one) => (one.scale ? { kind: "rating", text: `${one.scale} ${one.moment} ${one.value}` } : { ...one, text: one.text ?? "" });

// Who it was: a user by name, else the side that it came from.
const authorWords = (t, { author }) => (t.has(`author.${author}`) ? t(`author.${author}`) : author);

export function Moments({ reviewed }) {
  const t = words.value;
  const { marks, ratings } = reviewed.found.value;
  const all = [...marks, ...ratings].toSorted((a, b) => a.t_s - b.t_s);
  const go = (t_s) => {
    const at = nearest(reviewed.beats.value, t_s);
    if (at >= 0) reviewed.choose({ at, from: at });
  };
  return html`<section class="panel moments" aria-label=${t("report.ratings")}><h2>${t("report.ratings")}</h2>
    ${all.length === 0 ? html`<p class="soft">${t("review.moments.none")}</p>` : html`<ul>${all.map((one) => html`<li><button type="button" class="quiet row" onClick=${() => go(one.t_s)}><span class="time">${clockText(one.t_s)}</span> <span>${markWords(t, asMark(one))} ${one.author && html`<span class="soft">${authorWords(t, one)}</span>`}</span></button></li>`)}</ul>`}
  </section>`;
}
