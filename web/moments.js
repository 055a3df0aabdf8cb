// Where an exercise is, as far as an ear must know it: pure, from state to a cue.

export function momentOf(state) {
  const step = state.steps.at(-1);
  const isLast = step !== undefined && step.index >= (state.hello?.steps.length ?? 0) - 1;
  return { epoch: state.epoch, phase: state.phase, step: step?.step_seq ?? null, isOver: state.phase === "finished" || (isLast && step.ended_by === "planned") };
}

// begin: the exercise begins. step: a part ends and another begins, or a pause. end: it is over. null: nothing to be heard.
export function cueBetween(before, now) {
  if (before.epoch !== now.epoch) return null; // another session, or a page that was just opened
  if (now.isOver) return before.isOver || before.step === null ? null : "end";
  if (now.phase === "paused") return before.phase === "running" ? "step" : null;
  if (now.step === before.step || now.step === null) return null;
  if (before.step === null) return before.phase === "ready" ? "begin" : null;
  return "step";
}
