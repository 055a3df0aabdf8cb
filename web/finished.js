// After the exercise: the same question once more, then three lines. No total, no tick, no cross.

import { words } from "./page.js";
import { Tension } from "./scale.js";
import { html, signal } from "./ui.js";
import { closingLines } from "./view.js";

const skipped = signal(null); // the session whose question was passed over

export function Closing({ state }) {
  const t = words.value;
  return html`<ul class="closing">${closingLines(state).map((line) => html`<li>${t(...line)}</li>`)}</ul>`;
}

export function Finished({ session }) {
  const t = words.value;
  const state = session.state.value;
  const isAsked = state.ratings["tension.after"] === undefined && skipped.value !== state.epoch;
  return html`<main class="sheet narrow" data-screen=${isAsked ? "tension_after" : "finished"}>
    <h2 class="done">${t("patient.finished")}</h2>
    ${isAsked
      ? html`<section class="panel">
          <${Tension} name="after" question=${t("patient.tension.after")} onRate=${(n) => session.rate("tension", "after", n)} />
          <button type="button" onClick=${() => (skipped.value = state.epoch)}>${t("patient.tension.skip")}</button>
        </section>`
      : html`<section class="panel"><${Closing} state=${state} /></section>
          ${state.quality && !state.quality.saved && html`<p class="soft">${t("card.not_saved")}</p>`}
          <div class="dock"><button type="button" class="primary" onClick=${() => session.command("new", state.hello.exercise)}>${t("patient.again")}</button></div>`}
  </main>`;
}
