// What the server refused just now, in words; it goes away by itself.

import { words } from "./page.js";
import { html } from "./ui.js";

const SHOWN_MS = 8000;

export function isFresh(trouble, nowMs) {
  return trouble !== null && nowMs - trouble.heardMs < SHOWN_MS;
}

export function Trouble({ trouble, nowMs, isSmall }) {
  const t = words.value;
  if (!isFresh(trouble, nowMs)) return null;
  const key = `error.${trouble.code}`;
  return html`<p class=${isSmall ? "card-notes" : "trouble"} role="alert">${t(t.has(key) ? key : "error.unknown", { detail: trouble.detail })}</p>`;
}
