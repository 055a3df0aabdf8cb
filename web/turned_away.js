// The server lets this page in no longer: why, and where to go on.

import { me } from "./me.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html } from "./ui.js";

// What to say when the sign-in has ended, and where to go on; a guest can only ask for another link.
const WAYS = { patient: ["away.patient", "/join", "join.title"], physio: ["away.physio", "/staff", "staff.title"], guest: ["away.guest"] };

export function TurnedAway({ session, role }) {
  const t = words.value;
  const refused = session.refused.value;
  const [over, address, label] = WAYS[me.value?.role === "guest" ? "guest" : role];
  return html`<main class="sheet narrow" data-screen="away"><section class="panel" role="status">
    <h2>${t("away.title")}</h2>
    <p>${refused.status === 401 ? t(over) : t(...refusalWords(t, refused))}</p>
    ${address && html`<button type="button" class="primary" onClick=${() => location.assign(address)}>${t(label)}</button>`}
  </section></main>`;
}
