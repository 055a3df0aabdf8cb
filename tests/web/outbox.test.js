import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { hex, Outbox } from "../../web/outbox.js";

const viewer = JSON.parse(readFileSync(new URL("./fixtures/viewer.json", import.meta.url)));

function opened({ standing = [], ...options } = {}) {
  const said = [];
  const outbox = new Outbox({ say: (message) => said.push(message), news: () => "strap.reading", standing: () => standing, nowMs: () => 1000, ...options });
  outbox.open("01A", false);
  return { outbox, said, frames: () => said.filter((one) => one.type === "frames").flatMap((one) => one.frames) };
}

const beat = (n) => ({ kind: "bytes", characteristic: "2a37", value: hex(Uint8Array.of(0x10, 67, n, 3)) });
const seqs = (frames) => frames.map((frame) => frame.seq);

// As the page kept it over a reload.
function memory(room = Infinity) {
  const kept = {};
  return {
    kept,
    recall: (name) => kept[name] ?? null,
    remember(name, value) {
      if (JSON.stringify(value).length > room) return false;
      kept[name] = structuredClone(value);
      return true;
    },
  };
}

test("what it says is what the server's schema knows", () => {
  const { outbox, said } = opened();
  outbox.add({ kind: "connected", model: "Polar H10", firmware: "5.0.0" }, 12_500);
  outbox.add({ kind: "bytes", characteristic: "2a37", value: "104372038a03" }, 12_500.125);
  outbox.add({ kind: "lost", reason: "out_of_range" }, 20_000);
  const [, , , , , , news, frames] = viewer;
  const origin = outbox.origin;
  assert.match(origin, /^browser-[0-9a-f]{16}$/);
  assert.deepEqual(said[0], { ...news, origin });
  assert.deepEqual(said.slice(1).map((one) => one.origin), [origin, origin, origin]);
  assert.deepEqual(said.slice(1).flatMap((one) => one.frames), frames.frames);
});

test("each frame is sent when it comes, and forgotten when it is kept", () => {
  const { outbox, said } = opened();
  for (let n = 0; n < 5; n += 1) outbox.add(beat(n), n);
  assert.equal(said.length, 6);
  outbox.kept("someone-else", 5);
  assert.equal(outbox.waiting, 5);
  outbox.kept(outbox.origin, 3);
  assert.equal(outbox.waiting, 2);
  outbox.kept(outbox.origin, 0);
  assert.equal(outbox.waiting, 2);
});

test("without a connection frames wait; after it all that is not kept is sent again, in order", () => {
  const { outbox, said, frames } = opened();
  outbox.add(beat(1), 1);
  outbox.add(beat(2), 2);
  outbox.kept(outbox.origin, 1);
  outbox.close();
  outbox.add(beat(3), 3);
  outbox.tell();
  said.length = 0;
  outbox.open("01A", false);
  assert.equal(said[0].type, "strap");
  assert.deepEqual(seqs(frames()), [2, 3]);
});

test("a long backlog goes in messages that the server takes, first news of whose it is", () => {
  const { outbox, said } = opened();
  outbox.close();
  const wide = { kind: "bytes", characteristic: "pmd_data", value: "00".repeat(229) };
  for (let n = 0; n < 1000; n += 1) outbox.add(wide, n * 1000);
  said.length = 0;
  outbox.open("01A", false);
  assert.deepEqual(seqs(said.slice(1).flatMap((one) => one.frames)), Array.from({ length: 1000 }, (_, n) => n + 1));
  assert.ok(said.every((one) => JSON.stringify(one).length < 64 * 1024));
});

test("another session is told what stands, under another name, and nothing of the last one", () => {
  const standing = [{ kind: "connected", model: "Polar H10", firmware: null }];
  const { outbox, said, frames } = opened({ standing });
  const before = outbox.origin;
  outbox.add(beat(1), 1);
  outbox.close();
  outbox.add(beat(2), 2);
  said.length = 0;
  outbox.open("01B", false);
  assert.notEqual(outbox.origin, before);
  assert.deepEqual(frames(), [{ kind: "connected", seq: 1, t_s: 1, model: "Polar H10", firmware: null }]);
  assert.equal(outbox.waiting, 1);
});

test("after the end of a session nothing is written for it", () => {
  const { outbox, said } = opened();
  outbox.add(beat(1), 1);
  outbox.finish();
  said.length = 0;
  outbox.add(beat(2), 2);
  outbox.close();
  outbox.open("01A", true);
  assert.deepEqual([outbox.waiting, said.map((one) => one.type)], [0, ["strap"]]);
  const left = [{ origin: "browser-0", epoch: "01A", frames: [{ kind: "lost", seq: 1, t_s: 1, reason: "page_closed" }] }];
  const later = new Outbox({ say: (message) => said.push(message), news: () => "strap.reading", standing: () => [], saved: left });
  later.open("01A", true);
  assert.ok(said.every((one) => one.type === "strap"));
});

test("when there is no room the gap is marked, and what there is stays whole", () => {
  const standing = [{ kind: "connected", model: "Polar H10", firmware: null }];
  const { outbox, said, frames } = opened({ standing, most: 10 });
  outbox.kept(outbox.origin, 1);
  outbox.close();
  for (let n = 0; n < 20; n += 1) outbox.add(beat(n), n);
  assert.deepEqual([outbox.waiting, outbox.isFull], [10, true]);
  said.length = 0;
  outbox.open("01A", false);
  assert.deepEqual(seqs(frames()), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(frames().at(-1), { kind: "lost", seq: 11, t_s: 0.009, reason: "browser_full" });
  outbox.kept(outbox.origin, 11);
  outbox.add(beat(21), 21);
  assert.equal(outbox.isFull, false);
  assert.deepEqual(frames().slice(-2).map((frame) => [frame.seq, frame.kind]), [[12, "connected"], [13, "bytes"]]);
});

test("a page that is loaded anew sends what the last one left, under its old name, and only to the same session", () => {
  const left = memory();
  const { outbox: before } = opened();
  before.add(beat(1), 1);
  before.add({ kind: "lost", reason: "page_closed" }, 2);
  before.save(left);
  const { outbox, said } = opened({ saved: Outbox.saved(left) });
  assert.notEqual(outbox.origin, before.origin);
  assert.deepEqual(said.map((one) => [one.type, one.origin]), [["strap", before.origin], ["frames", before.origin], ["strap", outbox.origin]]);
  assert.deepEqual(seqs(said[1].frames), [1, 2]);
  outbox.kept(before.origin, 2);
  outbox.save(left);
  assert.deepEqual(left.kept.frames, []);

  const other = [];
  const stranger = new Outbox({ say: (message) => other.push(message), news: () => "strap.reading", standing: () => [], saved: [{ origin: "browser-0", epoch: "01OLD", frames: [{ kind: "lost", seq: 1, t_s: 1, reason: "x" }] }] });
  stranger.open("01A", false);
  assert.deepEqual(other.map((one) => one.type), ["strap"]);
});

test("where there is little room to save, as much of the oldest is saved as fits", () => {
  const { outbox } = opened();
  for (let n = 0; n < 64; n += 1) outbox.add(beat(n), n);
  const little = memory(2000);
  outbox.save(little);
  const saved = seqs(little.kept.frames[0].frames);
  assert.ok(saved.length >= 10 && saved.length < 64);
  assert.deepEqual(saved, Array.from({ length: saved.length }, (_, n) => n + 1));
  const none = memory(1);
  outbox.save(none);
  assert.deepEqual(Outbox.saved(none), []);
});
