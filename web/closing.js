// The lines at the end of a session, as the patient reads them.

import { closingLines } from "./closing_lines.js";
import { words } from "./page.js";
import { html } from "./ui.js";

export function Closing({ state }) {
  const t = words.value;
  return html`<ul class="closing">${closingLines(state).map((line) => html`<li>${t(...line)}</li>`)}</ul>`;
}
