// How old what a page shows is: what the server no longer says is not shown as if it did.

const TIME_TO_LIVE_S = 5;
const QUIET_AFTER_S = 12;
const MARGIN_S = 0.5; // the page looks a few times a second: expired within, not after, the time to live

function ageS(state, nowMs) {
  return state.heardMs === null ? null : (nowMs - state.heardMs) / 1000;
}

// Whether what the page knows is too old to be shown as true now.
export function isStale(state, nowMs) {
  const age = ageS(state, nowMs);
  if (state.phase === "finished") return age === null || age >= QUIET_AFTER_S; // all is said; only the clock is still told
  const limit = Math.min(TIME_TO_LIVE_S, state.exhale?.time_to_live_s ?? TIME_TO_LIVE_S);
  return age === null || age >= limit - MARGIN_S;
}
