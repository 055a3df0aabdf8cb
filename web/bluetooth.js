// What this browser can do with Bluetooth, and what to tell a person where it cannot: keys of the language files.

export const HEART_RATE_SERVICE = 0x180d;
export const BATTERY_SERVICE = 0x180f;
export const INFORMATION_SERVICE = 0x180a;
export const PMD_SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8";

// The straps that a browser lists, and what we may read of the chosen one.
export const WANTED = {
  filters: [{ services: [HEART_RATE_SERVICE] }],
  optionalServices: [BATTERY_SERVICE, INFORMATION_SERVICE, PMD_SERVICE],
};

// Why this browser cannot reach a strap at all, or null. What no setting mends is said first.
export function obstacle({ navigator, isSecureContext }) {
  if (navigator.bluetooth) return null;
  const agent = navigator.userAgent;
  const isTouchMac = /Macintosh/.test(agent) && navigator.maxTouchPoints > 1; // an iPad calls itself a Mac
  if (/iPhone|iPad|iPod/.test(agent) || isTouchMac) return "strap.browser_ios";
  if (!/Chrom(e|ium)\//.test(agent)) return "strap.browser_unsupported"; // Firefox and Safari have none
  if (!isSecureContext) return "strap.browser_insecure";
  return /Linux/.test(agent) && !/Android/.test(agent) ? "strap.browser_linux" : "strap.browser_unsupported";
}

// Chromium tells its refusals apart by their message alone: all are NotFoundError.
const REFUSALS = [
  [/cancel/i, "strap.browser_cancelled"],
  [/denied|permission has been blocked/i, "strap.browser_denied"],
  [/globally disabled|enterprise policy/i, "strap.browser_blocked"],
  [/adapter|low energy/i, "strap.browser_bluetooth_off"],
];

// What to tell when no strap was chosen.
export function refusal(error) {
  const found = REFUSALS.find(([pattern]) => pattern.test(error.message));
  if (found) return found[1];
  return error.name === "SecurityError" || error.name === "NotAllowedError" ? "strap.browser_blocked" : "strap.browser_cancelled";
}

// Whether Bluetooth is there and on, as far as the browser tells.
export async function isAvailable(bluetooth) {
  try {
    return await bluetooth.getAvailability();
  } catch {
    return true; // it does not tell: choosing will
  }
}
