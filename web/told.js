// What the patient said of the day, in the closed texts of biofeedback/core/context.py.

export const POSTURES = ["sitting", "lying", "standing"];
export const CHANGES = ["coffee", "medicine", "exertion", "slept_badly"];
const EMPTY = { posture: null, changed: [], isFirst: false };

const without = (list, one) => list.filter((other) => other !== one);

// One more answer; "nothing" and anything else that changed exclude each other.
export function changedWith(changed, one) {
  if (changed.includes(one)) return without(changed, one);
  return one === "nothing" ? ["nothing"] : [...without(changed, "nothing"), one];
}

function heard(told, text) {
  const [what, which] = text.split(" ");
  if (what === "posture") return { ...told, posture: which };
  if (what === "changed") return { ...told, changed: [...without(told.changed, which), which] };
  if (what === "unchanged") return { ...told, changed: without(told.changed, which) };
  if (what === "first_time" || what === "not_first_time") return { ...told, isFirst: what === "first_time" };
  return told;
}

// All that stands, from the marks of a session.
export function toldIn(marks) {
  return marks.filter((mark) => mark.kind === "context").reduce((told, mark) => heard(told, mark.text), EMPTY);
}

// What is still to be said, so that `now` stands where `before` stood.
export function textsFor(before, now) {
  return [
    ...(now.posture && now.posture !== before.posture ? [`posture ${now.posture}`] : []),
    ...before.changed.filter((one) => !now.changed.includes(one)).map((one) => `unchanged ${one}`),
    ...now.changed.filter((one) => !before.changed.includes(one)).map((one) => `changed ${one}`),
    ...(now.isFirst !== before.isFirst ? [now.isFirst ? "first_time" : "not_first_time"] : []),
  ];
}
