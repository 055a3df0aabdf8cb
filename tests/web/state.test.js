import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { closingLines } from "../../web/closing_lines.js";
import { currentStep, EMPTY, rated, reduce } from "../../web/state.js";
import { blockOf, planned } from "../../web/plan.js";
import { isStale } from "../../web/stale.js";
import { cardView, screenOf, secondsLeft } from "../../web/view.js";

const read = (name) => JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url)));
const scenes = read("scenes");
const enums = read("enums");
const say = (...messages) => messages.reduce((state, message) => reduce(state, message, 1000), EMPTY);
const scene = (name) => say(...scenes[name]);
const answerOf = (name) => scenes[name][1].answers[0];
const breathing = scene("measuring");
const followedBy = (state, answer) => reduce(state, { ...answerOf("measuring"), q: state.messageSeq + 1, ...answer }, 1000);

test("a snapshot puts the page where the session is", () => {
  const state = scene("yes");
  assert.equal(state.messageSeq, 500);
  assert.equal(currentStep(state).step, "breathe");
  assert.equal(state.beats.length, 20);
  assert.equal(state.exhale.effect_bpm, 5.6);
  assert.equal(state.quality.strap_model, "Polar H10");
  assert.deepEqual(state.ratings, { "tension.before": 6, "notice.during": 2 });
});

test("each scene has its screen", () => {
  const screens = Object.fromEntries(Object.keys(scenes).map((name) => [name, screenOf(scene(name))]));
  assert.deepEqual(screens, { ready: "ready", baseline: "still", measuring: "breathe", yes: "breathe", no_contact: "breathe", paused: "paused", comparing: "breathe", resting: "still", finished: "finished", finished_unclear: "finished", finished_trial: "finished" });
  assert.equal(screenOf(EMPTY), "connecting");
});

test("a message that was handled before changes nothing", () => {
  const again = { ...answerOf("yes"), q: 12 };
  assert.equal(reduce(breathing, again, 2000).exhale, breathing.exhale);
  assert.equal(reduce(breathing, { ...answerOf("yes"), q: 501 }, 2000).messageSeq, 501);
});

test("a recovered hello keeps what the page knows, any other starts anew", () => {
  const hello = scenes.yes[0];
  const known = scene("yes");
  assert.equal(reduce(known, { ...hello, recovered: true }, 0).beats.length, 20);
  assert.equal(reduce(known, { ...hello, recovered: true }, 0).messageSeq, 500);
  assert.equal(reduce(known, hello, 0).beats.length, 0);
  assert.equal(reduce(known, { ...hello, recovered: true, epoch: "another" }, 0).messageSeq, 0);
});

test("an unknown message is let pass", () => {
  assert.equal(reduce(breathing, { type: "from_the_future", q: 0 }, 7000).card, breathing.card);
});

test("a beat's label reaches the earlier beat, and old beats go", () => {
  const beat = { type: "beat", q: 501, seq: 9000, index: 0, t_s: 180, rr_ms: 900, heart_rate_bpm: 66, segment: 0, labels: [[8999, 0, "extra"]] };
  const state = reduce(breathing, beat, 0);
  assert.equal(state.labels["8999.0"], "extra");
  assert.equal(state.beats.at(-1).labels, undefined);
  assert.equal(reduce(state, { ...beat, q: 502, seq: 9001, t_s: 1000, labels: [] }, 0).beats.length, 1);
});

test("the card's word changes at most once a breath", () => {
  const yes = followedBy(breathing, { state: "yes", at_s: 150.6, effect_bpm: 5 });
  assert.equal(yes.card.word, "yes");
  const held = followedBy(yes, { state: "not_following", at_s: 152 });
  assert.equal(held.card.word, "yes");
  assert.equal(followedBy(held, { state: "not_following", at_s: 160.4 }).card.word, "not_following");
});

test("trouble with the signal is told at once", () => {
  const yes = followedBy(breathing, { state: "yes", at_s: 150.6, effect_bpm: 5 });
  assert.equal(followedBy(yes, { state: "no_contact", at_s: 152 }).card.word, "no_contact");
});

test("the card's end is the session's end", () => {
  const done = followedBy(breathing, { state: "finished", at_s: 369 });
  assert.equal(screenOf(done), "finished");
  assert.ok(!isStale(done, 1000 + 6000));
  assert.ok(isStale(done, 1000 + 13_000));
});

test("a hidden yes is not shown as yes", () => {
  assert.equal(followedBy(breathing, { state: "yes", shown: false, at_s: 160.4 }).card.word, "unknown");
});

test("an answer expires within five seconds without a message that says how the session is", () => {
  const state = scene("yes");
  assert.equal(cardView(state, 5400, 171).name, "yes");
  assert.equal(cardView(state, 5900, 175).name, "lost");
  const pinged = reduce(state, { type: "ping", t: 1, q: 0 }, 5800);
  assert.ok(isStale(pinged, 5900));
  const fresh = reduce(state, { ...state.quality, q: 0 }, 5800);
  assert.equal(cardView(fresh, 5900, 175).name, "yes");
});

