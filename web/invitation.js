// The patient's way in: a QR code for the own phone, or eight characters to type. Both work once, and not for long.

import { ask } from "./api.js";
import { CopyLink } from "./copy.js";
import { words } from "./page.js";
import { Qr } from "./qr.js";
import { minutes } from "./minutes.js";
import { refusalWords } from "./refusal.js";
import { msUntil } from "./time_left.js";
import { html, useEffect, useState } from "./ui.js";

// "K7QF2MXP" is easier to say and to type as "K7QF 2MXP".
const inGroups = (code) => code.replace(/(.{4})(?=.)/g, "$1 ");

function useSecondsLeft(utc) {
  const [, turn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => turn((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return utc ? Math.max(0, Math.floor(msUntil(utc) / 1000)) : null;
}

// An address that no phone can reach: the server was started for its own computer alone.
const isHereOnly = (link) => /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(link).hostname);

// What a person types: with a port, or of figures, a browser takes an address for http where it does not say https.
const toType = (link) => `${new URL(link).origin.replace(/^http:\/\//, "")}/join`;

function Ways({ invitation, left }) {
  const t = words.value;
  const { code, link, qr } = invitation;
  return html`${isHereOnly(link) && html`<p class="news">${t("invite.here_only")}</p>`}<ol class="ways">
    <li><h3>${t("invite.scan")}</h3><${Qr} svg=${qr} label=${t("invite.qr")} /></li>
    <li><h3>${t("invite.type", { address: toType(link) })}</h3>
      <p class="code"><span aria-hidden="true">${inGroups(code)}</span><span class="visually-hidden">${[...code].join(" ")}</span></p></li>
    <li><h3>${t("invite.send")}</h3><${CopyLink} link=${link} label=${t("invite.link")} /></li>
  </ol>
  <p>${t("invite.left", { time: minutes(left) })}</p>`;
}

export function Invitation({ room }) {
  const t = words.value;
  const [invitation, hold] = useState(null);
  const [refused, tell] = useState(null);
  const left = useSecondsLeft(invitation?.expires_utc);
  const make = () => {
    hold(null);
    tell(null);
    ask("POST", `/api/rooms/${room.id}/invitation`).then(hold, tell);
  };
  useEffect(make, []);
  const isOver = left === 0;
  return html`<section class="part" aria-label=${t("rooms.invite")}>
    <p role="status">${refused ? t(...refusalWords(t, refused)) : isOver ? t("invite.over") : invitation ? t("invite.about") : t("form.busy")}</p>
    ${invitation && !isOver && html`<${Ways} invitation=${invitation} left=${left} />`}
    <button type="button" onClick=${make}>${t("invite.new")}</button>
  </section>`;
}
