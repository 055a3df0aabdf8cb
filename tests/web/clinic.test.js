import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ask, Refused } from "../../web/api.js";
import { codeOf, LENGTH } from "../../web/code.js";
import { refusalWords } from "../../web/refusal.js";
import { msUntil } from "../../web/time_left.js";
import { wordsOf } from "../../web/words.js";

const t = wordsOf(JSON.parse(readFileSync(new URL("../../biofeedback/lang/en.json", import.meta.url))));

test("a code is read however it is typed", () => {
  for (const typed of ["K7QF2MXP", "k7qf 2mxp", " k7qf-2mxp ", "K7QF\u00a02MXP."]) assert.equal(codeOf(typed), "K7QF2MXP");
  assert.equal(codeOf("oOiIlL01"), "00111101");
  assert.equal(codeOf("oOiIlL01").length, LENGTH);
});

test("what was refused is told in the words of its code, else of its status, else with its detail", () => {
  assert.deepEqual(refusalWords(t, new Refused(409, "no_room", "x")), ["error.no_room", { detail: "x" }]);
  assert.deepEqual(refusalWords(t, new Refused(429, "unheard_of", "x")), ["error.too_many_tries", { detail: "x" }]);
  assert.deepEqual(refusalWords(t, new Refused(418, undefined, [{ loc: 1 }])), ["error.unknown", { detail: "" }]);
  assert.deepEqual(refusalWords(t, new Refused(500)), ["error.unavailable", { detail: "" }]);
  assert.deepEqual(refusalWords(t, new Refused(0)), ["error.offline", { detail: "" }]);
});

function answering(context, status, content, headers = {}) {
  context.mock.method(globalThis, "fetch", async () => new Response(status === 204 ? null : content, { status, headers }));
}

test("a question gives what is answered, and nothing where nothing is", async (context) => {
  answering(context, 200, '{"role":null}');
  assert.deepEqual(await ask("GET", "/api/me"), { role: null });
  answering(context, 204);
  assert.equal(await ask("POST", "/api/sign-out"), null);
  answering(context, 200, "<p>no JSON</p>");
  assert.equal(await ask("GET", "/api/me"), null);
});

test("a refusal tells its status and its code; no server is a refusal as well", async (context) => {
  answering(context, 401, '{"code":"sign_in_first","detail":"x"}');
  await assert.rejects(ask("GET", "/api/people"), { status: 401, code: "sign_in_first", detail: "x" });
  context.mock.method(globalThis, "fetch", async () => Promise.reject(new TypeError("no network")));
  await assert.rejects(ask("GET", "/api/people"), { status: 0, code: null });
});

test("a time left is counted on the server's clock", async (context) => {
  const server = Date.now() - 3_600_000;
  answering(context, 204, null, { date: new Date(server).toUTCString() });
  await ask("POST", "/api/sign-out");
  const left = msUntil(new Date(server + 600_000).toISOString());
  assert.ok(Math.abs(left - 600_000) < 2000, left);
});
