// A form that tells what goes on with it: waiting, refused, or which field is still empty.

import { lookAgain } from "./me.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html, useId, useLayoutEffect, useRef, useState } from "./ui.js";

// `hint` stands under the label; everything else goes to the input.
export function Field({ label, hint, type = "text", ...rest }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    <input id=${id} type=${type} aria-describedby=${hint ? `${id}-hint` : null} autocomplete="off" spellcheck=${false} ...${rest} />
  </div>`;
}

export function Text({ label, ...rest }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <textarea id=${id} rows="2" autocomplete="off" ...${rest}></textarea>
  </div>`;
}

export function Choice({ label, hint, options, ...rest }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    <select id=${id} aria-describedby=${hint ? `${id}-hint` : null} ...${rest}>${options.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select>
  </div>`;
}

export function Password({ label, hint, name, isNew }) {
  const [isShown, show] = useState(false);
  return html`<${Field} label=${label} hint=${hint} name=${name} type=${isShown ? "text" : "password"} required autocapitalize="none" autocomplete=${isNew ? "new-password" : "current-password"} />
    <label class="choice"><input type="checkbox" checked=${isShown} onChange=${(event) => show(event.target.checked)} /><span>${words.value("form.show_password")}</span></label>`;
}

// The first field that must be filled in and is not.
function emptyField(form) {
  const fields = [...form.elements];
  fields.forEach((field) => field.removeAttribute("aria-invalid"));
  const empty = fields.find((field) => field.required && !field.value.trim());
  empty?.setAttribute("aria-invalid", "true");
  empty?.focus();
  return empty;
}

const labelOf = (form, field) => form.querySelector(`label[for="${field.id}"]`)?.textContent;

// Words for a refusal: of a field that is not accepted by the name that stands over it, and the cursor in it.
function toldOf(t, form, refused) {
  const field = refused.code === "not_valid" ? form.elements.namedItem(refused.detail) : null;
  const label = field && labelOf(form, field);
  if (!label) return refusalWords(t, refused);
  field.setAttribute("aria-invalid", "true");
  field.focus();
  return refusalWords(t, { ...refused, detail: `${label}.` });
}

// What had the focus may be gone when it has done its work: then the title of the view has it.
function keepFocus() {
  const last = document.activeElement;
  return () => requestAnimationFrame(() => last.isConnected || document.querySelector("main h1")?.focus({ preventScroll: true }));
}

// act(values) gets what was filled in; what it throws is told. It gives what stands under the form afterwards, or nothing.
export function Form({ act, button, label, isQuiet, children }) {
  const t = words.value;
  const [news, tell] = useState(null); // [key, values] or null
  const [isBusy, wait] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const empty = emptyField(form);
    if (empty) return tell(["form.empty", { field: labelOf(form, empty) }]);
    if (isBusy) return;
    const keep = keepFocus();
    wait(true);
    tell(null);
    try {
      tell((await act(Object.fromEntries(new FormData(form)), form)) ?? null);
    } catch (refused) {
      lookAgain(refused);
      tell(toldOf(t, form, refused));
    }
    wait(false);
    keep();
  };
  return html`<form class="form" novalidate aria-label=${label} onSubmit=${submit}>
    ${children}
    <p class="news" role="alert" hidden=${!news}>${news && t(...news)}</p>
    <button type="submit" class=${isQuiet ? "" : "primary"} aria-disabled=${isBusy}>${isBusy ? t("form.busy") : button}</button>
  </form>`;
}

// A button that does one thing at the server, and tells when that was refused.
export function Act({ act, children, ...rest }) {
  const t = words.value;
  const [refused, tell] = useState(null);
  const [isBusy, wait] = useState(false);
  const click = async () => {
    if (isBusy) return;
    const keep = keepFocus();
    wait(true);
    tell(null);
    try {
      await act();
    } catch (error) {
      lookAgain(error);
      tell(error);
    }
    wait(false);
    keep();
  };
  return html`<button type="button" aria-disabled=${isBusy} onClick=${click} ...${rest}>${children}</button>
    ${refused && html`<p class="news" role="alert">${t(...refusalWords(t, refused))}</p>`}`;
}

// A second thought before what cannot be undone: the question, and the form that does it, once it is opened.
export function Sure({ label, question, yes, act, children }) {
  const t = words.value;
  const [isOpen, open] = useState(false);
  const opener = useRef(null);
  const first = useRef(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => { // at once: a key that is pressed now is meant for what is there now
    if (isOpen) first.current?.focus();
    else if (wasOpen.current) opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (!isOpen) return html`<button type="button" ref=${opener} onClick=${() => open(true)}>${label}</button>`;
  return html`<div class="sure" role="group" aria-label=${label} onKeyDown=${(event) => event.key === "Escape" && open(false)}>
    <p tabindex="-1" ref=${first}>${question}</p>
    <${Form} label=${label} act=${act} button=${yes}>${children}<//>
    <button type="button" onClick=${() => open(false)}>${t("form.cancel")}</button>
  </div>`;
}