test("every card state has a view, and its bar is not a matter of colour", () => {
  for (const state of enums.card) {
    const view = cardView(followedBy(breathing, { state, at_s: 190.4, effect_bpm: 3 }), 1100, 190.5);
    assert.equal(view.name, state);
    assert.ok(["full", "open", "filling", "dotted"].includes(view.bar));
  }
});

test("the number in the sentence is whole, and less than one beat is said as such", () => {
  const sentence = (effect_bpm) => cardView(followedBy(breathing, { state: "yes", at_s: 190.4, effect_bpm }), 1100, 190.5).sentence;
  assert.deepEqual(sentence(5.6), ["card.yes.sentence", { n: 6 }]);
  assert.deepEqual(sentence(0.4), ["card.yes.sentence_small", {}]);
  assert.deepEqual(sentence(null), ["card.yes.sentence_small", {}]);
});

test("measuring says how many breaths are left, and the bar how far it is", () => {
  const view = cardView(breathing, 1100, 146);
  assert.deepEqual(view.sentence, ["card.measuring.sentence", { n: 1 }]);
  assert.ok(Math.abs(view.filled - 2 / 3) < 1e-9);
  const open = cardView(followedBy(breathing, { breaths_until_look: null, at_s: 190 }), 1100, 190);
  assert.deepEqual([open.sentence[0], open.filled], ["card.measuring.sentence_open", 0]);
});

test("the baseline says how many seconds are left", () => {
  assert.deepEqual(cardView(scene("baseline"), 1100, 74).sentence, ["card.baseline.sentence", { n: 46 }]);
  assert.equal(secondsLeft(scene("ready"), 12), null);
});

test("before the first answer the card waits; paused and finished have their own words", () => {
  assert.equal(cardView(scene("ready"), 1100, 12).name, "waiting");
  assert.equal(cardView(scene("paused"), 1100, 176).name, "paused");
  assert.equal(cardView(scene("finished"), 1100, 366).name, "finished");
});

test("the end is three lines: own tension, exhale, calmer", () => {
  assert.deepEqual(closingLines(scene("finished")), [
    ["closing.tension.both", { before: 6, after: 4 }],
    ["closing.exhale.yes", { n: 6 }],
    ["closing.calmer.yes", { n: 6 }],
  ]);
  assert.deepEqual(closingLines(scene("finished_unclear")).slice(1), [["closing.exhale.unclear", {}], ["closing.calmer.unknown", {}]]);
});

test("the lines are those of a report", () => {
  const ready = scene("ready");
  const steps = { measured_4_6: ["baseline", "breathe", "recovery"], walk: ["walk"] };
  for (const { what, exercise, begun, lines, ...given } of read("closing")) {
    const planned = steps[exercise].map((step) => ({ step, duration_s: 120 }));
    const done = begun ? planned : planned.slice(0, 1);
    const state = { ...ready, ...given, trial: null, hello: { ...ready.hello, steps: planned }, steps: done };
    assert.deepEqual(closingLines(state), lines, what);
  }
});

test("where the server was away or the strap's link was lost, how it sits is not named as the cause", () => {
  const poor = scene("yes");
  const said = (gaps, answer = "unknown") => cardView({ ...poor, gaps, card: { ...poor.card, word: "poor_signal", answer: { ...poor.card.answer, answer } } }, poor.heardMs, 100).sentence[0];
  const away = { start_s: 20, end_s: 60, reason: "restart" };
  assert.equal(said([away]), "card.poor_signal.away");
  assert.equal(said([away], "yes"), "card.poor_signal.away_yes");
  assert.equal(said([{ ...away, end_s: null }]), "card.poor_signal.away"); // still away
  assert.equal(said([{ ...away, end_s: 50 }]), "card.poor_signal.sentence"); // of the last minute, 10 s
  assert.equal(said([{ ...away, reason: "silence" }]), "card.poor_signal.sentence");
  const unlinked = { start_s: 80, end_s: null, reason: "out_of_range" };
  assert.equal(said([unlinked]), "strap.lost"); // nothing is wrong with how it sits
  assert.equal(said([{ ...unlinked, end_s: 93 }]), "card.poor_signal.back"); // the minute cannot be read yet
  assert.equal(said([{ ...unlinked, end_s: 91 }]), "card.poor_signal.sentence"); // that was not why
  assert.equal(said([{ ...unlinked, end_s: 93 }, { start_s: 50, end_s: 64, reason: "no_contact" }]), "card.poor_signal.sentence");
  poor.steps = [{ ...poor.steps.at(-1), start_s: 15 }]; // its answer needs more than the last minute
  assert.equal(said([{ ...away, end_s: 35 }]), "card.poor_signal.away");
  assert.equal(said([{ ...unlinked, start_s: 20, end_s: 35 }]), "card.poor_signal.back");
});

