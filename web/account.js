// One's own account: another password, and a second step at signing in.

import { ask } from "./api.js";
import { Act, Field, Form, Password } from "./form.js";
import { me } from "./me.js";
import { words } from "./page.js";
import { Qr } from "./qr.js";
import { html, useState } from "./ui.js";
import { View } from "./view_frame.js";

function OtherPassword() {
  const t = words.value;
  const act = async ({ old, password }, form) => {
    await ask("POST", "/api/password", { old, new: password });
    form.reset();
    return ["account.password.done", {}];
  };
  return html`<section class="panel"><h2>${t("account.password")}</h2>
    <${Form} label=${t("account.password")} act=${act} button=${t("account.password.save")}>
      <input class="visually-hidden" type="text" name="user" autocomplete="username" value=${me.value.user} readonly tabindex="-1" aria-hidden="true" />
      <${Password} label=${t("account.password.old")} name="old" />
      <${Password} label=${t("signing.password.new")} hint=${t("signing.password.hint")} name="password" isNew />
    <//>
  </section>`;
}

const digits = (code) => code.replace(/\D/g, "");

function TurnOn({ offer, done }) {
  const t = words.value;
  const act = async ({ code }) => {
    await ask("POST", "/api/totp", { code: digits(code) });
    done();
    return null;
  };
  return html`<p>${t("account.totp.scan")}</p>
    <${Qr} svg=${offer.qr} label=${t("account.totp.qr")} />
    <p>${t("account.totp.secret")} <code class="secret">${offer.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p>
    <${Form} label=${t("account.totp")} act=${act} button=${t("account.totp.confirm")}>
      <${Field} label=${t("signing.code")} hint=${t("signing.code.hint")} name="code" inputmode="numeric" autocomplete="one-time-code" required />
    <//>`;
}

function TurnOff({ done }) {
  const t = words.value;
  const act = async ({ password }) => {
    await ask("DELETE", "/api/totp", { password });
    done();
    return null;
  };
  return html`<${Form} label=${t("account.totp.off")} act=${act} button=${t("account.totp.off")} isQuiet><${Password} label=${t("signing.password")} name="password" /><//>`;
}

function SecondStep() {
  const t = words.value;
  const [offer, hold] = useState(null); // the secret, until it is confirmed
  const isOn = me.value.totp;
  const set = (value) => {
    hold(null);
    me.value = { ...me.value, totp: value };
  };
  return html`<section class="panel"><h2>${t("account.totp")}</h2>
    <p role="status">${t(isOn ? "account.totp.is_on" : "account.totp.is_off")}</p>
    ${isOn && html`<${TurnOff} done=${() => set(false)} />`}
    ${!isOn && !offer && html`<${Act} act=${async () => hold(await ask("POST", "/api/totp", {}))}>${t("account.totp.on")}<//>`}
    ${!isOn && offer && html`<${TurnOn} offer=${offer} done=${() => set(true)} />`}
  </section>`;
}

export function Account() {
  const t = words.value;
  return html`<${View} title=${t("staff.account")}><${OtherPassword} /><${SecondStep} /><//>`;
}
