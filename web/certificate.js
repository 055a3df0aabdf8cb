// How a phone, tablet or computer comes to trust the clinic's own server.

import { LanguageSwitch, open, ThemeSwitch, words } from "./page.js";
import { html } from "./ui.js";
import { View } from "./view_frame.js";

const SYSTEMS = ["ios", "android", "windows"];

function Page() {
  const t = words.value;
  return html`<div class="page join">
    <header class="top"><p class="brand">${t("app.title")}</p><div class="top-actions"><${LanguageSwitch} titleKey="certificate.title" /><${ThemeSwitch} /></div></header>
    <${View} title=${t("certificate.title")}>
      <p>${t("certificate.about")}</p>
      <p>${t("certificate.own")}</p>
      <a class="button" href="/biofeedback.crt">${t("certificate.get")}</a>
      ${SYSTEMS.map((system) => html`<section key=${system}><h2>${t(`certificate.${system}`)}</h2><p>${t(`certificate.${system}.how`)}</p></section>`)}
      <p>${t("certificate.sure")}</p>
    <//>
  </div>`;
}

open(Page, "certificate.title");
