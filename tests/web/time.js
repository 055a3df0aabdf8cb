// Time passes only when it is told to. The timers of node:test would do, but in node 18, as in Debian 12, of two
// intervals only one goes.

function timersOf(context) {
  const timers = new Map();
  const now = { ms: 0 };
  let count = 0;
  const add = (act, ms, everyMs) => {
    timers.set(++count, { act, atMs: now.ms + ms, everyMs });
    return count;
  };
  context.mock.method(globalThis, "setTimeout", (act, ms) => add(act, ms, null));
  context.mock.method(globalThis, "setInterval", (act, ms) => add(act, ms, ms));
  for (const name of ["clearTimeout", "clearInterval"]) context.mock.method(globalThis, name, (id) => timers.delete(id));
  const next = (endMs) => [...timers].filter(([, timer]) => timer.atMs <= endMs).sort(([, one], [, two]) => one.atMs - two.atMs)[0];
  const fire = ([id, timer]) => {
    now.ms = timer.atMs;
    if (timer.everyMs === null) timers.delete(id);
    else timer.atMs += timer.everyMs;
    timer.act();
  };
  return { now, next, fire };
}

// pass(ms) lets so much time pass at once.
export function clock(context) {
  const { now, next, fire } = timersOf(context);
  return (ms) => {
    const endMs = now.ms + ms;
    for (let due = next(endMs); due; due = next(endMs)) fire(due);
    now.ms = endMs;
  };
}

// All that was promised and waits for nothing more has happened.
export const settled = () => new Promise((resolve) => setImmediate(resolve));

// The same for code that waits for promises: pass(ms) is awaited, nowMs() tells the time.
export function slowly(context) {
  const { now, next, fire } = timersOf(context);
  const pass = async (ms) => {
    const endMs = now.ms + ms;
    await settled();
    for (let due = next(endMs); due; due = next(endMs)) {
      fire(due);
      await settled();
    }
    now.ms = endMs;
  };
  return { pass, nowMs: () => now.ms };
}
