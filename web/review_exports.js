// What can be taken along of a session: its numbers, its beats, the recording itself, and the reports.

import { Download, Told } from "./download.js";
import { words } from "./page.js";
import { html } from "./ui.js";
import { reportPath } from "./zone.js";

const FILES = ["csv", "json", "rr", "recording", "edits"];
const REPORTS = ["clinician", "patient"].flatMap((kind) => ["pdf", "html"].map((form) => ({ kind, form })));

export function Exports({ reviewed }) {
  const t = words.value;
  return html`<section class="panel exports" aria-label=${t("review.export")}><h2>${t("review.export")}</h2>
    <p class="small-print soft">${t("review.export.about")}</p>
    <ul class="files">${FILES.map((format) => html`<li><${Download} href=${`${reviewed.path}/export?format=${format}`}>${t(`review.export.${format}`)}<//> <span class="soft">${t(`review.export.${format}.about`)}</span></li>`)}</ul>
    <h2 id="reports" tabindex="-1">${t("review.reports")}</h2>
    <ul class="acts">${REPORTS.map(({ kind, form }) => html`<li><${Download} href=${reportPath(reviewed.session, { kind, form, language: t.language })}>${t(`review.report.${kind}.${form}`)}<//></li>`)}</ul>
    <${Told} />
  </section>`;
}
