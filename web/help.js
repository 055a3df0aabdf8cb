// What the keys do, in a window of its own; loaded when it is asked for. Escape closes it.

import { helpIsOpen, keysAreOn } from "./keys.js";
import { words } from "./page.js";
import { remember } from "./preferences.js";
import { html, useEffect, useRef } from "./ui.js";

const ROWS = [["arrows", "move"], ["enter", "open"], ["space", "go_on"], ["m", "mark"], ["n", "note"], ["s", "stop"], ["escape", "close"], ["help", "help"]];

export function Help() {
  const t = words.value;
  const place = useRef(null);
  useEffect(() => {
    if (helpIsOpen.value) place.current.showModal();
    else place.current.close();
  }, [helpIsOpen.value]);
  const set = (event) => {
    keysAreOn.value = event.target.checked;
    remember("keys", keysAreOn.value);
  };
  return html`<dialog class="help" ref=${place} aria-labelledby="help" onClose=${() => (helpIsOpen.value = false)}>
    <h2 id="help">${t("physio.keys")}</h2>
    <dl class="keys-list">${ROWS.map(([key, does]) => html`<div><dt><kbd>${t(`cards.key.${key}`)}</kbd></dt><dd>${t(`cards.key.${does}.does`)}</dd></div>`)}</dl>
    <label class="keys"><input type="checkbox" checked=${keysAreOn.value} onChange=${set} /><span>${t("cards.keys.on")}</span></label>
    <button type="button" class="primary" onClick=${() => (helpIsOpen.value = false)}>${t("cards.keys.close")}</button>
  </dialog>`;
}
