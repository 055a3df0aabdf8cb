// The accounts of the staff: no session and no person is to be found here.

import { ask } from "./api.js";
import { CopyLink } from "./copy.js";
import { Act, Choice, Field, Form, Sure } from "./form.js";
import { List, useAsked } from "./list.js";
import { me } from "./me.js";
import { words } from "./page.js";
import { html, useState } from "./ui.js";
import { View } from "./view_frame.js";

const ROLES = ["physiotherapist", "admin"];
const rolesIn = (t) => ROLES.map((role) => [role, t(`role.${role}`)]);

function User({ user, changed }) {
  const t = words.value;
  const [link, hold] = useState(null);
  const path = `/api/users/${user.id}`;
  const isSelf = user.user === me.value.user;
  const other = ROLES.find((role) => role !== user.role);
  const disable = async () => {
    await ask("DELETE", path);
    await changed();
    return null;
  };
  return html`<li class="panel user" aria-label=${user.user}>
    <h2>${user.user}</h2>
    <p>${t(user.disabled ? "users.disabled" : `role.${user.role}`)}</p>
    ${!user.disabled && !user.has_password && html`<p class="soft">${t("users.no_password")}</p>`}
    <div class="acts">
      <${Act} class="small" act=${async () => hold((await ask("POST", `${path}/reset`)).link)}>${t("users.reset")}<//>
      ${!isSelf && !user.disabled && html`<${Act} class="small" act=${() => ask("PATCH", path, { role: other }).then(changed)}>${t(`users.make.${other}`)}<//>`}
    </div>
    ${link && html`<p>${t("users.reset.about")}</p><${CopyLink} link=${link} label=${t("users.reset.link")} />`}
    ${!isSelf && !user.disabled && html`<${Sure} label=${t("users.disable")} question=${t("users.disable.sure", { user: user.user })} yes=${t("users.disable.yes")} act=${disable} />`}
  </li>`;
}

function NewUser({ added }) {
  const t = words.value;
  const [made, hold] = useState(null);
  const act = async ({ user, role }, form) => {
    hold(await ask("POST", "/api/users", { user: user.trim(), role }));
    form.reset();
    added();
    return ["users.added", {}];
  };
  return html`<section class="panel"><h2>${t("users.new")}</h2>
    <${Form} label=${t("users.new")} act=${act} button=${t("users.add")}>
      <${Field} label=${t("signing.user")} hint=${t("signing.user.hint")} name="user" maxlength="64" autocapitalize="none" required />
      <${Choice} label=${t("users.role")} hint=${t("users.role.hint")} name="role" options=${rolesIn(t)} />
    <//>
    ${made?.link && html`<${CopyLink} link=${made.link} label=${t("users.reset.link")} />`}
  </section>`;
}

// The patients of a colleague who is away, or of the time before there were accounts, go to somebody else.
function HandOver({ users, changed }) {
  const t = words.value;
  const [asked, choose] = useState(null);
  const able = users.filter((user) => user.role === "physiotherapist" && !user.disabled).map((user) => [user.id, user.user]);
  const from = [...users.map((user) => [user.id, user.user]), ["", t("users.patients.before")]].filter(([id]) => able.some(([other]) => other !== id));
  if (from.length === 0) return null;
  const [chosen] = from.find(([id]) => id === asked) ?? from[0];
  const act = async ({ of, to }) => {
    const { count } = await ask("POST", `/api/users/${to}/patients`, { of: of || null });
    await changed();
    return ["users.patients.moved", { n: count }];
  };
  return html`<section class="panel"><h2>${t("users.patients")}</h2><p class="soft">${t("users.patients.about")}</p>
    <${Form} label=${t("users.patients")} act=${act} button=${t("users.patients.move")}>
      <${Choice} label=${t("users.patients.of")} name="of" options=${from} onChange=${(event) => choose(event.target.value)} />
      <${Choice} label=${t("users.patients.to")} name="to" options=${able.filter(([id]) => id !== chosen)} />
    <//>
  </section>`;
}

export function Users() {
  const t = words.value;
  const users = useAsked("/api/users");
  return html`<${View} title=${t("staff.users")}>
    <p class="soft">${t("users.about")}</p>
    <${List} asked=${users} none="users.none" class="users">${(users.found ?? []).map((user) => html`<${User} key=${user.id} user=${user} changed=${users.again} />`)}<//>
    <${HandOver} users=${users.found ?? []} changed=${users.again} />
    <${NewUser} added=${users.again} />
  <//>`;
}
