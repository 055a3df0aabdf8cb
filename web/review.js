// The analyst's page: one recorded session, looked at beat by beat.

import { Later } from "./later.js";
import { LanguageSwitch, open, SimulatedTag, ThemeSwitch, words } from "./page.js";
import { part } from "./part.js";
import { refusalWords } from "./refusal.js";
import { editBy, Log } from "./review_edits.js";
import { Answers, dayOf, Facts } from "./review_head.js";
import { Tachogram } from "./review_tachogram.js";
import { Reviewed } from "./reviewed.js";
import { html } from "./ui.js";

// "/review/01K..." names the session.
const session = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const reviewed = new Reviewed(session);
const below = part(() => import("./review_below.js").then(({ Below }) => Below));
const told = part(() => import("./review_told.js").then(({ ToldOfIt }) => ToldOfIt));

// What the person is called here, else what the recording calls them.
const codeOf = (found) => found.code ?? found.document.recording.subject;

function Header() {
  const t = words.value;
  const found = reviewed.found.value;
  const person = found && codeOf(found) && found.person;
  return html`<header class="top">
    <p class="brand">${t("review.title")}</p>
    <div class="top-actions">
      ${found && html`<button type="button" onClick=${() => document.getElementById("reports")?.focus()}>${t("review.reports")}</button>`}
      <a class="button" href=${`/staff#${person ? `person=${person}` : "sessions"}`}>${t(person ? "review.back" : "review.all")}</a>
      <${LanguageSwitch} titleKey="review.title" /><${ThemeSwitch} />
    </div>
  </header>`;
}

function Refusal({ refused }) {
  const t = words.value;
  const isAway = refused.status === 401;
  const told = refused.status === 404 ? ["review.none", {}] : refusalWords(t, refused);
  return html`<main class="sheet narrow" data-screen="refused"><section class="panel" role="alert">
    <h1>${t(isAway ? "review.signed_out" : "review.refused")}</h1>
    <p>${isAway ? t("review.signed_out.about") : t(...told)}</p>
    ${isAway ? html`<a class="button primary" href="/staff">${t("review.sign_in")}</a>` : html`<button type="button" class="primary" onClick=${() => reviewed.load()}>${t("review.again")}</button>`}
  </section></main>`;
}

function Title({ found }) {
  const t = words.value;
  const { recording } = found.document;
  const exercise = `exercise.${recording.exercise}.title`;
  return html`<div class="review-title">
    <h1>${t("review.session", { code: codeOf(found) || t("review.nobody") })}</h1>
    <p>${dayOf(t, found)} · ${t(t.has(exercise) ? exercise : "report.no_exercise")}</p>
    <${SimulatedTag} hello=${recording} />
  </div>`;
}

function Page() {
  const t = words.value;
  const found = reviewed.found.value;
  const refused = reviewed.refused.value;
  if (refused) return html`<div class="page review"><${Header} /><${Refusal} refused=${refused} /></div>`;
  if (!found) return html`<div class="page review"><${Header} /><main class="sheet narrow"><h1 class="visually-hidden">${t("review.title")}</h1><p role="status" class="soft">${t("review.computing")}</p></main></div>`;
  return html`<div class="page review"><${Header} /><main class="bench" data-screen="review">
    <${Title} found=${found} />
    <${Facts} found=${found} />
    <${Answers} found=${found} />
    <div class="work" onKeyDown=${(event) => editBy(event, reviewed)}>
      <${Tachogram} reviewed=${reviewed} />
      <div class="aside"><${Log} reviewed=${reviewed} /><${Later} part=${told} reviewed=${reviewed} /></div>
    </div>
    <${Later} part=${below} reviewed=${reviewed} />
  </main></div>`;
}

const layOther = () => reviewed.lay(new URLSearchParams(location.hash.slice(1)).get("with")); // "#with=01K..."
addEventListener("hashchange", layOther);
reviewed.load();
layOther();
open(Page, "review.title");
