// A part of a page that is loaded when it is first asked for, and once more where that failed.

import { signal } from "./ui.js";

const AGAIN_MS = 2000;

// load() promises a component. What is given tells it, or null as long as it is not there; asking starts the loading.
export function part(load) {
  const found = signal(null);
  let isAsked = false;
  const ask = async () => {
    try {
      found.value = await load();
    } catch {
      setTimeout(ask, AGAIN_MS);
    }
  };
  return () => {
    if (!isAsked) {
      isAsked = true;
      ask();
    }
    return found.value;
  };
}
