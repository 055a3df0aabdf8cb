// A few taps about the day: they help to understand a measurement later. All of it may be left open.

import { words } from "./page.js";
import { CHANGES, changedWith, POSTURES } from "./told.js";
import { html } from "./ui.js";

function Choice({ type, name, label, isOn, onChange }) {
  return html`<label class="choice"><input type=${type} name=${name} checked=${isOn} onChange=${onChange} /><span>${label}</span></label>`;
}

export function Context({ told, tell }) {
  const t = words.value;
  const first = html`<${Choice} type="checkbox" name="first_time" label=${t("ready.first_time")} isOn=${told.isFirst} onChange=${() => tell({ ...told, isFirst: !told.isFirst })} />`;
  return html`<section class="panel"><fieldset><legend>${t("ready.posture")}</legend><div class="choices flowing">
      ${POSTURES.map((one) => html`<${Choice} type="radio" name="posture" label=${t(`ready.posture.${one}`)} isOn=${told.posture === one} onChange=${() => tell({ ...told, posture: one })} />`)}
    </div></fieldset></section>
    <section class="panel">${first}</section>
    <section class="panel"><fieldset><legend>${t(told.isFirst ? "ready.today" : "ready.changed")}</legend><div class="choices paired">
      ${[...CHANGES, "nothing"].map((one) => html`<${Choice} type="checkbox" name=${one} label=${t(`ready.changed.${one}`)} isOn=${told.changed.includes(one)} onChange=${() => tell({ ...told, changed: changedWith(told.changed, one) })} />`)}
    </div></fieldset></section>`;
}
