// Small pictures that stand before a word and say the same: seen, not seen, cannot be told; and the strength of a signal.

import { html } from "./ui.js";

const INSIDE = {
  full: html`<circle class="solid" cx="10" cy="10" r="8" />`,
  open: html`<circle class="outline" cx="10" cy="10" r="7" /><path class="outline" d="M4.5 15.5l11-11" />`,
  dotted: html`<circle class="outline dots" cx="10" cy="10" r="7" />`,
  none: html`<path class="outline" d="M5 10h10" />`,
  note: html`<path class="outline" d="M10 2.5L18.5 17.5H1.5Z" /><path class="outline" d="M10 8v4.5M10 14.2v1.6" />`,
};

export function Shape({ name }) {
  return html`<svg class="shape" viewBox="0 0 20 20" aria-hidden="true">${INSIDE[name]}</svg>`;
}

export function Strength({ bars }) {
  return html`<svg class="shape" viewBox="0 0 20 20" aria-hidden="true">
    ${[0, 1, 2].map((at) => html`<rect class=${at < bars ? "solid" : "outline"} x=${2 + 6 * at} y=${13 - 5 * at} width="4" height=${5 + 5 * at} />`)}
    ${bars === 0 && html`<path class="outline strong" d="M2.5 3.5l15 14" />`}
  </svg>`;
}

const ICONS = {
  start: html`<path class="solid" d="M7 4.5l12 7.5-12 7.5z" />`,
  resume: html`<path class="solid" d="M7 4.5l12 7.5-12 7.5z" />`,
  pause: html`<path class="solid" d="M6 5h4v14H6zM14 5h4v14h-4z" />`,
  mark: html`<path class="outline" d="M6 21V4h11l-2.5 4L17 12H6" />`,
  stop: html`<path class="solid" d="M5.5 5.5h13v13h-13z" />`,
};

// A button that is a picture with a name.
export function IconButton({ icon, label, ...rest }) {
  return html`<button type="button" class="quiet icon" aria-label=${label} title=${label} ...${rest}><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">${ICONS[icon]}</svg></button>`;
}
