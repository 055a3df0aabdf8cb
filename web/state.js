// What this page knows of a session: a pure function from messages to state. Messages: biofeedback/messages.py.

import { breath, isPaced } from "./pacer.js";

const CHEST_KEPT_S = 70; // a minute is drawn
const KEPT_S = 320; // five minutes for the opened view, and a little

export const EMPTY = Object.freeze({
  hello: null,
  phase: "connecting", // connecting | ready | running | paused | finished
  epoch: null,
  messageSeq: 0,
  heardMs: null, // local time of the last message that says how the session is
  steps: [],
  beats: [],
  labels: {}, // "seq.index" -> artifact
  breaths: [],
  trends: [],
  measures: [],
  marks: [],
  gaps: [],
  breathing: null, // the chest's movement as told last; null where no strap tells of it
  chest: [], // its wave, points of (time, mG)
  ratings: {}, // "tension.before" -> value
  exhale: null,
  calmer: null,
  trial: null, // what a plan's blocks say, at the end
  card: null, // the answer as it is shown: it changes at most once a breath
  quality: null,
  trouble: null, // { code, detail, heardMs }
  bye: null,
});

const CONTENT = ["steps", "beats", "labels", "breaths", "trends", "measures", "marks", "gaps", "breathing", "chest", "ratings", "exhale", "calmer", "trial", "card", "quality"];
const EMPTY_CONTENT = Object.fromEntries(CONTENT.map((name) => [name, EMPTY[name]]));

// The list with one item put in place of the one with the same key, or at its end.
function put(list, item, same) {
  const at = list.findLastIndex((other) => same(other, item));
  return at < 0 ? [...list, item] : list.with(at, item);
}

const byStep = (a, b) => a.step_seq === b.step_seq;
const byBeat = (a, b) => a.seq === b.seq && a.index === b.index;
const byBreath = (a, b) => a.step_seq === b.step_seq && a.index === b.index;
const byStart = (a, b) => a.start_s === b.start_s;

export function currentStep(state) {
  const last = state.steps.at(-1);
  return last && last.ended_s === null ? last : null;
}

const CHANGES_ONCE_A_BREATH = new Set(["measuring", "yes", "unknown", "no", "not_following"]);

function breathAt(state, time) {
  const step = state.steps.at(-1);
  if (!isPaced(step) || time < step.start_s) return null;
  let index = 0;
  while (breath(step, index).end_s <= time) index += 1;
  return `${step.step_seq}.${index}`;
}

// The card after an answer: a second change of its word within one breath waits for the next.
export function settled(state, answer) {
  const word = answer.state === "yes" && !answer.shown ? "unknown" : answer.state;
  const before = state.card;
  const at = breathAt(state, answer.at_s);
  const next = { word, at, answer };
  if (!before || before.word === word) return { ...next, at: before?.at ?? null };
  const waits = CHANGES_ONCE_A_BREATH.has(word) && CHANGES_ONCE_A_BREATH.has(before.word) && at !== null && at === before.at;
  return waits ? before : next;
}

function onHello(state, message) {
  const goesOn = message.recovered && message.epoch === state.epoch;
  const content = goesOn ? {} : { ...EMPTY_CONTENT, messageSeq: 0 };
  return { ...state, ...content, hello: message, phase: message.state, epoch: message.epoch, bye: null, trouble: null };
}

function onBeat(state, message) {
  const { labels, ...beat } = message;
  const beats = put(state.beats, beat, byBeat).filter((one) => one.t_s > beat.t_s - KEPT_S);
  const named = labels.length ? { ...state.labels, ...Object.fromEntries(labels.map(([seq, index, artifact]) => [`${seq}.${index}`, artifact])) } : state.labels;
  return { ...state, beats, labels: named };
}

function onAnswer(state, message) {
  if (message.which === "calmer") return { ...state, calmer: message };
  const phase = message.state === "finished" ? "finished" : state.phase; // the clock's own word for it may be seconds later
  return { ...state, phase, exhale: message, card: settled(state, message) };
}

// The wave is never resent: what is kept of it is this page's own.
function onBreathing(state, message) {
  const chest = [...state.chest, ...message.wave].filter(([time]) => time > message.at_s - CHEST_KEPT_S);
  return { ...state, breathing: { at_s: message.at_s, per_min: message.per_min }, chest };
}

// A rating comes back as a mark whose text is "scale moment value".
function onMark(state, message) {
  const marks = [...state.marks, message];
  const rating = message.kind === "rating" && /^(\w+) (\w+) (\d+)$/.exec(message.text);
  if (!rating) return { ...state, marks };
  return { ...state, marks, ratings: { ...state.ratings, [`${rating[1]}.${rating[2]}`]: Number(rating[3]) } };
}

function onSnapshot(state, message) {
  const parts = ["steps", "beats", "breaths", "trends", "measures", "gaps", "marks", "answers", "trials"].flatMap((name) => message[name]);
  const fresh = { ...state, ...EMPTY_CONTENT, quality: message.quality };
  return { ...parts.reduce((sofar, part) => ON[part.type](sofar, part), fresh), messageSeq: message.q };
}

const ON = {
  hello: onHello,
  snapshot: onSnapshot,
  beat: onBeat,
  answer: onAnswer,
  mark: onMark,
  step: (state, message) => ({ ...state, steps: put(state.steps, message, byStep) }),
  // The order of the blocks was drawn: from now on these are the planned steps.
  plan: (state, message) => ({ ...state, hello: { ...state.hello, steps: message.steps } }),
  trial: (state, message) => ({ ...state, trial: message }),
  pacer: (state, message) => ({ ...state, phase: message.state }),
  breath: (state, message) => ({ ...state, breaths: put(state.breaths, message, byBreath) }),
  trend: (state, message) => ({ ...state, trends: [...state.trends, message] }),
  measures: (state, message) => ({ ...state, measures: put(state.measures, message, byStep) }),
  gap: (state, message) => ({ ...state, gaps: put(state.gaps, message, byStart) }),
  quality: (state, message) => ({ ...state, quality: message }),
  breathing: onBreathing,
  error: (state, message, nowMs) => ({ ...state, trouble: { code: message.code, detail: message.detail, heardMs: nowMs } }),
  bye: (state, message) => ({ ...state, bye: message.reason }),
};

const SAYS_NOTHING_OF_THE_SESSION = new Set(["ping", "bye", "error"]);

// The state after a message heard at local time nowMs. A message that was already handled changes nothing.
export function reduce(state, message, nowMs) {
  const heardMs = SAYS_NOTHING_OF_THE_SESSION.has(message.type) ? state.heardMs : nowMs;
  const isOld = message.q > 0 && message.q <= state.messageSeq && message.type !== "hello" && message.type !== "snapshot";
  const handle = ON[message.type];
  if (!handle || isOld) return { ...state, heardMs };
  const next = { ...handle(state, message, nowMs), heardMs };
  const isResult = message.q > 0 && message.type !== "hello" && message.type !== "snapshot";
  return isResult ? { ...next, messageSeq: message.q } : next;
}

// A rating given on this page, known before the server says so.
export function rated(state, scale, moment, value) {
  return { ...state, ratings: { ...state.ratings, [`${scale}.${moment}`]: value } };
}
