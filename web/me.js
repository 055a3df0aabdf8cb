// Who the server takes this browser for.

import { ask } from "./api.js";
import { signal } from "./ui.js";

export const me = signal(null); // { role, user, room, person, private }; null before it is known

export async function whoAmI() {
  me.value = await ask("GET", "/api/me");
  return me.value;
}

// Whether it still takes it for that one, when it asks for a sign-in.
export function lookAgain(refused) {
  if (refused.code === "sign_in_first") whoAmI().catch(() => {}); // what was refused is told anyway
}

export const isStaff = (who) => who.role === "physiotherapist" || who.role === "admin";
