// The patient's way in: a link or a typed code, then what is measured and kept, then the exercise.

import { ask } from "./api.js";
import { Consent, holds } from "./consent.js";
import { codeOf, LENGTH } from "./code.js";
import { Field, Form } from "./form.js";
import { isStaff, me, whoAmI } from "./me.js";
import { LanguageSwitch, open, ThemeSwitch, words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { effect, html, signal } from "./ui.js";
import { View } from "./view_frame.js";

let token = "";
const screen = signal("waiting"); // waiting | staff | inside | code | consent | declined | trouble
const refused = signal(null);

const hasAgreed = async ({ person }) => person !== null && holds(await ask("GET", `/api/people/${person}/consents`));

// What goes wrong is told, and can be tried again.
async function carefully(act) {
  screen.value = "waiting";
  try {
    await act();
  } catch (error) {
    refused.value = error;
    screen.value = "trouble";
  }
}

// Whoever is in goes where they belong.
async function goOn() {
  const who = await whoAmI();
  if (who.role === "guest") return location.replace(`/physio#room=${who.room}`);
  if (who.role !== "patient") return (screen.value = "code");
  if (await hasAgreed(who)) return location.replace("/patient");
  screen.value = "consent";
}

async function join(by) {
  await ask("POST", "/api/join", by);
  [token, refused.value] = ["", null];
  await carefully(goOn);
}

async function enterByLink() {
  try {
    await join({ token });
  } catch (error) {
    if (error.status === 0 || error.status >= 500) throw error; // the link may still be good
    [token, refused.value] = ["", error];
    screen.value = "code";
  }
}

// The device may be the clinic's: who was here before is asked whether it is still them. A member of the staff who opens
// a patient's link on the own computer would be signed out by it.
function begin() {
  token = location.hash.slice(1) || token;
  if (location.hash) history.replaceState(null, "", location.pathname + location.search); // it works once: nothing for the history
  return carefully(async () => {
    const who = await whoAmI();
    if (token) return isStaff(who) ? (screen.value = "staff") : enterByLink();
    if (who.role === "patient" && (await hasAgreed(who))) return (screen.value = "inside");
    await goOn();
  });
}

const typeCode = () => (screen.value = "code");

function Code() {
  const t = words.value;
  const act = async ({ code }) => {
    const typed = codeOf(code);
    if (typed.length !== LENGTH) return ["join.code.length", { n: LENGTH }];
    await join({ code: typed });
    return null;
  };
  return html`<${View} title=${t("join.title")}>
    ${refused.value && html`<p class="news" role="alert">${t(...refusalWords(t, refused.value))}</p>`}
    <${Form} label=${t("join.title")} act=${act} button=${t("join.enter")}>
      <${Field} label=${t("join.code")} hint=${t("join.code.hint")} name="code" class="typed-code" autocapitalize="characters" maxlength="20" required />
    <//>
    <p class="soft">${t("join.code.where")}</p>
  <//>`;
}

function Staff() {
  const t = words.value;
  return html`<${View} title=${t("join.title")}><p>${t("join.staff", { user: me.value.user })}</p>
    <button type="button" class="primary" onClick=${() => carefully(enterByLink)}>${t("join.staff.go_on")}</button><a class="button" href="/staff">${t("join.staff.back")}</a><//>`;
}

function Inside() {
  const t = words.value;
  return html`<${View} title=${t("join.inside")}><p>${t("join.inside.about")}</p>
    <button type="button" class="primary" onClick=${() => location.assign("/patient")}>${t("join.inside.go_on")}</button>
    <button type="button" onClick=${typeCode}>${t("join.inside.other")}</button><//>`;
}

function Declined() {
  const t = words.value;
  return html`<${View} title=${t("consent.declined")}><p>${t("consent.declined.about")}</p>
    <button type="button" onClick=${() => (screen.value = "consent")}>${t("consent.declined.back")}</button><//>`;
}

function Trouble() {
  const t = words.value;
  return html`<${View} title=${t("join.title")}><p role="alert">${t(...refusalWords(t, refused.value))}</p>
    <button type="button" class="primary" onClick=${begin}>${t("form.again")}</button><//>`;
}

function Screen() {
  if (screen.value === "code") return html`<${Code} />`;
  if (screen.value === "staff") return html`<${Staff} />`;
  if (screen.value === "inside") return html`<${Inside} />`;
  if (screen.value === "declined") return html`<${Declined} />`;
  if (screen.value === "trouble") return html`<${Trouble} />`;
  if (screen.value === "consent") return html`<${Consent} person=${me.value.person} declined=${() => (screen.value = "declined")} other=${typeCode} />`;
  return html`<main class="sheet narrow"><p role="status">${words.value("join.waiting")}</p></main>`;
}

function Page() {
  return html`<div class="page join" data-screen=${screen.value}>
    <header class="top"><p class="brand">${words.value("app.title")}</p><div class="top-actions"><${LanguageSwitch} titleKey="join.title" /><${ThemeSwitch} /></div></header>
    <${Screen} />
  </div>`;
}

effect(() => me.value?.role === null && screen.peek() === "consent" && (screen.value = "code")); // it took too long
addEventListener("hashchange", begin);
begin();
open(Page, "join.title");
