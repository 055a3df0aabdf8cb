// The start page: who are you?

import { me, whoAmI } from "./me.js";
import { LanguageSwitch, open, ThemeSwitch, words } from "./page.js";
import { html } from "./ui.js";

function Door({ href, title, about }) {
  return html`<a class="door" href=${href}><span class="door-title">${title}</span><span class="soft">${about}</span></a>`;
}

// A private try-out has one session and nobody to keep out; a clinic has both.
const DOORS = { private: [["/patient", "patient"], ["/physio", "physio"], ["/staff#sessions", "analyst"]], clinic: [["/join", "code"], ["/staff", "staff"]] };

function Page() {
  const t = words.value;
  return html`<div class="page start">
    <header class="top"><p class="brand">${t("app.title")}</p><div class="top-actions"><${LanguageSwitch} titleKey="start.who" /><${ThemeSwitch} /></div></header>
    <main class="sheet narrow">
      <svg class="emblem" viewBox="0 0 120 120" aria-hidden="true"><circle class="ring" cx="60" cy="60" r="56" /><circle class="body" cx="60" cy="60" r="34" /></svg>
      <h1>${t("start.title")}</h1>
      <p class="lead">${t("start.about")}</p>
      <h2 class="eyebrow">${t("start.who")}</h2>
      <nav class="doors" aria-label=${t("start.who")}>
        ${DOORS[me.value.private ? "private" : "clinic"].map(([href, name]) => html`<${Door} href=${href} title=${t(`start.${name}`)} about=${t(`start.${name}.about`)} />`)}
      </nav>
      <section class="panel safety"><p>${t("safety.line")}</p><p>${t("safety.urgent")}</p><p class="soft">${t("start.purpose")}</p></section>
    </main>
  </div>`;
}

await whoAmI().catch(() => (me.value = { private: false }));
open(Page, "start.who");
