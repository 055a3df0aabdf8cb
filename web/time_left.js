// How long something of the server holds, on a device whose own clock may be wrong.

import { aheadMs } from "./api.js";

const HEADER_MS = 1000; // the server tells its time in whole seconds, which have begun

// Milliseconds from now until a time of the server.
export function msUntil(utc) {
  return Date.parse(utc) - Date.now() - aheadMs - HEADER_MS;
}
