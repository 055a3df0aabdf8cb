// One person: their history and strap, what they agreed to, all that is kept of them in one file, and erasing it.

import { ask } from "./api.js";
import { Act, Field, Form, Sure } from "./form.js";
import { List, useAsked } from "./list.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { strapOf, strapText, StrapFields } from "./strap_choice.js";
import { html, useEffect, useState } from "./ui.js";
import { View } from "./view_frame.js";

const KINDS = ["measurement", "research"];

// What holds now: of each kind the last that was said.
function standing(consents) {
  return KINDS.map((kind) => ({ kind, last: consents.findLast((one) => one.kind === kind) ?? null }));
}

function Consent({ kind, last, withdraw }) {
  const t = words.value;
  const state = last === null ? "none" : last.given ? "given" : "refused";
  return html`<li class="consent">
    <h3>${t(`consent.kind.${kind}`)}</h3>
    <p>${t(`consent.state.${state}`, { at: last?.at_utc ?? "", version: last?.version ?? "" })}</p>
    ${state === "given" && html`<${Act} class="small" act=${() => withdraw(last)}>${t("consent.withdraw")}<//>`}
  </li>`;
}

function Consents({ person }) {
  const t = words.value;
  const path = `/api/people/${person.id}/consents`;
  const consents = useAsked(path);
  const withdraw = async ({ kind, version }) => {
    await ask("POST", path, { kind, version, given: false });
    await consents.again();
  };
  return html`<section class="panel"><h2>${t("consent.title")}</h2><p class="soft">${t("consent.about")}</p>
    <${List} asked=${consents} none="consent.none">${standing(consents.found ?? []).map((one) => html`<${Consent} key=${one.kind} ...${one} withdraw=${withdraw} />`)}<//>
  </section>`;
}

// The history is loaded when somebody looks at it: the page is light for all else.
function History({ person }) {
  const t = words.value;
  const [Loaded, hold] = useState(null);
  useEffect(() => {
    import("./history.js").then((module) => hold(() => module.History), () => hold(() => () => html`<p class="news" role="alert">${words.value("error.offline")}</p>`));
  }, []);
  return Loaded ? html`<${Loaded} person=${person.id} />` : html`<p class="soft" role="status">${t("app.connecting")}</p>`;
}

function Strap({ person, changed }) {
  const t = words.value;
  const [strap, choose] = useState(strapOf(person.strap));
  const keep = async (text) => {
    await ask("PUT", `/api/people/${person.id}/strap`, { strap: text });
    await changed();
    return text ? ["person.strap.kept", {}] : null;
  };
  return html`<section class="panel"><h2>${t("person.strap")}</h2><p class="soft">${t("person.strap.about")}</p>
    ${!person.strap && html`<p>${t("person.strap.none")}</p>`}
    <${Form} label=${t("person.strap")} act=${() => keep(strapText(strap))} button=${t("person.strap.keep")} isQuiet>
      <${StrapFields} strap=${strap} choose=${choose} />
    <//>
    ${person.strap && html`<${Act} class="small" act=${() => keep(null)}>${t("person.strap.forget")}<//>`}
  </section>`;
}

function Copy({ person }) {
  const t = words.value;
  return html`<section class="panel"><h2>${t("person.export")}</h2><p>${t("person.export.about")}</p>
    <a class="button" href=${`/api/people/${person.id}/export`} download>${t("person.export.get")}</a>
  </section>`;
}

function Erase({ person }) {
  const t = words.value;
  const act = async ({ typed }) => {
    if (person.pseudonym && typed.trim() !== person.pseudonym) return ["person.erase.differs", { pseudonym: person.pseudonym }];
    await ask("DELETE", `/api/people/${person.id}`);
    location.hash = "#people";
    return null;
  };
  return html`<section class="panel danger"><h2>${t("person.erase")}</h2><p>${t("person.erase.about")}</p>
    <${Sure} label=${t("person.erase.begin")} question=${person.pseudonym ? t("person.erase.sure", { pseudonym: person.pseudonym }) : t("person.erase.sure_nobody")} yes=${t("person.erase.yes")} act=${act}>
      ${person.pseudonym && html`<${Field} label=${t("person.erase.type", { pseudonym: person.pseudonym })} name="typed" autocapitalize="none" required />`}
    <//>
  </section>`;
}

// A session that was tried out without choosing a patient has a person of its own, without a pseudonym.
export function Person({ id }) {
  const t = words.value;
  const { found, refused, again } = useAsked(`/api/people/${encodeURIComponent(id)}`);
  if (!found) return html`<${View} title=${t("staff.people")}><p role=${refused ? "alert" : "status"}>${refused ? t(...refusalWords(t, refused)) : t("app.connecting")}</p><a class="button" href="#people">${t("staff.people")}</a><//>`;
  return html`<${View} title=${found.pseudonym ?? t("rooms.nobody")} isWide>
    ${found.name && html`<p class="lead">${found.name} <span class="soft">${t("person.name.only_here")}</span></p>`}
    <p>${found.pseudonym ? html`<a class="button primary" href=${`#rooms=${found.id}`}>${t("person.room")}</a>` : t("person.nobody")}</p>
    <${History} person=${found} />
    ${found.pseudonym && html`<${Strap} person=${found} changed=${again} />`}
    <${Consents} person=${found} /><${Copy} person=${found} /><${Erase} person=${found} />
  <//>`;
}
