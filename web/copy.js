// A link to give to somebody: to copy with one button, or by hand where the browser keeps the clipboard to itself.

import { words } from "./page.js";
import { html, useId, useRef, useState } from "./ui.js";

export function CopyLink({ link, label }) {
  const t = words.value;
  const id = useId();
  const field = useRef(null);
  const [said, say] = useState(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      say("copy.done");
    } catch {
      field.current.focus();
      field.current.select();
      say("copy.by_hand");
    }
  };
  return html`<div class="field copy">
    <label for=${id}>${label}</label>
    <input id=${id} type="text" readonly value=${link} ref=${field} onFocus=${(event) => event.target.select()} />
    <button type="button" onClick=${copy}>${t("copy")}</button>
    <p class="hint" role="status">${said && t(said)}</p>
  </div>`;
}
