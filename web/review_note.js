// What the physiotherapist wrote of the session: read here, written in the history of the person, where this leads.

import { useAsked } from "./list.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html } from "./ui.js";

const FIELDS = ["posture", "medication", "changed", "protocol", "quality_note", "adverse", "strap_cleaned", "text"];
const UNTOLD = [403, 404]; // whoever may not read the note sees no place for one

// What was written, as [name, text]; what was left empty is left out. The clinician's report tells the same.
function noteRows(t, note) {
  const isWritten = (name) => (note[name] ?? "") !== "";
  const text = (name) => (t.has(`report.note.${name}.${note[name]}`) ? t(`report.note.${name}.${note[name]}`) : note[name]);
  return FIELDS.filter(isWritten).map((name) => [t(`report.note.${name}`), text(name)]);
}

function writtenWords(t, { author, at_utc: at }) {
  const when = t("review.when", { at });
  return author ? t("note.written_by", { when, author }) : t("note.written", { when });
}

export function Note({ reviewed }) {
  const t = words.value;
  const { found, refused } = useAsked(`${reviewed.path}/note`);
  const rows = found ? noteRows(t, found) : [];
  const isTold = refused && !UNTOLD.includes(refused.status);
  const { person } = reviewed.found.value;
  const isToWrite = found && rows.length === 0 && person;
  if (rows.length === 0 && !isTold && !isToWrite) return null;
  return html`<section class="panel session-note" aria-label=${t("note.title")}><h2>${t("note.title")}</h2>
    ${isTold && html`<p class="news" role="alert">${t(...refusalWords(t, refused))}</p>`}
    ${rows.length > 0 && html`<div class="said-of-it" tabindex="0" role="group" aria-label=${t("note.title")}><dl>${rows.map(([name, text]) => html`<div key=${name}><dt>${name}</dt><dd>${text}</dd></div>`)}</dl></div>
      <p class="soft small-print">${writtenWords(t, found)} <a href=${`/staff#person=${person}`}>${t("review.note.change")}</a></p>`}
    ${isToWrite && html`<p><a href=${`/staff#person=${person}`}>${t("review.note.write")}</a></p>`}
  </section>`;
}
