// Before somebody of the staff is in: sign in, the first account, and a new password by a link.

import { ask } from "./api.js";
import { Field, Form, Password } from "./form.js";
import { whoAmI } from "./me.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html, useEffect, useState } from "./ui.js";
import { View } from "./view_frame.js";

// The server asks for the six digits only of those who have them.
const ASKS_FOR_CODE = "code_required";

function Code() {
  const t = words.value;
  return html`<${Field} label=${t("signing.code")} hint=${t("signing.code.hint")} name="code" inputmode="numeric" autocomplete="one-time-code" required />`;
}

export function SignIn({ news }) {
  const t = words.value;
  const [asksForCode, askForCode] = useState(false);
  const act = async ({ user, password, code }, form) => {
    try {
      await ask("POST", "/api/sign-in", { user: user.trim(), password, ...(code ? { code: code.replace(/\s/g, "") } : {}) });
    } catch (refused) {
      if (refused.code !== ASKS_FOR_CODE || asksForCode) throw refused;
      askForCode(true);
      setTimeout(() => form.elements.code?.focus()); // once it is there
      return null;
    }
    await whoAmI();
    return null;
  };
  return html`<${View} title=${t("signing.title")}>
    ${news && html`<p class="news" role="status">${t(news)}</p>`}
    <${Form} label=${t("signing.title")} act=${act} button=${t("signing.enter")}>
      <${Field} label=${t("signing.user")} name="user" autocomplete="username" autocapitalize="none" required />
      <${Password} label=${t("signing.password")} name="password" />
      ${asksForCode && html`<${Code} />`}
    <//>
    <details><summary>${t("signing.forgotten")}</summary><p>${t("signing.forgotten.how")}</p></details>
  <//>`;
}

// Whose a link is, or why it is no good any more, told before anybody types.
function useLink(token) {
  const [link, hold] = useState({});
  useEffect(() => {
    ask("POST", "/api/link", { token }).then((whose) => hold({ whose }), (refused) => hold({ refused })); // with the server out of reach the form tells it
  }, [token]);
  return { whose: link.whose, refused: link.refused?.code === "wrong_link" ? link.refused : null };
}

function NoLink({ title, refused, done }) {
  const t = words.value;
  return html`<${View} title=${title}>
    <p role="alert">${t(...refusalWords(t, refused))}</p>
    <p><button type="button" class="primary" onClick=${() => done(null)}>${t("signing.instead")}</button></p>
  <//>`;
}

// The very first account: whoever started the server has its link.
export function First({ token, done }) {
  const t = words.value;
  const { refused } = useLink(token);
  const act = async ({ user, password }) => {
    await ask("POST", "/api/first", { token, user: user.trim(), password });
    await whoAmI(); // first: what is shown next depends on it
    done("signing.first.done");
    return null;
  };
  if (refused) return html`<${NoLink} title=${t("signing.first")} refused=${refused} done=${done} />`;
  return html`<${View} title=${t("signing.first")}>
    <p>${t("signing.first.about")}</p>
    <${Form} label=${t("signing.first")} act=${act} button=${t("signing.first.make")}>
      <${Field} label=${t("signing.user")} hint=${t("signing.user.hint")} name="user" autocomplete="username" autocapitalize="none" required />
      <${Password} label=${t("signing.password")} hint=${t("signing.password.hint")} name="password" isNew />
    <//>
  <//>`;
}

// A new password for an account, by a link that an administrator made.
export function Reset({ token, done }) {
  const t = words.value;
  const { whose, refused } = useLink(token);
  const act = async ({ password }) => {
    await ask("POST", "/api/reset", { token, password });
    done(whose?.has_second_factor ? "signing.reset.done" : "signing.reset.saved");
    return null;
  };
  if (refused) return html`<${NoLink} title=${t("signing.reset")} refused=${refused} done=${done} />`;
  return html`<${View} title=${t("signing.reset")}>
    ${whose?.user && html`<p>${t("signing.reset.for", { user: whose.user })}</p>`}
    <${Form} label=${t("signing.reset")} act=${act} button=${t("signing.reset.save")}>
      <${Password} label=${t("signing.password.new")} hint=${t("signing.password.hint")} name="password" isNew />
    <//>
  <//>`;
}
