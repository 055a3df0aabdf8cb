// Before the first measurement: what is measured, what is kept, for how long and who sees it; and whether one wants it.

import { ask } from "./api.js";
import { Act } from "./form.js";
import { words } from "./page.js";
import { html, useState } from "./ui.js";
import { View } from "./view_frame.js";

const PARTS = ["measured", "kept", "how_long", "who", "rights", "purpose"];

// The version of the words that are agreed to; it is the same in every language.
const version = () => words.value("consent.version");

// Whether the measurement was agreed to, in the words of now.
export function holds(consents) {
  const last = consents.findLast((one) => one.kind === "measurement");
  return Boolean(last?.given) && last.version === version();
}

export function Consent({ person, declined, other }) {
  const t = words.value;
  const [isForResearch, allow] = useState(false);
  // In a room without a person there is nobody to keep it of: whoever comes in is asked each time.
  const say = async (kind, given) => person && ask("POST", `/api/people/${person}/consents`, { kind, version: version(), given });
  const agree = async () => {
    await say("research", isForResearch);
    await say("measurement", true); // last: whoever comes back after half of it is asked again
    location.replace("/patient");
  };
  const decline = async () => {
    await say("measurement", false);
    declined();
  };
  return html`<${View} title=${t("consent.ask")}>
    <p class="lead">${t("consent.lead")}</p>
    ${PARTS.map((part) => html`<section><h2>${t(`consent.${part}`)}</h2><p>${t(`consent.${part}.text`)}</p></section>`)}
    ${person && html`<section class="panel"><h2>${t("consent.research")}</h2><p>${t("consent.research.text")}</p>
      <label class="choice"><input type="checkbox" checked=${isForResearch} onChange=${(event) => allow(event.target.checked)} /><span>${t("consent.research.yes")}</span></label>
    </section>`}
    <div class="acts"><${Act} class="primary" act=${agree}>${t("consent.yes")}<//><${Act} act=${decline}>${t("consent.no")}<//></div>
    <button type="button" class="quiet" onClick=${other}>${t("join.other")}</button>
    <p class="soft">${t("consent.text_version", { version: version() })}</p>
  <//>`;
}
