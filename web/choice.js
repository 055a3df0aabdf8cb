// Which beats are chosen: two places in their list, the same one unless a stretch is.

const STEP = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

// What is chosen after a key, or null where the key is about something else.
export function chosenBy(key, isExtending, { at, from }, count) {
  const step = STEP[key];
  if (step === undefined || count === 0) return null;
  const next = Math.min(count - 1, Math.max(0, at + step));
  return { at: next, from: isExtending ? from : next };
}

// First and last place of it.
export const ends = ({ at, from }) => [Math.min(at, from), Math.max(at, from)];
