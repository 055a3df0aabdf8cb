// Each interval against the next one, by the step it lies in.

import { pairsOf } from "./beat_list.js";
import { chosenBy } from "./choice.js";
import { frameOf, rangeOf, shapeAt, shapesAt } from "./frame.js";
import { words } from "./page.js";
import { BottomAxis, LeftAxis, Picture } from "./picture.js";
import { niceTicks } from "./ticks.js";
import { html, useMemo } from "./ui.js";

const HEIGHT = 260;
const MARGINS = [10, 12, 40, 52];
const LEAST_MS = 200;
const SHAPE_OF_STEP = { baseline: "circle", breathe: "up", recovery: "square" };
const shapeOf = (step) => SHAPE_OF_STEP[step?.step] ?? "diamond";

// The pairs of each kind of step, null for what lies in none.
function byStep(pairs, beats, steps) {
  const kinds = new Map();
  for (const pair of pairs) {
    const { t_s } = beats[pair[2]];
    const kind = steps.find((step) => t_s >= step.start_s && t_s < step.end_s)?.step ?? null;
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(pair);
  }
  return kinds;
}

// A square picture, so that equal differences look equal.
function frameFor(width, range) {
  const side = Math.min(width - MARGINS[1] - MARGINS[3], HEIGHT - MARGINS[0] - MARGINS[2]);
  const spare = width - MARGINS[1] - MARGINS[3] - side;
  return frameOf(width, HEIGHT, [MARGINS[0], MARGINS[1] + spare / 2, MARGINS[2], MARGINS[3] + spare / 2], range, range);
}

function Drawn({ kinds, chosen, range, width }) {
  const t = words.value;
  const frame = frameFor(width, range);
  const ticks = niceTicks(range, 4).map((tick) => [tick, String(tick)]);
  const places = (pairs) => pairs.map(([x, y]) => [frame.x(x), frame.y(y)]);
  const cloud = useMemo(() => [...kinds].map(([kind, pairs]) => html`<path class=${`pair ${kind ?? "none"}`} d=${shapesAt(shapeOf({ step: kind }), places(pairs), 2.5)} />`), [kinds, width]);
  return html`<${BottomAxis} frame=${frame} ticks=${ticks} label=${t("report.axis.rr_ms")} />
    <${LeftAxis} frame=${frame} ticks=${ticks} label=${t("report.axis.next_rr_ms")} />
    <path class="identity" d=${`M${frame.left} ${frame.bottom}L${frame.right} ${frame.top}`} />
    ${cloud}
    ${chosen && html`<path class="cursor-ring" d=${shapeAt("circle", frame.x(chosen[0]), frame.y(chosen[1]), 7)} />`}`;
}

export function Poincare({ reviewed }) {
  const t = words.value;
  const beats = reviewed.beats.value;
  const { steps } = reviewed.found.value.document;
  const { pairs, kinds, range } = useMemo(() => {
    const found = pairsOf(beats);
    return { pairs: found, kinds: byStep(found, beats, steps), range: rangeOf(found.flatMap(([x, y]) => [x, y]), LEAST_MS) };
  }, [beats, steps]);
  if (pairs.length === 0) return html`<section class="panel"><h2>${t("report.poincare.title")}</h2><p>${t("report.poincare.none")}</p></section>`;
  const { at } = reviewed.chosen.value;
  const chosen = pairs.find(([, , place]) => place === at) ?? null;
  const value = chosen ? t("review.poincare.value", { rr: chosen[0], next: chosen[1], difference: chosen[1] - chosen[0] }) : t("report.poincare.text", { pairs: pairs.length });
  const press = (event) => {
    const next = chosenBy(event.key, false, reviewed.chosen.value, beats.length);
    if (!next) return;
    event.preventDefault();
    reviewed.choose(next);
  };
  const point = (x, width, isDragged, y) => {
    const frame = frameFor(width, range);
    const far = ([a, b]) => (frame.x(a) - x) ** 2 + (frame.y(b) - y) ** 2;
    const best = pairs.reduce((one, other) => (far(other) < far(one) ? other : one));
    reviewed.choose({ at: best[2], from: best[2] });
  };
  const rows = () => pairs.map(([rr, next]) => [rr, next, next - rr].map((x) => t("format.one", { x })));
  return html`<section class="panel"><${Picture} title=${t("report.poincare.title")} about=${t("review.poincare.about")} label=${t("review.poincare.cursor")} value=${value}
    now=${at} count=${beats.length} onKeyDown=${press} onPoint=${point} height=${HEIGHT} heads=${["physio.table.rr", "report.axis.next_rr_ms", "review.table.difference"].map((key) => t(key))} rows=${rows}
    draw=${(width) => html`<${Drawn} kinds=${kinds} chosen=${chosen} range=${range} width=${width} />`} />
    <ul class="legend" aria-label=${t("review.spectrum.legend")}>${[...kinds.keys()].filter(Boolean).map((kind) => html`<li><svg width="16" height="16" aria-hidden="true"><path class=${`pair ${kind}`} d=${shapeAt(shapeOf({ step: kind }), 8, 8, 4)} /></svg> ${t(`step.${kind}`)}</li>`)}</ul></section>`;
}
