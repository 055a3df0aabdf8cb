// Which strap: where it is connected, and which one of several.

import { Choice, Field } from "./form.js";
import { Near } from "./near.js";
import { words } from "./page.js";
import { html } from "./ui.js";

const KINDS = ["browser", "ble", "remote", "simulated"];
const NAMED = new Set(["ble", "remote"]); // of which there may be several

// "ble:AA:BB" is { kind: "ble", which: "AA:BB" }; nothing is what most people use.
export function strapOf(text) {
  const [kind, ...which] = (text ?? KINDS[0]).split(":");
  return KINDS.includes(kind) ? { kind, which: which.join(":") } : { kind: "ble", which: "" };
}

export function strapText({ kind, which }) {
  return which.trim() ? `${kind}:${which.trim()}` : kind;
}

export function StrapFields({ strap, choose }) {
  const t = words.value;
  const { kind, which } = strap;
  return html`<${Choice} label=${t("rooms.strap")} hint=${t(`rooms.strap.${kind}.hint`)} name="strap" value=${kind} onChange=${(event) => choose({ kind: event.target.value, which: "" })} options=${KINDS.map((one) => [one, t(`rooms.strap.${one}`)])} />
    ${kind === "ble" && html`<${Near} chosen=${which} choose=${(address) => choose({ kind, which: address })} />`}
    ${NAMED.has(kind) && html`<${Field} label=${t(`rooms.strap.${kind}.which`)} name="which" maxlength="40" value=${which} onInput=${(event) => choose({ kind, which: event.target.value })} />`}`;
}
