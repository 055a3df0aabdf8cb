// All sessions that were done, the newest first: each opens for review.

import { ask } from "./api.js";
import { Act } from "./form.js";
import { List, useAsked } from "./list.js";
import { words } from "./page.js";
import { html, useState } from "./ui.js";
import { View } from "./view_frame.js";
import { zoneName } from "./zone.js";

function Row({ session }) {
  const t = words.value;
  const name = `exercise.${session.exercise}.title`;
  return html`<li><a class="row" href=${`/review/${session.id}`}>
    <strong>${session.pseudonym ?? t("rooms.nobody")}</strong>
    <span>${t(t.has(name) ? name : "sessions.unknown")}</span>
    <span class="soft">${t("sessions.at", { at: session.begun_utc })}</span>
    ${!session.ended && html`<span class="tag">${t("sessions.running")}</span>`}
    ${session.simulated && html`<span class="tag">${t("app.simulated.short")}</span>`}
  </a></li>`;
}

export function Sessions() {
  const t = words.value;
  const first = useAsked("/api/sessions");
  const [later, hold] = useState([]); // pages after the first
  const before = (later.at(-1) ?? first.found)?.before;
  const more = async () => {
    const page = await ask("GET", `/api/sessions?before=${before}`);
    hold([...later, page]);
    return null;
  };
  const found = first.found && [first.found, ...later].flatMap((page) => page.sessions);
  return html`<${View} title=${t("staff.sessions")}>
    <p class="soft">${t("sessions.about")} ${t("staff.zone", { zone: zoneName() })}</p>
    <section class="panel"><${List} asked=${{ ...first, found }} none="sessions.none" class="links">${(found ?? []).map((session) => html`<${Row} key=${session.id} session=${session} />`)}<//></section>
    ${before && html`<${Act} act=${more}>${t("sessions.more")}<//>`}
  <//>`;
}
