// What this device can do for an exercise: keep its screen on.

const canStayOn = typeof navigator === "object" && "wakeLock" in navigator;

let wanted = false;
let lock = null;

async function request() {
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => (lock = null));
    if (!wanted) lock?.release(); // it ended while the device was being asked
  } catch {
    lock = null; // refused, for example on a low battery: the exercise goes on, the screen may go dark
  }
}

// Keeps the screen on while isWanted; asked again when the page comes back into view.
export function stayOn(isWanted) {
  if (!canStayOn || wanted === isWanted) return;
  wanted = isWanted;
  if (wanted) request();
  else lock?.release();
}

// Whether it would stay on: stays | refused | insecure (the browser does not offer it over http) | none. It is tried.
export async function screenState() {
  if (!canStayOn) return isSecureContext ? "none" : "insecure";
  try {
    await (await navigator.wakeLock.request("screen")).release();
    return "stays";
  } catch {
    return "refused";
  }
}

if (canStayOn) {
  document.addEventListener("visibilitychange", () => wanted && !lock && document.visibilityState === "visible" && request());
}
