// Who the server takes this browser for.

import { ask } from "./api.js";
import { signal } from "./ui.js";

export const me = signal(null); // { role, user, room, person, private }; null before it is known

export async function whoAmI() {
  me.value = await ask("GET", "/api/me");
  return me.value;
}

export const isStaff = (who) => who.role === "physiotherapist" || who.role === "admin";
