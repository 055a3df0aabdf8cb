// The people of a physiotherapist: found by pseudonym, or by a name that is shown here alone.

import { ask } from "./api.js";
import { Field, Form } from "./form.js";
import { List, useAsked } from "./list.js";
import { words } from "./page.js";
import { html, useState } from "./ui.js";
import { View } from "./view_frame.js";

function NewPerson({ added }) {
  const t = words.value;
  const act = async ({ pseudonym, name }, form) => {
    const person = await ask("POST", "/api/people", { pseudonym: pseudonym.trim(), ...(name.trim() ? { name: name.trim() } : {}) });
    form.reset();
    added();
    return ["people.added", { pseudonym: person.pseudonym }];
  };
  return html`<section class="panel"><h2>${t("people.new")}</h2>
    <${Form} label=${t("people.new")} act=${act} button=${t("people.add")}>
      <${Field} label=${t("people.pseudonym")} hint=${t("people.pseudonym.hint")} name="pseudonym" maxlength="40" required />
      <${Field} label=${t("people.name")} hint=${t("people.name.hint")} name="name" maxlength="120" />
    <//>
  </section>`;
}

const holds = (person, sought) => `${person.pseudonym} ${person.name ?? ""}`.toLowerCase().includes(sought.trim().toLowerCase());

export function People() {
  const t = words.value;
  const people = useAsked("/api/people");
  const [sought, seek] = useState("");
  return html`<${View} title=${t("staff.people")}>
    <section class="panel"><h2>${t("people.all")}</h2>
      ${people.found?.length > 7 && html`<${Field} label=${t("people.seek")} type="search" onInput=${(event) => seek(event.target.value)} />`}
      <${List} asked=${people} none="people.none" class="links">
        ${(people.found ?? []).filter((person) => holds(person, sought)).map((person) => html`<li key=${person.id}><a class="row" href=${`#person=${person.id}`}><strong>${person.pseudonym}</strong> <span class="soft">${person.name ?? ""}</span></a></li>`)}
      <//>
    </section>
    <${NewPerson} added=${people.again} />
  <//>`;
}
