// A QR code: dark on light in every theme, as not every camera reads it the other way round.

import { html } from "./ui.js";

// What is drawn, taken from the server's SVG: nothing else of it reaches the page.
export function shapeOf(svg) {
  const [line] = /<path[^>]*class="qrline"[^>]*>/.exec(svg) ?? [];
  const path = line && /\sd="([MmHhVvLlZz0-9 .,-]+)"/.exec(line);
  const width = /<svg[^>]*\s(?:viewBox="0 0 |width=")([0-9.]+)/.exec(svg);
  if (!path || !width) return null;
  const scale = /transform="scale\(([0-9.]+)\)"/.exec(line);
  return { size: Number(width[1]) / Number(scale?.[1] ?? 1), path: path[1] };
}

export function Qr({ svg, label }) {
  const shape = shapeOf(svg);
  if (!shape) return null;
  return html`<svg class="qr" viewBox=${`0 0 ${shape.size} ${shape.size}`} role="img" aria-label=${label}>
    <rect class="qr-ground" width=${shape.size} height=${shape.size} /><path class="qr-line" d=${shape.path} />
  </svg>`;
}
