// What changes from session to session, the oldest first: the answer to the exhale, and the tension that was told.

import { words } from "./page.js";
import { exhaleWords, tensionWords } from "./past_words.js";
import { html, useState } from "./ui.js";

const SHOWN = 30; // the newest: more would not be told apart on a phone
const LEAST_BPM = 6; // a smaller range would make noise look like something
const STEP = { ArrowLeft: -1, ArrowRight: 1, PageUp: -5, PageDown: 5, Home: -Infinity, End: Infinity };

const percent = (value) => `${value}%`;

// Place of a value between the lowest and the highest, in percent from the top, with room for half a dot.
const down = (value, [low, high]) => percent(4 + 92 * (1 - (value - low) / (high - low)));

export function rangeOf(sessions) {
  const values = sessions.flatMap(({ exhale }) => [exhale?.effect_bpm, exhale?.low_bpm, exhale?.high_bpm]).filter((one) => typeof one === "number");
  return [Math.min(0, Math.floor(Math.min(0, ...values))), Math.max(LEAST_BPM, Math.ceil(Math.max(0, ...values)))];
}

function Fall({ one, x, range }) {
  const { exhale } = one;
  if (typeof exhale?.effect_bpm !== "number") return html`<text class="over-none" x=${x} y=${down(range[0], range)} dy="-4">×</text>`;
  const whole = exhale.low_bpm !== null && exhale.high_bpm !== null;
  return html`${whole && html`<line class="over-interval" x1=${x} x2=${x} y1=${down(exhale.low_bpm, range)} y2=${down(exhale.high_bpm, range)} />`}
    <circle class=${exhale.answer === "yes" ? "over-dot" : "over-dot open"} cx=${x} cy=${down(exhale.effect_bpm, range)} r="5" />`;
}

function Tension({ one, x, range }) {
  const { tension_before: before, tension_after: after } = one;
  if (before === null && after === null) return html`<text class="over-none" x=${x} y=${down(range[0], range)} dy="-4">×</text>`;
  return html`${before !== null && after !== null && html`<line class="over-interval" x1=${x} x2=${x} y1=${down(before, range)} y2=${down(after, range)} />`}
    ${before !== null && html`<circle class="over-dot open" cx=${x} cy=${down(before, range)} r="5" />`}
    ${after !== null && html`<circle class="over-dot" cx=${x} cy=${down(after, range)} r="5" />`}`;
}

function Plot({ name, sessions, range, Mark, value }) {
  const t = words.value;
  const [at, choose] = useState(null);
  const [isTable, turn] = useState(false);
  const place = at ?? sessions.length - 1;
  const middle = (index) => percent((100 * (index + 0.5)) / sessions.length);
  const keyed = (event) => {
    const step = STEP[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(Math.min(sessions.length - 1, Math.max(0, place + step)));
  };
  const pointed = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    choose(Math.min(sessions.length - 1, Math.max(0, Math.floor((sessions.length * (event.clientX - box.left)) / box.width))));
  };
  const said = t("history.chart.value", { when: t("history.when", { at: sessions[place].begun_utc }), value: value(t, sessions[place]) });
  return html`<figure class="over" aria-label=${t(`history.chart.${name}`)}>
    <figcaption><strong>${t(`history.chart.${name}`)}</strong> <span class="soft">${t(`history.chart.${name}.about`)}</span></figcaption>
    <div class="over-frame">
      <div class="over-scale" aria-hidden="true"><span>${t("history.chart.tick", { x: range[1] })}</span><span>${t("history.chart.tick", { x: range[0] })}</span></div>
      <div class="over-keys" tabindex="0" role="slider" aria-label=${t("history.chart.cursor")} aria-valuemin="1" aria-valuemax=${sessions.length} aria-valuenow=${place + 1} aria-valuetext=${said} onKeyDown=${keyed} onPointerDown=${pointed}>
        <svg aria-hidden="true">
          <line class="over-zero" x1="0" x2="100%" y1=${down(0, range)} y2=${down(0, range)} />
          <line class="over-chosen" x1=${middle(place)} x2=${middle(place)} y1="0" y2="100%" />
          ${sessions.map((one, index) => html`<${Mark} key=${one.id} one=${one} x=${middle(index)} range=${range} />`)}
        </svg>
      </div>
    </div>
    <div class="over-foot"><span>${said}</span><button type="button" class="quiet small" aria-expanded=${isTable} onClick=${() => turn(!isTable)}>${t(isTable ? "physio.table.hide" : "physio.table")}</button></div>
    ${isTable && html`<div class="over-table" tabindex="0" role="region" aria-label=${t(`history.chart.${name}`)}><table>
      <thead><tr><th scope="col">${t("history.column.session")}</th><th scope="col">${t(`history.column.${name}`)}</th></tr></thead>
      <tbody>${sessions.toReversed().map((one) => html`<tr key=${one.id}><td>${t("history.when", { at: one.begun_utc })}</td><td>${value(t, one)}</td></tr>`)}</tbody>
    </table></div>`}
  </figure>`;
}

function fallValue(t, { exhale }) {
  const { word, number } = exhaleWords(exhale);
  return number ? t("history.both", { word: t(word), number: t(...number) }) : t(word);
}

export function OverSessions({ sessions }) {
  const t = words.value;
  const shown = sessions.slice(0, SHOWN).reverse();
  return html`<section class="panel"><h2>${t("history.chart.title")}</h2>
    ${sessions.length > SHOWN && html`<p class="soft">${t("history.chart.newest", { n: SHOWN })}</p>`}
    <${Plot} name="exhale" sessions=${shown} range=${rangeOf(shown)} Mark=${Fall} value=${fallValue} />
    <${Plot} name="tension" sessions=${shown} range=${[0, 10]} Mark=${Tension} value=${(say, one) => say(...tensionWords(one))} />
  </section>`;
}
