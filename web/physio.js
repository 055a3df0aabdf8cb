// The physiotherapist's page: up to eight live cards, and beside them the one that is opened.

import { ask } from "./api.js";
import { Desk } from "./desk.js";
import { helpIsOpen, useKeys } from "./keys.js";
import { Card } from "./live_card.js";
import { me, whoAmI } from "./me.js";
import { LanguageSwitch, open, ThemeSwitch, words } from "./page.js";
import { Trouble } from "./trouble.js";
import { effect, html, signal } from "./ui.js";

const desk = new Desk();
const closely = signal(null); // the opened view, once it is loaded
const isGuest = () => me.value?.role === "guest";
const mayClose = () => !desk.isAlone.value;

// "#room=01K..." names the room that is opened.
const roomAsked = () => new URLSearchParams(location.hash.slice(1)).get("room");

addEventListener("hashchange", () => desk.open(roomAsked()));

// A stylesheet that comes with what is opened.
function styled(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}

const Away = signal(null);
const help = signal(null); // the list of keys, once it is loaded
effect(() => {
  if (helpIsOpen.value && !help.peek()) import("./help.js").then(({ Help }) => (help.value = Help));
});

let isLoading = false;
effect(() => {
  if (!desk.opened.value || isLoading) return;
  isLoading = true;
  const parts = [import("./opened.js"), styled("/static/vendor/uplot.css"), styled("/static/opened.css")];
  Promise.all(parts).then(([{ Opened }]) => (closely.value = Opened));
});

// Back to the cards; the one that was opened has the focus.
function close() {
  const id = desk.opened.peek()?.id;
  if (!id || !mayClose()) return;
  history.pushState(null, "", location.pathname + location.search);
  desk.open(null);
  requestAnimationFrame(() => document.getElementById(`card-${id}`)?.focus());
}

async function begin() {
  const who = await whoAmI().catch(() => null); // the list of rooms tells what is wrong
  if (who?.role === "guest") return desk.followOne(who.room);
  desk.open(roomAsked());
  desk.follow(who?.role === "local");
}

async function signOut() {
  await ask("POST", "/api/sign-out");
  location.assign("/staff");
}

function Header() {
  const t = words.value;
  const isStaff = me.value?.role === "physiotherapist";
  const isLocal = me.value?.role === "local";
  return html`<header class="top">
    <h1 class="brand">${t(isGuest() ? "physio.guest" : "physio.title")}</h1>
    <div class="top-actions">${!isGuest() && html`<button type="button" class="quiet" onClick=${() => (helpIsOpen.value = true)}>${t("cards.keys.short")}</button>`}
      ${isStaff && html`<a class="button" href="/staff">${t("staff.rooms")}</a>`}${isLocal && html`<a class="button" href="/staff#sessions">${t("staff.sessions")}</a>`}<${LanguageSwitch} titleKey="physio.title" /><${ThemeSwitch} />${isStaff && html`<button type="button" onClick=${signOut}>${t("cards.sign_out")}</button>`}</div>
  </header>`;
}

function Cards() {
  const t = words.value;
  const seats = desk.seats.value;
  if (seats.every((watch) => watch === null)) return html`<p class="no-rooms">${t("cards.no_rooms")} <a href="/staff">${t("cards.to_rooms")}</a></p>`;
  return html`<ul class="cards">${seats.map((watch, at) => html`<li key=${at}>${watch && html`<${Card} key=${watch.id} watch=${watch} isOpen=${watch === desk.opened.value} isGuest=${isGuest()} />`}</li>`)}</ul>
    ${desk.more.value > 0 && html`<p class="more-rooms">${t("cards.more_rooms", { n: desk.more.value })} <a href="/staff">${t("cards.to_rooms")}</a></p>`}`;
}

function Closely({ watch }) {
  const Opened = closely.value;
  const { state, nowMs } = watch.session;
  const { hello, trouble } = state.value;
  if (!Opened || !hello) return html`<section class="opened"><${Trouble} trouble=${trouble} nowMs=${nowMs.value} /><p class="soft" role="status">${words.value("app.connecting")}</p></section>`;
  return html`<${Opened} watch=${watch} isGuest=${isGuest()} close=${mayClose() ? close : null} />`;
}

function Desktop() {
  const t = words.value;
  const watch = desk.opened.value;
  if (!desk.isKnown.value && !watch) return html`<main class="sheet"><p class="soft" role="status">${t("app.connecting")}</p></main>`;
  const shape = watch === null ? "all" : desk.isAlone.value ? "one" : "beside";
  return html`<main class="desk" data-desk=${shape}>
    ${shape !== "one" && html`<div class="seats"><${Cards} /></div>`}
    ${watch && html`<${Closely} watch=${watch} />`}
  </main>`;
}

function Page() {
  useKeys(desk, close, () => !isGuest());
  const opened = desk.opened.value?.session;
  const away = desk.refused.value ? desk : opened?.refused.value ? opened : null;
  if (away && !Away.value) import("./turned_away.js").then(({ TurnedAway }) => (Away.value = TurnedAway));
  return html`<div class="page physio">
    <${Header} />
    ${away ? Away.value && html`<${Away.value} session=${away} role="physio" />` : html`<${Desktop} />`}
    ${help.value && html`<${help.value} />`}
  </div>`;
}

begin();
open(Page, "physio.title");
