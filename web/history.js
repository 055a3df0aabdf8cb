// The history of one person: every session, what they say together, and how far the person swings by themselves.

import { useAsked } from "./list.js";
import { OverSessions } from "./over_sessions.js";
import { words } from "./page.js";
import { PastSessions } from "./past.js";
import { bandWords, pooledWords } from "./past_words.js";
import { refusalWords } from "./refusal.js";
import { html, useEffect } from "./ui.js";
import { zoneName } from "./zone.js";

const PAUSE_MS = 100; // between questions

function Together({ pooled }) {
  const t = words.value;
  return html`<section class="panel"><h2>${t("history.pooled")}</h2>
    ${pooled.map((one) => html`<div key=${one.exercise}><h3>${t(`exercise.${one.exercise}.title`)}</h3><p>${t(...pooledWords(one))}</p></div>`)}
  </section>`;
}

function Bands({ bands }) {
  const t = words.value;
  return html`<section class="panel"><h2>${t("history.band")}</h2><p class="soft">${t("history.band.about")}</p>
    <ul class="bands">${bands.map((band) => {
      const { where, detectable } = bandWords(band);
      return html`<li key=${band.measure}><h3>${t(`history.band.${band.measure}`)}</h3><p>${t(...where)}</p>${detectable && html`<p>${t(...detectable)}</p>`}</li>`;
    })}</ul>
    ${bands.some((band) => !bandWords(band).detectable) && html`<p class="soft">${t("history.band.too_few")}</p>`}
  </section>`;
}

// The server reads a few sessions at a time, so that nobody's live session waits: it is asked until it has read all.
function useHistory(person) {
  const asked = useAsked(`/api/people/${person}/history`);
  useEffect(() => {
    if (!asked.found?.unread || asked.refused) return undefined;
    const timer = setTimeout(asked.again, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [asked.found, asked.refused]);
  return asked;
}

export function History({ person }) {
  const t = words.value;
  const { found, refused, again } = useHistory(person);
  const sessions = found?.sessions ?? [];
  const trouble = refused && html`<p class="news" role="alert">${t(...refusalWords(t, refused))}</p><button type="button" onClick=${again}>${t("form.again")}</button>`;
  return html`<section class="panel history"><h2>${t("history.title")}</h2>
      ${trouble}
      ${!found && !refused && html`<p class="soft" role="status">${t("history.opening")}</p>`}
      ${found?.unread > 0 && html`<p class="soft" role="status">${t("history.reading", { n: found.unread })}</p>`}
      ${found?.unreadable > 0 && html`<p>${t("history.unreadable", { n: found.unreadable })}</p>`}
      ${found?.unread === 0 && sessions.length === 0 && html`<p class="soft">${t("history.none")}</p>`}
      ${sessions.length > 0 && html`<p class="soft">${t("staff.zone", { zone: zoneName() })}</p><${PastSessions} sessions=${sessions} changed=${again} />`}
    </section>
    ${sessions.length > 1 && html`<${OverSessions} sessions=${sessions} />`}
    ${found?.pooled.length > 0 && html`<${Together} pooled=${found.pooled} />`}
    ${found?.bands.some((band) => band.sessions > 0) && html`<${Bands} bands=${found.bands} />`}`;
}
