// The server lets this page in no longer: why, and where to go on.

import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html } from "./ui.js";

// Each role's own words for "sign in again", and the page where that is done.
const WAYS = { patient: ["/join", "away.patient", "join.title"], physio: ["/staff", "away.physio", "signing.title"] };

export function TurnedAway({ session, role }) {
  const t = words.value;
  const refused = session.refused.value;
  const [address, over, label] = WAYS[role];
  return html`<main class="sheet narrow" data-screen="away"><section class="panel" role="status">
    <h2>${t("away.title")}</h2>
    <p>${refused.status === 401 ? t(over) : t(...refusalWords(t, refused))}</p>
    <button type="button" class="primary" onClick=${() => location.assign(address)}>${t(refused.status === 401 || role === "patient" ? label : "staff.rooms")}</button>
  </section></main>`;
}
