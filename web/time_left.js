// How long something of the server holds, on a device whose own clock may be wrong.

import { aheadMs } from "./api.js";

// Milliseconds from now until a time of the server.
export function msUntil(utc) {
  return Date.parse(utc) - Date.now() - aheadMs;
}
