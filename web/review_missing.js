// What of a step cannot be shown, and why, in one sentence each.

import { words } from "./page.js";
import { html } from "./ui.js";

const WITHOUT_STEP = { overlay: "no_pacer", fall: "no_pacer", spectrum: "no_step" };

// Why there is no fall, of any pattern or of one.
export function noFallWords(t, { document, missing }, pattern) {
  const one = missing.find(({ what, step_index: at }) => what === "fall" && (pattern === null || document.steps[at].pattern === pattern));
  return t(`report.missing.fall.${one?.reason ?? WITHOUT_STEP.fall}`);
}

function stepName(t, { step, pattern }) {
  return pattern ? t("review.step", { step: t(`step.${step}`), pattern }) : t(`step.${step}`);
}

// Which steps a figure does not show; steps that are called alike are named once. With `isAll` it shows none.
export function Missing({ found, what, isAll }) {
  const t = words.value;
  const { steps } = found.document;
  const own = found.missing.filter((one) => one.what === what);
  const names = (reason) => [...new Set(own.filter((one) => one.reason === reason).map((one) => stepName(t, steps[one.step_index])))];
  if (own.length === 0) return isAll ? html`<p>${t(`report.missing.${what}.${WITHOUT_STEP[what]}`)}</p>` : null;
  const reasons = [...new Set(own.map((one) => one.reason))];
  return html`<dl class="missing">${reasons.map((reason) => html`<div key=${reason}><dt>${names(reason).join(", ")}</dt><dd>${t(`report.missing.${what}.${reason}`)}</dd></div>`)}</dl>`;
}
