// The strap that this page itself connects to: what it sends goes to the server, and what goes on with it is shown.

import { hex, Outbox } from "./outbox.js";
import { words } from "./page.js";
import { Strap } from "./strap.js";
import { strapWords } from "./strap_words.js";
import { tab } from "./tab.js";
import { effect, html, signal } from "./ui.js";

class OwnStrap {
  shown = signal(null); // { detail, needsTap, canChoose, isFull }
  #session;
  #strap;
  #outbox;
  #standing = []; // frames that a new session must have of the strap in use

  constructor(session) {
    this.#session = session;
    this.#strap = new Strap({
      on: {
        connected: (about, nowMs) => this.#connected(about, nowMs),
        heard: (name, bytes, nowMs) => this.#heard(name, bytes, nowMs),
        lost: (reason) => this.#lost(reason),
        changed: (isNews) => this.#changed(isNews),
      },
    });
    this.#outbox = new Outbox({
      say: (message) => session.sayNow(message),
      news: () => this.#strap.detail ?? "strap.beats",
      standing: () => this.#standing,
      saved: Outbox.saved(tab),
    });
    this.#show();
    session.heard = (message) => this.#told(message);
    this.#follow();
    this.#watchPage();
    this.#strap.begin();
  }

  choose() {
    return this.#strap.choose();
  }

  #told(message) {
    if (message.type === "hello") this.#outbox.open(message.epoch, message.state === "finished");
    if (message.type === "kept") this.#outbox.kept(message.origin, message.seq);
    if (message.type === "clock_ask") this.#session.sayNow({ type: "clock", origin: this.#outbox.origin, id: message.id, t_s: Math.round(performance.now() * 1000) / 1e6 });
    if (this.shown.peek().isFull !== this.#outbox.isFull) this.#show();
  }

  #follow() {
    const { hello, phase } = this.#session.state.peek();
    if (this.#session.isLinked.peek() && hello) this.#outbox.open(hello.epoch, phase === "finished");
    effect(() => this.#session.isLinked.value || this.#outbox.close());
    effect(() => this.#session.state.value.phase === "finished" && this.#outbox.finish());
  }

  #watchPage() {
    addEventListener("pagehide", () => {
      this.#strap.leave("page_closed");
      this.#outbox.save(tab);
    });
    addEventListener("pageshow", (event) => event.persisted && this.#strap.comeBack());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#outbox.save(tab); // it may be the last that this page can do
      else this.#strap.hurry();
    });
  }

  #connected({ model, firmware, values }, nowMs) {
    this.#standing = [];
    this.#say({ kind: "connected", model, firmware }, nowMs);
    for (const [name, value] of values) this.#heard(name, value, nowMs);
  }

  #heard(characteristic, bytes, nowMs) {
    const frame = { kind: "bytes", characteristic, value: hex(bytes) };
    if (characteristic === "2a37" || characteristic === "pmd_data") this.#outbox.add(frame, nowMs);
    else this.#say(frame, nowMs);
  }

  // What stands until the link is lost: how the strap is called, its battery, how its streams were started.
  #say(frame, nowMs) {
    this.#standing.push(frame);
    this.#outbox.add(frame, nowMs);
  }

  #lost(reason) {
    this.#standing = [];
    this.#outbox.add({ kind: "lost", reason }, performance.now());
  }

  #changed(isNews) {
    if (isNews) this.#outbox.tell();
    this.#show();
  }

  #show() {
    const { detail, needsTap, canChoose } = this.#strap;
    this.shown.value = { detail, needsTap, canChoose, isFull: this.#outbox.isFull };
  }
}

function Connect({ strap, label }) {
  return html`<button type="button" class=${label === "connect" ? "primary" : "small"} onClick=${() => strap.choose()}>${words.value(`patient.strap.${label}`)}</button>`;
}

function Check({ strap, session }) {
  const t = words.value;
  const { quality } = session.state.value;
  const { detail, needsTap, canChoose, isFull } = strap.shown.value;
  return html`<section class="panel own-strap" data-strap=${detail ?? quality?.strap_state}>
    <h2>${t("ready.strap")}</h2>
    <p role="status">${detail ? t(detail) : strapWords(t, quality)}</p>
    ${isFull && html`<p>${t("strap.browser_full")}</p>`}
    ${canChoose && html`<${Connect} strap=${strap} label=${needsTap ? "connect" : "other"} />`}
  </section>`;
}

function Note({ strap }) {
  const { detail } = strap.shown.value;
  return html`<section class="panel own-strap" data-strap=${detail}><p role="status">${words.value(detail)}</p><${Connect} strap=${strap} label="connect" /></section>`;
}

// check(): for the device check. note(): during an exercise, in the place of an answer that there cannot be; nothing
// where the person has nothing to do.
export function ownStrap(session) {
  const strap = new OwnStrap(session);
  return {
    check: () => html`<${Check} strap=${strap} session=${session} />`,
    note: () => (strap.shown.value.needsTap ? html`<${Note} strap=${strap} />` : null),
  };
}
