// The note of one session: written by who has the person in care, each version kept.

import { ask } from "./api.js";
import { Choice, Form, Text } from "./form.js";
import { useAsked } from "./list.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html, useState } from "./ui.js";

const POSTURES = ["sitting", "reclined", "lying", "standing"];
const TEXTS = ["medication", "changed", "protocol", "quality_note", "adverse", "text"];
const CLEANED = { yes: true, no: false };

function Writing({ path, note, saved }) {
  const t = words.value;
  const [draft, hold] = useState(note);
  const change = (name, value) => hold((old) => ({ ...old, [name]: value }));
  const act = async () => {
    const { author, at_utc, ...said } = draft;
    await ask("PUT", path, said);
    await saved();
    return ["note.saved", {}];
  };
  const cleaned = Object.keys(CLEANED).find((one) => CLEANED[one] === draft.strap_cleaned) ?? "";
  return html`<${Form} label=${t("note.title")} act=${act} button=${t("note.save")}>
    <p class="hint">${t("note.about")}</p>
    <${Choice} label=${t("note.posture")} name="posture" value=${draft.posture ?? ""} onChange=${(event) => change("posture", event.target.value || null)} options=${["", ...POSTURES].map((one) => [one, t(`note.posture.${one || "none"}`)])} />
    ${TEXTS.map((name) => html`<${Text} key=${name} label=${t(`note.${name}`)} name=${name} maxlength="2000" value=${draft[name]} onInput=${(event) => change(name, event.target.value)} />`)}
    <${Choice} label=${t("note.strap_cleaned")} name="strap_cleaned" value=${cleaned} onChange=${(event) => change("strap_cleaned", CLEANED[event.target.value] ?? null)} options=${["", ...Object.keys(CLEANED)].map((one) => [one, t(`note.strap_cleaned.${one || "none"}`)])} />
  <//>`;
}

function writtenWords(t, { author, at_utc: at }) {
  const when = t("history.when", { at });
  return author ? t("note.written_by", { when, author }) : t("note.written", { when });
}

export function SessionNote({ session, changed }) {
  const t = words.value;
  const path = `/api/sessions/${session}/note`;
  const { found, refused, again } = useAsked(path);
  if (!found) return html`<p role=${refused ? "alert" : "status"}>${refused ? t(...refusalWords(t, refused)) : t("app.connecting")}</p>`;
  const saved = () => Promise.all([again(), changed()]);
  return html`<div class="note-part"><h3>${t("note.title")}</h3>
    ${found.at_utc && html`<p class="soft">${writtenWords(t, found)}</p>`}
    <${Writing} path=${path} note=${found} saved=${saved} />
  </div>`;
}
