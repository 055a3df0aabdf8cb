// The staff's page: sign in, and then rooms and people, or accounts.

import { ask } from "./api.js";
import { Act } from "./form.js";
import { me, whoAmI } from "./me.js";
import { LanguageSwitch, open, ThemeSwitch, words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { First, Reset, SignIn } from "./signing.js";
import { effect, html, signal } from "./ui.js";
import { View } from "./view_frame.js";
import { Account } from "./account.js";
import { People } from "./people.js";
import { Person } from "./person.js";
import { Rooms } from "./rooms.js";
import { Sessions } from "./sessions.js";
import { Users } from "./users.js";

// What each role finds here; the server decides what it may do.
const VIEWS = { physiotherapist: ["rooms", "people", "sessions", "account"], admin: ["users", "account"], local: ["rooms", "people", "sessions"] };
const PARTS = { rooms: Rooms, people: People, person: Person, sessions: Sessions, users: Users, account: Account };

// "#person=01K..." is { name: "person", value: "01K..." }.
function routeOf(hash) {
  const [name, value = ""] = hash.slice(1).split("=");
  return { name, value };
}

const LINKS = new Set(["first", "reset"]);
const route = signal({ name: "" });
const token = signal(null); // of a link that works once: it is kept out of the history, and out of sight
const news = signal(null); // told at the sign-in that comes next
const trouble = signal(null);

function turn() {
  const next = routeOf(location.hash);
  if (!LINKS.has(next.name)) return (route.value = next);
  token.value = next;
  history.replaceState(null, "", location.pathname + location.search);
}

function begin() {
  trouble.value = null;
  whoAmI().catch((refused) => (trouble.value = refused));
}

async function signOut() {
  await ask("POST", "/api/sign-out");
  news.value = "signing.out.done";
  history.replaceState(null, "", location.pathname + location.search);
  await whoAmI();
  route.value = { name: "" }; // the next may be somebody else
}

// A link was used: the sign-in tells so, unless it was signed in with it at once.
function linkDone(key) {
  token.value = null;
  news.value = me.value.user ? null : key;
}

function Header() {
  const t = words.value;
  const { role, user } = me.value ?? {};
  return html`<header class="top">
    <p class="brand">${user ?? t("app.title")}</p>
    <div class="top-actions"><${LanguageSwitch} titleKey="staff.title" /><${ThemeSwitch} />
      ${user && html`<${Act} class="small" act=${signOut}>${t("signing.out")}<//>`}</div>
  </header>
  ${VIEWS[role] && !token.value && html`<nav class="tabs" aria-label=${t("staff.title")}>
    ${VIEWS[role].map((name) => html`<a href=${`#${name}`} aria-current=${nameOf(role) === name ? "page" : null}>${t(`staff.${name}`)}</a>`)}
  </nav>`}`;
}

// The view's tab; one person is a part of people.
function nameOf(role) {
  const asked = route.value.name === "person" ? "people" : route.value.name;
  return VIEWS[role].includes(asked) ? asked : VIEWS[role][0];
}

function Part() {
  const t = words.value;
  if (trouble.value) return html`<${View} title=${t("staff.title")}><p role="alert">${t(...refusalWords(t, trouble.value))}</p><button type="button" class="primary" onClick=${begin}>${t("form.again")}</button><//>`;
  if (!me.value) return html`<main class="sheet narrow"><p role="status">${t("app.connecting")}</p></main>`;
  if (token.value?.name === "first") return html`<${First} token=${token.value.value} done=${linkDone} />`;
  if (token.value?.name === "reset") return html`<${Reset} token=${token.value.value} done=${linkDone} />`;
  const { role } = me.value;
  if (!VIEWS[role]) return html`<${SignIn} news=${news.value} />`;
  const name = nameOf(role) === "people" && route.value.name === "person" ? "person" : nameOf(role);
  return html`<${PARTS[name]} key=${`${name} ${route.value.value}`} id=${route.value.value} />`;
}

function Page() {
  return html`<div class="page staff"><${Header} /><${Part} /></div>`;
}

let before = null;
effect(() => {
  const user = me.value?.user ?? null;
  if (user) news.value = null;
  else if (before) news.value ??= "away.physio"; // it ended by itself
  before = user;
});
addEventListener("hashchange", turn);
turn();
begin();
open(Page, "staff.title");
