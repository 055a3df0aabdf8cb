// The planned steps of a session, and where in them it is.

import { currentStep } from "./state.js";

// Which block of a plan runs, counted from 1, of how many; null outside of one.
export function blockOf(state) {
  const block = currentStep(state)?.block ?? null;
  if (block === null) return null;
  return { n: block + 1, all: Math.max(...state.hello.steps.map((step) => step.block ?? 0)) + 1 };
}

// Place in the exercise of each planned step: done, now or next.
export function planned(state) {
  const now = currentStep(state);
  const reached = state.steps.length ? Math.max(...state.steps.map((step) => step.index)) : -1;
  return (state.hello?.steps ?? []).map((step, index) => {
    const isNow = now !== null && now.index === index;
    const isDone = index < reached || (index === reached && !isNow && state.phase !== "paused");
    const ahead = state.phase === "finished" ? "left" : "next";
    return { ...step, index, when: isNow ? "now" : isDone ? "done" : ahead };
  });
}
