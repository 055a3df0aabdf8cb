import assert from "node:assert/strict";
import { test } from "node:test";
import { cueBetween, momentOf } from "../../web/moments.js";

const HELLO = { steps: [{}, {}] };
const step = (index, ended_by = null) => ({ step_seq: index + 10, index, ended_by });
const at = (phase, ...steps) => momentOf({ epoch: "A", phase, hello: HELLO, steps });

test("a session is heard to begin, to go on with its next part and to end, each once", () => {
  const course = [
    at("ready"),
    at("ready", step(0)),
    at("running", step(0)),
    at("running", step(0, "planned")),
    at("running", step(0, "planned"), step(1)),
    at("running", step(0, "planned"), step(1, "planned")),
    at("finished", step(0, "planned"), step(1, "planned")),
  ];
  const heard = course.slice(1).map((now, place) => cueBetween(course[place], now));
  assert.deepEqual(heard, ["begin", null, null, "step", "end", null]);
});

test("a pause is heard and so is that it goes on", () => {
  const [running, paused, on] = [at("running", step(0)), at("paused", step(0, "pause")), at("running", step(0, "pause"), { ...step(0), step_seq: 30 })];
  assert.equal(cueBetween(running, paused), "step");
  assert.equal(cueBetween(paused, on), "step");
  assert.equal(cueBetween(paused, paused), null);
});

test("stopped in the midst it is over; stopped before it began there was nothing", () => {
  assert.equal(cueBetween(at("running", step(0)), at("finished", step(0, "stop"))), "end");
  assert.equal(cueBetween(at("ready"), at("finished")), null);
});

test("a page that comes in on a session, or on another, hears nothing of what was before", () => {
  const opened = momentOf({ epoch: null, phase: "connecting", hello: null, steps: [] });
  assert.equal(cueBetween(opened, at("running", step(1))), null);
  assert.equal(cueBetween(at("running"), at("running", step(1))), null);
  assert.equal(cueBetween({ ...at("finished", step(1)), epoch: "B" }, at("ready")), null);
});
