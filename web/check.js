// What works on this device and what does not, in plain words, and how to mend it.

import { sound } from "./cues.js";
import { screenState } from "./device.js";
import { words } from "./page.js";
import { canSound, canVibrate, IN_AND_OUT } from "./sound.js";
import { strapWords } from "./strap_words.js";
import { html, signal, useEffect } from "./ui.js";

const tried = signal({}); // sound: heard | blocked; vibrate: felt
const screen = signal(null); // what was found about keeping it on
const SHAPES = { works: "M5 12.5l4.5 4.5L19 7.5", not_here: "M12 6v7.5M12 17.5v.5", not_yet: "M6.5 12h11" };

// `is`: works | not_here | not_yet. Told by a word and a shape, never by colour alone.
function Fact({ name, is, children }) {
  const t = words.value;
  return html`<div class="fact" data-fact=${name} data-is=${is}>
    <dt>${t(`ready.${name}`)}</dt>
    <dd><p class="fact-state"><svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d=${SHAPES[is]} /></svg>${t(`ready.${is}`)}</p>${children}</dd>
  </div>`;
}

function Strap({ quality }) {
  const t = words.value;
  const isWorking = quality?.strap_state === "beats" && quality.contact !== false;
  const isLow = quality?.battery_percent != null && quality.battery_percent < 15;
  return html`<${Fact} name="strap" is=${isWorking ? "works" : "not_yet"}>
    <p role="status">${strapWords(t, quality)}</p>${isLow && html`<p>${t("ready.strap.battery", { n: quality.battery_percent })}</p>`}
  <//>`;
}

function Sound() {
  const t = words.value;
  const { sound: how } = tried.value;
  const act = async () => {
    const isHeard = await sound.try();
    tried.value = { ...tried.value, sound: isHeard ? "heard" : "blocked" };
  };
  if (!canSound) return html`<${Fact} name="sound" is="not_here"><p>${t("ready.sound.none")}</p><//>`;
  return html`<${Fact} name="sound" is=${how === "heard" ? "works" : "not_yet"}>
    <p role="status">${t(`ready.sound.${how ?? "about"}`)}</p><button type="button" class="small" onClick=${act}>${t("ready.sound.try")}</button>
  <//>`;
}

function Vibration() {
  const t = words.value;
  const { vibrate } = tried.value;
  const act = () => {
    navigator.vibrate(IN_AND_OUT);
    tried.value = { ...tried.value, vibrate: "felt" };
  };
  if (!canVibrate) return html`<${Fact} name="vibrate" is="not_here"><p>${t("ready.vibrate.none")}</p><//>`;
  return html`<${Fact} name="vibrate" is=${vibrate ? "works" : "not_yet"}>
    <p role="status">${t(`ready.vibrate.${vibrate ?? "about"}`)}</p><button type="button" class="small" onClick=${act}>${t("ready.vibrate.try")}</button>
  <//>`;
}

function Screen() {
  const t = words.value;
  useEffect(() => {
    screenState().then((found) => (screen.value = found));
  }, []);
  if (screen.value === null) return null;
  return html`<${Fact} name="screen" is=${screen.value === "stays" ? "works" : "not_here"}><p>${t(`ready.screen.${screen.value}`)}</p><//>`;
}

function Sealed() {
  const name = location.protocol === "https:" ? "sealed" : isSecureContext ? "here" : "open";
  return html`<${Fact} name="sealed" is=${name === "open" ? "not_here" : "works"}><p>${words.value(`ready.sealed.${name}`)}</p><//>`;
}

function Safety() {
  const t = words.value;
  return html`<section class="panel safety"><p>${t("safety.line")}</p><p>${t("safety.dizzy")}</p><p>${t("safety.urgent")}</p></section>`;
}

// `strap`: where this page connects to the strap itself, what there is to do about it; the browser is then a fact too.
export function Check({ session, strap }) {
  const t = words.value;
  const can = "bluetooth" in navigator && navigator.bluetooth;
  return html`<div class="columns">
    <div class="column">${strap}<section class="panel"><dl class="facts">
      ${!strap && html`<${Strap} quality=${session.state.value.quality} />`}
      ${strap && html`<${Fact} name="bluetooth" is=${can ? "works" : "not_here"}><p>${t(`ready.bluetooth.${can ? "can" : "cannot"}`)}</p><//>`}
      <${Sound} /><${Vibration} /><${Screen} /><${Sealed} />
    </dl></section></div>
    <${Safety} />
  </div>`;
}
