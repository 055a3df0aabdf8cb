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
  const is = me.value?.role === "guest" ? "guest" : role;
  const [over, address, label] = WAYS[is];
  // Who was let into one room only is signed out with it, and may come back to it a moment before that.
  const isOver = refused.status === 401 || (is !== "physio" && refused.code === "no_room");
  const isNew = isOver && is === "patient" && !session.state.peek().hello; // came without a code, and was never in
  return html`<main class="sheet narrow" data-screen="away"><section class="panel" role="status">
    <h2>${t(isNew ? "join.title" : "away.title")}</h2>
    <p>${isNew ? t("join.code.where") : isOver ? t(over) : t(...refusalWords(t, refused))}</p>
    ${address && html`<button type="button" class="primary" onClick=${() => location.assign(address)}>${t(label)}</button>`}
  </section></main>`;
}
