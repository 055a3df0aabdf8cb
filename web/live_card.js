// One of eight cards: who this is, whether their heart answers the exhale, whether they breathe along, whether the
// signal is fit. Each line is a shape and words; what needs somebody stands out by its shape and weight.

import { barsOf } from "./bars.js";
import { alongOf, beatAgeS, heartOf, signalOf, stateKey } from "./glance.js";
import { GO_ON, goOn, Sure } from "./keys.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { IconButton, Shape, Strength } from "./shapes.js";
import { HEIGHT, WIDTH } from "./spark.js";
import { isFresh, Trouble } from "./trouble.js";
import { html } from "./ui.js";

const BARS_HEIGHT = 52;
const BAR = 10; // width of a bar with its room

function Head({ watch, isOld, isOpen, isGuest }) {
  const t = words.value;
  const state = watch.session.state.value;
  const next = GO_ON[state.phase];
  const isBusy = state.phase === "running" || state.phase === "paused";
  return html`<header class="card-head">
    <a class="card-open" id=${`card-${watch.id}`} href=${`#room=${watch.id}`} data-room=${watch.id} aria-current=${isOpen ? "true" : null}>
      <strong>${state.hello?.subject || watch.pseudonym || t("cards.nobody")}</strong>
      <span class="card-state">${t(stateKey(state, isOld))}</span>
    </a>
    ${state.hello && !isGuest && html`<div class="card-acts">
      ${next && html`<${IconButton} icon=${next} label=${t(`physio.${next}`)} onClick=${() => goOn(watch)} />`}
      <${IconButton} icon="mark" label=${t("physio.mark")} onClick=${() => watch.session.mark("note")} />
      ${isBusy && html`<${IconButton} icon="stop" label=${t("physio.stop")} onClick=${() => (watch.asking.value = "stop")} />`}
    </div>`}
  </header>`;
}

function Heart({ state, isOld }) {
  const t = words.value;
  const { shape, fall, low, high, key, why } = heartOf(state, isOld);
  return html`<div class="card-answer" data-heart=${shape}>
    <p class="card-name"><${Shape} name=${shape} /><span class="card-words">${t(key ?? "cards.heart")}</span></p>
    <div class="card-value">${why
      ? html`<p class="card-why">${t(...why)}</p>`
      : html`<p class="card-fall"><strong>${t("format.one", { x: fall })}</strong> <span>${t("physio.fall.unit")}</span></p>
          <p class="soft card-interval">${low === null ? "" : t("cards.fall.between", { low, high })}</p>`}</div>
    <${Bars} breaths=${state.breaths} />
  </div>`;
}

function Bars({ breaths }) {
  const t = words.value;
  const bars = barsOf(breaths, BARS_HEIGHT);
  const zero = bars[0]?.zero ?? BARS_HEIGHT - 4;
  return html`<svg class="card-bars" viewBox=${`0 0 ${12 * BAR} ${BARS_HEIGHT}`} role="img" aria-label=${t("physio.breaths")}>
    <line class="zero" x1="0" x2=${12 * BAR} y1=${zero} y2=${zero} />
    ${bars.map((bar) => bar.size !== null && html`<rect class=${bar.breath.usable ? "breath" : "breath open"} x=${bar.place * BAR + 1.5} y=${bar.top} width=${BAR - 3} height=${Math.max(2, bar.size)} rx="1.5" />`)}
  </svg>`;
}

function Lines({ state, isOld }) {
  const t = words.value;
  const along = alongOf(state, isOld);
  const signal = signalOf(state, isOld);
  const usable = isOld ? null : state.quality?.usable_percent;
  return html`
    <p class=${along.isNews ? "line news-line" : "line"} data-along=${along.shape}><${Shape} name=${along.shape} /><span>${t(...along.line)}</span></p>
    <p class=${signal.isNews ? "line news-line" : "line"} data-signal=${signal.bars}><${Strength} bars=${signal.bars} /><span>${t(...signal.line)}</span>${usable != null && html`<span class="line-end">${t("cards.usable.percent", { n: Math.round(usable) })}</span>`}</p>`;
}

// The two lines under the signal: what the clinic wants to be told, or what went wrong just now.
function Notices({ watch, state, nowMs }) {
  const t = words.value;
  const { trouble } = state;
  const refused = watch.session.refused.value;
  if (refused) return html`<p class="card-notes" role="status"><span>${t(...refusalWords(t, refused))}</span></p>`;
  if (isFresh(trouble, nowMs)) return html`<${Trouble} trouble=${trouble} nowMs=${nowMs} isSmall />`;
  const found = watch.warnings();
  const shown = found.length > 2 ? [found[0], ["cards.more_notes", { n: found.length - 1 }]] : found;
  return html`<ul class="card-notes" aria-label=${t("warning.title")}>${shown.map((one) => html`<li><${Shape} name="note" /><span>${t(...one)}</span></li>`)}</ul>`;
}

function Minute({ watch, isSimulated }) {
  const paths = watch.minute.value;
  const t = words.value;
  return html`<div class="minute">
    <svg class="spark" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t("physio.tachogram")}>
      <path class="spark-exhale" d=${paths.exhales} /><path class="spark-gap" d=${paths.gaps} /><path class="spark-line" d=${paths.line} />
    </svg>
    ${isSimulated && html`<p class="simulated">${t("app.simulated.short")}</p>`}
  </div>`;
}

function Facts({ state, nowMs, isOld }) {
  const t = words.value;
  const quality = isOld ? null : state.quality;
  const missing = t("physio.missing");
  const whole = (value, key) => (value == null ? missing : t(key, { n: Math.round(value) }));
  const rsa = state.trends.at(-1);
  const age = beatAgeS(state, nowMs);
  return html`<dl class="card-facts">
    <div><dt>${t("physio.heart_rate")}</dt><dd>${whole(quality?.heart_rate_bpm, "cards.unit.per_min")}</dd></div>
    <div><dt>${t("cards.rsa.short")}</dt><dd>${rsa ? t(`cards.rsa.${rsa.change}`, { n: Math.round(rsa.rsa_ms) }) : missing}</dd></div>
    <div><dt>${t("cards.newest.short")}</dt><dd>${age === null ? missing : t("physio.unit.s", { n: Math.round(age) })}</dd></div>
    <div><dt>${t("physio.battery")}</dt><dd>${whole(quality?.battery_percent, "patient.percent")}</dd></div>
  </dl>`;
}

export function Card({ watch, isOpen, isGuest }) {
  const t = words.value;
  const state = watch.session.state.value;
  const isOld = watch.isOld.value;
  watch.second.value; // ages are told in seconds
  const nowMs = watch.session.nowMs.peek();
  return html`<article class=${isOpen ? "card open" : "card"} data-phase=${isOld ? "lost" : state.phase} aria-labelledby=${`card-${watch.id}`}>
    <${Head} watch=${watch} isOld=${isOld} isOpen=${isOpen} isGuest=${isGuest} />
    ${state.hello
      ? html`<${Heart} state=${state} isOld=${isOld} /><div class="card-lines"><${Lines} state=${state} isOld=${isOld} /></div>`
      : html`<p class="card-why" role="status">${t("app.connecting")}</p>`}
    <${Notices} watch=${watch} state=${state} nowMs=${nowMs} />
    ${state.hello && html`<${Minute} watch=${watch} isSimulated=${state.hello.simulated} /><${Facts} state=${state} nowMs=${nowMs} isOld=${isOld} />`}
    ${!isOpen && html`<${Sure} watch=${watch} />`}
  </article>`;
}
