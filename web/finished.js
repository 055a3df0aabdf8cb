// After the exercise: the same question once more, then three lines. No total, no tick, no cross.

import { ask } from "./api.js";
import { Closing } from "./closing.js";
import { me, whoAmI } from "./me.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { Tension } from "./scale.js";
import { html, signal, useEffect } from "./ui.js";
import { reportPath } from "./zone.js";

const refused = signal(null); // why it was not possible to leave
const skipped = signal(null); // the session whose question was passed over

// Who joined with a code can leave the device to the next one; who is alone with it can take the report.
function Leave({ session }) {
  const t = words.value;
  useEffect(() => {
    whoAmI().catch(() => {}); // then there is nobody to leave
  }, []);
  if (me.value?.role === "local") return html`<a class="button taken" target="_blank" rel="noopener" href=${reportPath(session, { kind: "patient", form: "pdf", language: t.language })}>${t("patient.report")}</a>`;
  if (me.value?.role !== "patient") return null;
  const act = () => ask("POST", "/api/sign-out").then(() => location.replace("/join"), (error) => (refused.value = error));
  return html`<button type="button" class="quiet leave" onClick=${act}>${t("patient.leave")}</button>
    ${refused.value && html`<p class="soft" role="alert">${t(...refusalWords(t, refused.value))}</p>`}`;
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
          <div class="dock"><button type="button" class="primary" onClick=${() => session.command("new", state.hello.exercise)}>${t("patient.again")}</button></div><${Leave} session=${state.epoch} />`}
  </main>`;
}
