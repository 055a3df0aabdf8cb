// What every page shares: words in the chosen language, the theme, and the small bar that changes them.

import { chooseLanguage, recall, remember } from "./preferences.js";
import { html, render, signal } from "./ui.js";
import { wordsOf } from "./words.js";

export const words = signal(null);
const device = matchMedia("(prefers-color-scheme: dark)");
export const theme = signal(document.documentElement.dataset.theme); // theme.js made the first choice
device.addEventListener("change", () => recall("theme") || show(device.matches ? "dark" : "light"));

function show(name) {
  theme.value = document.documentElement.dataset.theme = name;
}

// The page's own words: those of "patient" for the title "patient.title".
async function speak(language, titleKey) {
  const answer = await fetch(`/lang/${titleKey.split(".")[0]}.${language}.json`);
  words.value = wordsOf(await answer.json());
  document.documentElement.lang = language;
  document.title = `${words.value(titleKey)} · ${words.value("app.title")}`;
}

// Loads the words and draws the page.
export async function open(Page, titleKey) {
  await speak(chooseLanguage(location.search, recall("language"), navigator.languages), titleKey);
  const root = document.getElementById("app");
  root.replaceChildren();
  render(html`<${Page} />`, root);
}

export function LanguageSwitch({ titleKey }) {
  const t = words.value;
  const other = t.language === "nl" ? "en" : "nl";
  const keep = () => remember("language", other);
  const change = () => speak(other, titleKey).then(keep, () => {}); // without a connection it stays as it is
  return html`<button class="quiet" type="button" lang=${other} onClick=${change}>${t("language.other")}</button>`;
}

export function ThemeSwitch() {
  const t = words.value;
  const isDark = theme.value === "dark";
  const change = () => {
    show(isDark ? "light" : "dark");
    remember("theme", theme.value);
  };
  const label = t(isDark ? "app.theme.to_light" : "app.theme.to_dark");
  return html`<button class="quiet icon" type="button" aria-label=${label} title=${label} onClick=${change}>
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><circle cx="12" cy="12" r="8" class="outline" /><path d="M12 4a8 8 0 0 1 0 16z" class="solid" /></svg>
  </button>`;
}

export function SimulatedTag({ hello }) {
  const t = words.value;
  return hello?.simulated ? html`<p class="tag simulated"><span class="at-length">${t("app.simulated")}</span><span class="in-short">${t("app.simulated.short")}</span></p>` : null;
}
