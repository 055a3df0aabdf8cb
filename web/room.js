// One room in the list: how its session is, and whom to let in.

import { ask } from "./api.js";
import { Sure } from "./form.js";
import { Invitation } from "./invitation.js";
import { words } from "./page.js";
import { Shares } from "./shares.js";
import { strapWords } from "./strap_words.js";
import { html, useState } from "./ui.js";

function Fact({ name, children }) {
  return html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;
}

function Facts({ room }) {
  const t = words.value;
  const step = room.step && room.state === "running" ? t("rooms.state.step", { state: t(`state.${room.state}`), step: t(`step.${room.step}`) }) : t(`state.${room.state}`);
  return html`<dl class="facts">
    <${Fact} name=${t("rooms.session")}>${step}<//>
    <${Fact} name=${t("physio.strap")}>${room.agreed ? strapWords(t, room) : t("rooms.consent")}${room.simulated && html` <span class="tag">${t("app.simulated.short")}</span>`}<//>
    ${room.answer && html`<${Fact} name=${t("rooms.answer")}>${t(`card.${room.answer}.word`)}<//>`}
    <${Fact} name=${t("rooms.saved")}>${t(room.saved ? "rooms.saved.yes" : "warning.not_saved")}<//>
  </dl>`;
}

// The button of a part of the room that is opened and closed.
function Part({ name, isOpen, turn }) {
  return html`<button type="button" aria-expanded=${isOpen} onClick=${turn}>${words.value(`rooms.${name}`)}</button>`;
}

export function Room({ room, changed }) {
  const t = words.value;
  const [part, open] = useState(null); // "invite" or "share"
  const turn = (name) => open(part === name ? null : name);
  const code = room.pseudonym ?? t("rooms.nobody");
  const close = async () => {
    await ask("DELETE", `/api/rooms/${room.id}`);
    await changed();
    return null;
  };
  return html`<li class="panel room" aria-label=${code}>
    <h2>${code}</h2>
    <${Facts} room=${room} />
    <div class="acts">
      <a class="button primary" href=${`/physio#room=${room.id}`}>${t("rooms.watch")}</a>
      <${Part} name="invite" isOpen=${part === "invite"} turn=${() => turn("invite")} />
      <${Part} name="share" isOpen=${part === "share"} turn=${() => turn("share")} />
    </div>
    ${part === "invite" && html`<${Invitation} room=${room} />`}
    ${part === "share" && html`<${Shares} room=${room} />`}
    <${Sure} label=${t("rooms.close")} question=${t("rooms.close.sure", { code })} yes=${t("rooms.close.yes")} act=${close} />
  </li>`;
}
