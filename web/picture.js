// A picture with numbers in it: as wide as its place, read with the keyboard, in words and as a table.

import { words } from "./page.js";
import { Pointing } from "./pointing.js";
import { html, useEffect, useId, useRef, useState } from "./ui.js";

// Width of an element in whole pixels, and the reference that goes on it.
export function useWidth() {
  const place = useRef(null);
  const [width, hold] = useState(0);
  useEffect(() => {
    const look = () => hold(Math.max(160, Math.floor(place.current?.clientWidth ?? 0)));
    const observer = new ResizeObserver(look);
    observer.observe(place.current);
    look();
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

// The line of an axis with its words: ticks are [value, text].
export function BottomAxis({ frame, ticks, label }) {
  return html`<g class="axis">
    ${ticks.map(([value, text]) => html`<path class="grid" d=${`M${frame.x(value)} ${frame.top}V${frame.bottom}`} /><text x=${frame.x(value)} y=${frame.bottom + 16} text-anchor="middle">${text}</text>`)}
    <text class="axis-label" x=${(frame.left + frame.right) / 2} y=${frame.bottom + 33} text-anchor="middle">${label}</text>
  </g>`;
}

export function LeftAxis({ frame, ticks, label }) {
  return html`<g class="axis">
    ${ticks.map(([value, text]) => html`<path class="grid" d=${`M${frame.left} ${frame.y(value)}H${frame.right}`} /><text x=${frame.left - 6} y=${frame.y(value) + 4} text-anchor="end">${text}</text>`)}
    <text class="axis-label" transform=${`translate(12 ${(frame.top + frame.bottom) / 2}) rotate(-90)`} text-anchor="middle">${label}</text>
  </g>`;
}

export function RightAxis({ frame, ticks, label, width }) {
  return html`<g class="axis">
    ${ticks.map(([value, text]) => html`<path class="tick" d=${`M${frame.right} ${frame.y(value)}h4`} /><text x=${frame.right + 7} y=${frame.y(value) + 4}>${text}</text>`)}
    <text class="axis-label" transform=${`translate(${width - 5} ${(frame.top + frame.bottom) / 2}) rotate(-90)`} text-anchor="middle">${label}</text>
  </g>`;
}

// `heads` and `rows` of the table may be functions: they are asked when it is opened.
function Numbers({ title, heads, rows }) {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${title}><table>
    <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows().map((row) => html`<tr>${row.map((cell, at) => (at ? html`<td>${cell}</td>` : html`<th scope="row">${cell}</th>`))}</tr>`)}</tbody>
  </table></div>`;
}

// `draw(width)` makes the picture; `value` says in words what is at its cursor, which is at `now` of `count` places.
// `onPoint(x, width, isDragged, y)` hears of the pointer; `acts` is what can be done to what is chosen.
export function Picture({ title, about, label, value, now, count, onKeyDown, onPoint, height, heads, rows, draw, tools, acts }) {
  const t = words.value;
  const id = useId();
  const [place, width] = useWidth();
  const [isTable, show] = useState(false);
  const heard = useRef(onPoint);
  heard.current = onPoint;
  const [pointing] = useState(() => new Pointing((x, y, isDragged) => {
    const box = place.current.getBoundingClientRect();
    heard.current(x - box.left, box.width, isDragged, y - box.top);
  }));
  const down = (event) => {
    place.current.setPointerCapture(event.pointerId); // what it came down on may be drawn anew
    pointing.down(event);
  };
  return html`<figure class="picture">
    <figcaption><h2>${title}</h2>${tools}
      <button type="button" class="quiet small" aria-expanded=${isTable} onClick=${() => show(!isTable)}>${t(isTable ? "physio.table.hide" : "physio.table")}</button></figcaption>
    <div class="plot-keys" tabindex="0" role="slider" aria-label=${label} aria-describedby=${`${id}-about`} aria-valuemin="0" aria-valuemax=${Math.max(0, count - 1)} aria-valuenow=${Math.max(0, now)} aria-valuetext=${value} onKeyDown=${onKeyDown}>
      <div class="drawing" ref=${place} onPointerDown=${down} onPointerMove=${(event) => pointing.move(event)} onPointerUp=${() => pointing.up()} onPointerCancel=${() => pointing.cancel()}>${width > 0 && html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-hidden="true">${draw(width)}</svg>`}</div>
    </div>
    <p class="read-out">${value}</p>
    ${acts}
    <p class="soft small-print" id=${`${id}-about`}>${about}</p>
    ${isTable && html`<${Numbers} title=${title} heads=${heads} rows=${rows} />`}
  </figure>`;
}
