// A person's own rating: eleven large buttons, 0 to 10.

import { words } from "./page.js";
import { html } from "./ui.js";

export function Tension({ question, name, value, onRate }) {
  const t = words.value;
  return html`<fieldset class="scale">
    <legend>${question}</legend>
    <div class="scale-steps">
      ${Array.from({ length: 11 }, (_, n) => html`<label class="scale-step"><input type="radio" name=${name} value=${n} checked=${value === n} onChange=${() => onRate(n)} /><span>${n}</span></label>`)}
    </div>
    <p class="scale-ends"><span>${t("patient.tension.low")}</span><span>${t("patient.tension.high")}</span></p>
  </fieldset>`;
}
