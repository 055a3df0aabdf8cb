// The answer card: the question, a word, a sentence, and a bar whose shape (not its colour) says the same.

import { html } from "./ui.js";
import { words } from "./page.js";
import { cardView } from "./view.js";

// Bars: full (seen), open (not seen yet), filling (measuring), dotted (no measurement).
function Bar({ kind, filled }) {
  return html`<svg class=${`bar bar-${kind}`} viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bar-track" x="1" y="1" width="198" height="10" rx="5" />
    ${filled > 0 && html`<rect class="bar-fill" x="1" y="1" width=${198 * filled} height="10" rx="5" />`}
  </svg>`;
}

export function AnswerCard({ session, asks }) {
  const t = words.value;
  const view = cardView(session.state.value, session.nowMs.value, session.sessionS());
  const isLong = view.name === "irregular_beats";
  return html`<section class=${`card answer ${isLong ? "long" : ""} ${asks ? "" : "still-words"}`} data-card=${view.name}>
    ${asks && html`<h2 class="question">${t("card.question")}</h2>`}
    <div aria-live="polite">
      <p class="word">${t(view.word)}</p>
      ${asks && html`<div class="bar-line"><${Bar} kind=${view.bar} filled=${view.filled} /><span>${t(`card.bar.${view.bar}`)}</span></div>`}
      <p class="sentence">${t(...view.sentence)}</p>
    </div>
  </section>`;
}
