// The sessions of one person as a table: both answers with their interval, tension, signal; and more of each when opened.

import { words } from "./page.js";
import { calmerWords, exhaleWords, tensionWords } from "./past_words.js";
import { SessionNote } from "./session_note.js";
import { html, useRef, useState } from "./ui.js";
import { reportPath } from "./zone.js";

const FIRST = 8; // shown at once
const MORE = 20;
const COLUMNS = ["session", "exhale", "calmer", "tension", "signal"];
const REPORTS = ["patient", "clinician"];

function Answer({ said }) {
  const t = words.value;
  return html`<strong>${t(said.word)}</strong>
    ${said.number && html`<span class="past-number">${t(...said.number)}</span>`}
    ${said.reason && html`<span class="soft">${t(said.reason)}</span>`}`;
}

function Signal({ one }) {
  const t = words.value;
  return html`${one.grade && html`<span>${t(`grade.${one.grade}`)}</span>`}
    ${one.usable_percent !== null && html`<span class="soft">${t("history.usable", { n: Math.round(one.usable_percent) })}</span>`}`;
}

function Tags({ one }) {
  const t = words.value;
  const tags = [!one.ended && "history.tag.running", one.simulated && "app.simulated.short", one.has_note && "history.tag.note"].filter(Boolean);
  return html`${tags.map((key) => html`<span class="tag" key=${key}>${t(key)}</span>`)}${one.edits > 0 && html`<span class="tag">${t("history.tag.edits", { n: one.edits })}</span>`}`;
}

// What the patient told before and during, in the words of the live page.
function Told({ one }) {
  const t = words.value;
  const said = one.context.map((text) => `mark.context.${text.replace(" ", "_")}`).filter(t.has);
  if (one.noticed !== null && t.has(`rating.notice.${one.noticed}`)) said.push(`rating.notice.${one.noticed}`);
  return said.length > 0 && html`<ul class="past-told">${said.map((key) => html`<li key=${key}>${t(key)}</li>`)}</ul>`;
}

function More({ one, changed }) {
  const t = words.value;
  return html`<${Told} one=${one} />
    <p class="acts"><a class="button" href=${`/review/${one.id}`}>${t("history.review")}</a>
      ${REPORTS.map((kind) => html`<a class="button" key=${kind} target="_blank" rel="noopener" href=${reportPath(one.id, { kind, form: "pdf", language: t.language })}>${t(`history.report.${kind}`)}</a>`)}</p>
    <${SessionNote} session=${one.id} changed=${changed} />`;
}

function Row({ one, changed }) {
  const t = words.value;
  const [isOpen, open] = useState(false);
  const name = `exercise.${one.exercise}.title`;
  const title = t(t.has(name) ? name : "sessions.unknown"); // of a later program
  const when = t("history.when", { at: one.begun_utc });
  const label = (name) => t(`history.column.${name}`);
  return html`<tr role="row" class="past-row">
      <th role="rowheader" scope="row" data-label=${label("session")}><span>${when}</span><span class="soft">${title}</span><span class="past-tags"><${Tags} one=${one} /></span></th>
      <td role="cell" data-label=${label("exhale")}><${Answer} said=${exhaleWords(one.exhale)} /></td>
      <td role="cell" data-label=${label("calmer")}><${Answer} said=${calmerWords(one.calmer)} /></td>
      <td role="cell" data-label=${label("tension")}>${t(...tensionWords(one))}</td>
      <td role="cell" data-label=${label("signal")}><${Signal} one=${one} /></td>
      <td role="cell" class="past-open"><button type="button" class="small" aria-expanded=${isOpen} aria-label=${t(isOpen ? "history.close.label" : "history.open.label", { when })} onClick=${() => open(!isOpen)}>${t(isOpen ? "history.close" : "history.open")}</button></td>
    </tr>
    ${isOpen && html`<tr role="row" class="past-more"><td role="cell" colspan=${COLUMNS.length + 1}><${More} one=${one} changed=${changed} /></td></tr>`}`;
}

export function PastSessions({ sessions, changed }) {
  const t = words.value;
  const [shown, show] = useState(FIRST);
  const body = useRef(null);
  const more = () => {
    const next = shown; // the first that comes: it gets the focus, for the button may be gone
    show(shown + MORE);
    requestAnimationFrame(() => body.current?.querySelectorAll(".past-open button")[next]?.focus());
  };
  return html`<table class="past" role="table" aria-label=${t("history.title")}>
      <thead role="rowgroup"><tr role="row">${COLUMNS.map((name) => html`<th role="columnheader" scope="col" key=${name}>${t(`history.column.${name}`)}</th>`)}<th role="columnheader" scope="col"><span class="visually-hidden">${t("history.open")}</span></th></tr></thead>
      <tbody role="rowgroup" ref=${body}>${sessions.slice(0, shown).map((one) => html`<${Row} key=${one.id} one=${one} changed=${changed} />`)}</tbody>
    </table>
    ${sessions.length > shown && html`<p class="acts"><button type="button" onClick=${more}>${t("history.more", { n: Math.min(MORE, sessions.length - shown) })}</button> <span class="soft">${t("history.shown", { shown, all: sessions.length })}</span></p>`}`;
}
