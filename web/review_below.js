// What lies below the tachogram.

import { Beside } from "./review_beside.js";
import { Exports } from "./review_exports.js";
import { Measures } from "./review_measures.js";
import { Overlay } from "./review_overlay.js";
import { Poincare } from "./review_poincare.js";
import { Spectrum } from "./review_spectrum.js";
import { Stretches } from "./review_stretches.js";
import { html } from "./ui.js";

export function Below({ reviewed }) {
  return html`<div class="three"><${Overlay} reviewed=${reviewed} /><${Spectrum} reviewed=${reviewed} /><${Poincare} reviewed=${reviewed} /></div>
    <${Measures} reviewed=${reviewed} />
    <div class="two"><${Stretches} reviewed=${reviewed} />${reviewed.found.value.person && html`<${Beside} reviewed=${reviewed} />`}</div>
    <${Exports} reviewed=${reviewed} />`;
}
