// A file of the server: made, waited for, saved under its name, or refused in words. Without a script it is a plain link.

import { Refused, WORKED_MS } from "./api.js";
import { lookAgain } from "./me.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html, signal } from "./ui.js";

// What is told of the last one: { key, values, isRefused } or null.
export const told = signal(null);

// The file's content and name.
async function fetched(href) {
  const answer = await fetch(href, { signal: AbortSignal.timeout(WORKED_MS) }).catch((error) => {
    throw new Refused(0, null, error.message);
  });
  if (!answer.ok) {
    const content = await answer.json().catch(() => null);
    throw new Refused(answer.status, content?.code, content?.detail);
  }
  const [, name] = /filename="?([^";]+)"?/.exec(answer.headers.get("content-disposition") ?? "") ?? [];
  return { content: await answer.blob(), name: name ?? "download" };
}

function save({ content, name }) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), WORKED_MS); // not before the browser has read it
}

export function Download({ href, children }) {
  const get = async (event) => {
    event.preventDefault();
    if (told.value?.key === "review.export.making") return;
    told.value = { key: "review.export.making", values: {} };
    try {
      const file = await fetched(href);
      save(file);
      told.value = { key: "review.export.done", values: { file: file.name } };
    } catch (refused) {
      lookAgain(refused);
      const [key, values] = refusalWords(words.value, refused);
      told.value = { key, values, isRefused: true };
    }
  };
  return html`<a class="button small" href=${href} download onClick=${get}>${children}</a>`;
}

export function Told() {
  const t = words.value;
  const one = told.value;
  const text = one && t(one.key, one.values);
  return html`<p role="status" class="told">${one && !one.isRefused && text}</p>${one?.isRefused && html`<p class="news" role="alert">${text}</p>`}`;
}
