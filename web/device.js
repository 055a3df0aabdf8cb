// What this device can do for an exercise: keep its screen on.

export const canStayOn = typeof navigator === "object" && "wakeLock" in navigator;

let wanted = false;
let lock = null;

async function request() {
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => (lock = null));
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

if (canStayOn) {
  document.addEventListener("visibilitychange", () => wanted && !lock && document.visibilityState === "visible" && request());
}