test("the exhale line tells why nothing can be said", () => {
  const done = scene("finished_unclear");
  const line = (change) => closingLines({ ...done, ...change })[1][0];
  assert.equal(line({ exhale: null }), "closing.exhale.signal");
  for (const [reason, key] of [["irregular_beats", "card.irregular_beats.sentence"], ["no_beat_intervals", "card.no_beat_intervals.sentence"], ["poor_signal", "closing.exhale.signal"], ["not_following", "closing.exhale.not_following"]]) {
    assert.equal(line({ exhale: { ...done.exhale, reason } }), key);
  }
  assert.equal(line({ exhale: { ...scene("yes").exhale, revoked: true } }), "closing.exhale.unclear");
  assert.equal(line({ steps: done.steps.slice(0, 1) }), "closing.exhale.stopped");
  assert.equal(line({ hello: { ...done.hello, steps: [{ step: "walk", duration_s: 420 }] } }), "closing.exhale.not_asked");
});

test("the tension line says what the person gave", () => {
  const line = (ratings) => closingLines({ ...scene("finished"), ratings })[0];
  assert.deepEqual(line({ "tension.before": 6 }), ["closing.tension.before", { before: 6 }]);
  assert.deepEqual(line({ "tension.after": 0 }), ["closing.tension.after", { after: 0 }]);
  assert.deepEqual(line({}), ["closing.tension.none", {}]);
  assert.equal(rated(EMPTY, "tension", "before", 3).ratings["tension.before"], 3);
});

test("a calmer answer without a whole beat of difference is not told as one", () => {
  const done = scene("finished");
  assert.equal(closingLines({ ...done, calmer: { ...done.calmer, effect_bpm: -0.3 } })[2][0], "closing.calmer.unknown");
  assert.equal(closingLines({ ...done, calmer: null })[2][0], "closing.calmer.unknown");
});

test("a block of a plan is compared, counted and not answered", () => {
  const comparing = scene("comparing");
  assert.deepEqual(cardView(comparing, 1100, 146).sentence, ["card.comparing.sentence", {}]);
  assert.deepEqual(blockOf(comparing), { n: 1, all: 4 });
  assert.deepEqual(cardView(scene("resting"), 1100, 196).sentence, ["card.resting.sentence", { n: 104 }]);
  assert.equal(blockOf(scene("yes")), null);
  assert.equal(blockOf(scene("finished_trial")), null);
});

test("after a plan only what its blocks allow is said", () => {
  const done = scene("finished_trial");
  assert.equal(done.trial.answer, "yes");
  assert.deepEqual(closingLines(done).map(([key]) => key), ["closing.tension.both", "trial.trial_blocks.heart_rate_bpm.lower"]);
  assert.equal(closingLines(done)[1][1].n, 3.25);
});

test("once the order is drawn its steps are the planned ones", () => {
  const steps = [{ step: "rest", duration_s: 60, block: 0 }, { step: "breathe", duration_s: 60, block: 1 }];
  const drawn = reduce(scene("ready"), { type: "plan", q: 501, at_s: 2.5, kind: "trial", blocks: ["quiet", "4-6"], steps }, 1000);
  assert.deepEqual(planned(drawn).map((step) => step.step), ["rest", "breathe"]);
  assert.equal(drawn.messageSeq, 501);
});

test("planned steps are done, now or to come", () => {
  assert.deepEqual(planned(scene("yes")).map((step) => step.when), ["done", "now", "next"]);
  assert.deepEqual(planned(scene("finished")).map((step) => step.when), ["done", "done", "done"]);
  const stopped = { ...scene("finished"), steps: scene("finished").steps.slice(0, 2) };
  assert.deepEqual(planned(stopped).map((step) => step.when), ["done", "done", "left"]);
  assert.deepEqual(planned(scene("ready")).map((step) => step.when), ["next", "next", "next"]);
});

test("an error and a goodbye are kept to be shown", () => {
  const state = say(...scenes.ready, { type: "error", q: 0, code: "command_refused", detail: "no" }, { type: "bye", q: 0, reason: "new_session" });
  assert.deepEqual([state.trouble.code, state.bye], ["command_refused", "new_session"]);
});

test("a minute of the chest's wave is kept, and the rate that goes with it", () => {
  const told = (at_s, wave, per_min = 6) => ({ type: "breathing", q: 0, at_s, wave, per_min });
  assert.equal(EMPTY.breathing, null);
  const once = reduce(EMPTY, told(100, [[97, 1], [97.4, 2]]), 5);
  assert.deepEqual([once.breathing, once.chest, once.heardMs], [{ at_s: 100, per_min: 6 }, [[97, 1], [97.4, 2]], 5]);
  const later = reduce(once, told(167.2, [], null), 6);
  assert.deepEqual([later.breathing.per_min, later.chest], [null, [[97.4, 2]]]);
});
