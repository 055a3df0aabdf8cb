// Links with which somebody watches one session along: they see, and can change nothing.

import { ask } from "./api.js";
import { CopyLink } from "./copy.js";
import { Act } from "./form.js";
import { List, useAsked } from "./list.js";
import { words } from "./page.js";
import { msUntil } from "./time_left.js";
import { html, useState } from "./ui.js";

export function Shares({ room }) {
  const t = words.value;
  const path = `/api/rooms/${room.id}/shares`;
  const shares = useAsked(path);
  const [links, hold] = useState({}); // by id; the server keeps none
  const make = async () => {
    const share = await ask("POST", `/api/rooms/${room.id}/share`);
    hold({ ...links, [share.id]: share.link });
    await shares.again();
  };
  const revoke = async (id) => {
    await ask("DELETE", `/api/shares/${id}`);
    await shares.again();
  };
  return html`<section class="part" aria-label=${t("rooms.share")}>
    <p>${t("share.about")}</p>
    <${List} asked=${shares} none="share.none" class="shares">${(shares.found ?? []).map((share) => html`<li key=${share.id}>
      ${links[share.id] ? html`<${CopyLink} link=${links[share.id]} label=${t("share.link")} />` : html`<p>${t("share.earlier")}</p>`}
      <p class="soft">${t("share.left", { n: Math.max(0, Math.round(msUntil(share.expires_utc) / 3_600_000)) })}</p>
      <${Act} class="small" act=${() => revoke(share.id)}>${t("share.revoke")}<//>
    </li>`)}<//>
    <${Act} act=${make}>${t("share.make")}<//>
  </section>`;
}
