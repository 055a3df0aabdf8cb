// The straps that the server's own Bluetooth hears now: looked for when asked, and picked from.

import { ask } from "./api.js";
import { Act } from "./form.js";
import { words } from "./page.js";
import { html, useState } from "./ui.js";

const LOOK_MS = 28_000; // a little longer than the server takes at most: its radio may be making a link

function Option({ strap, isChosen, choose }) {
  const t = words.value;
  const facts = [strap.in_use && t("rooms.near.in_use"), strap.battery_percent !== null && t("rooms.near.battery", { n: strap.battery_percent })];
  return html`<li><button type="button" aria-pressed=${isChosen} disabled=${strap.in_use} onClick=${() => choose(strap.address)}>
    <strong>${strap.name ?? t("rooms.near.unnamed")}</strong>
    <span class="soft">${strap.address}</span>
    ${facts.filter(Boolean).map((fact) => html`<span class="soft">${fact}</span>`)}
  </button></li>`;
}

function Found({ found, chosen, choose }) {
  const t = words.value;
  if (found.trouble) return html`<p>${t("rooms.near.trouble")}</p><p>${t(found.trouble)}</p>`;
  if (found.straps.length === 0) return html`<p>${t("rooms.near.none")}</p>`;
  return html`<p class="hint">${t("rooms.near.nearest_first")}</p>
    <ul class="near-straps">${found.straps.map((strap) => html`<${Option} key=${strap.address} strap=${strap} isChosen=${strap.address.toLowerCase() === chosen.trim().toLowerCase()} choose=${choose} />`)}</ul>`;
}

export function Near({ chosen, choose }) {
  const t = words.value;
  const [found, hold] = useState(null);
  const [isLooking, wait] = useState(false);
  const look = async () => {
    wait(true);
    try {
      hold(await ask("POST", "/api/straps", undefined, LOOK_MS));
    } finally {
      wait(false);
    }
  };
  return html`<div class="near">
    <${Act} class="small" act=${look}>${t("rooms.near.look")}<//>
    <div role="status">${isLooking ? html`<p class="hint">${t("rooms.near.looking")}</p>` : found && html`<${Found} found=${found} chosen=${chosen} choose=${choose} />`}</div>
  </div>`;
}
