import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Channel, waitMs } from "../../web/channel.js";
import { clock, settled } from "./time.js";

const viewer = JSON.parse(readFileSync(new URL("./fixtures/viewer.json", import.meta.url)));

class FakeSocket {
  static all = [];
  readyState = 0;
  sent = [];
  constructor(url) {
    this.url = url;
    FakeSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
  opens() {
    this.readyState = 1;
    this.onopen();
  }
  says(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

async function opened({ admit = async () => "ticket" } = {}) {
  FakeSocket.all = [];
  const heard = [];
  const links = [];
  const known = { epoch: "01SCENE", messageSeq: 411 };
  const turned = [];
  const channel = new Channel({ url: "ws://here/ws", role: "patient", admit, turnedAway: (refused) => turned.push(refused.status ?? refused.code), known: () => known, hear: (message) => heard.push(message), opened: (is) => links.push(is), Socket: FakeSocket });
  channel.open();
  await settled();
  return { channel, heard, links, known, turned, socket: FakeSocket.all[0] };
}

test("the first message is the hello that the server's schema knows", async (context) => {
  clock(context);
  const { socket } = await opened();
  socket.opens();
  assert.deepEqual(socket.sent, [{ ...viewer[0], ticket: "ticket" }]);
});

test("it acknowledges every five seconds and answers a ping", async (context) => {
  const pass = clock(context);
  const { socket, known, heard } = await opened();
  socket.opens();
  known.messageSeq = 412;
  pass(5000);
  socket.says({ type: "ping", t: 1, q: 0 });
  assert.deepEqual(socket.sent.slice(1), [viewer[1], viewer[5]]);
  assert.equal(heard.length, 1);
});

test("it comes back by itself, asks for what it missed, and says what it could not say", async (context) => {
  const pass = clock(context);
  const { channel, socket, links, known } = await opened();
  socket.opens();
  socket.says({ type: "hello" });
  socket.close();
  known.messageSeq = 430;
  channel.say({ type: "command", command: "stop", exercise: null });
  pass(500);
  await settled();
  const second = FakeSocket.all[1];
  second.opens();
  assert.equal(second.sent[0].message_seq, 430);
  assert.equal(second.sent.length, 1);
  second.says({ type: "hello" });
  assert.deepEqual(second.sent[1], { type: "command", command: "stop", exercise: null });
  assert.deepEqual(links, [true, false, true]);
});

test("a closed channel stays closed, and saying hello anew takes a new socket at once", async (context) => {
  const pass = clock(context);
  const { channel, socket } = await opened();
  socket.opens();
  channel.again();
  await settled();
  assert.equal(FakeSocket.all.length, 2);
  channel.close();
  pass(10_000);
  await settled();
  assert.equal(FakeSocket.all.length, 2);
});

test("each connection has a ticket of its own", async (context) => {
  const pass = clock(context);
  const tickets = ["first", "second"];
  const { socket } = await opened({ admit: async () => tickets.shift() });
  socket.opens();
  socket.close();
  pass(500);
  await settled();
  FakeSocket.all[1].opens();
  assert.deepEqual(FakeSocket.all.map((one) => one.sent[0].ticket), ["first", "second"]);
});

test("a server that is away is asked again; one that lets nobody in is not", async (context) => {
  const pass = clock(context);
  const answers = [{ status: 0 }, { status: 503 }, { status: 401 }];
  const { turned } = await opened({ admit: async () => Promise.reject(answers.shift()) });
  for (const _again of [1, 2, 3]) {
    pass(4000);
    await settled();
  }
  assert.deepEqual([answers, turned, FakeSocket.all], [[], [401], []]);
});

test("where there is no such room any more it does not come back", async (context) => {
  const pass = clock(context);
  const { socket, turned, links } = await opened();
  socket.opens();
  socket.says({ type: "error", code: "command_refused" });
  assert.deepEqual(turned, []);
  socket.says({ type: "error", code: "no_room" });
  pass(10_000);
  await settled();
  assert.deepEqual([FakeSocket.all.length, turned, links], [1, ["no_room"], [false]]);
});

test("a ticket that comes after the channel was closed opens nothing", async (context) => {
  clock(context);
  let give;
  const { channel, turned } = await opened({ admit: () => new Promise((resolve, refuse) => (give = { resolve, refuse })) });
  channel.close();
  give.resolve("ticket");
  await settled();
  channel.open();
  channel.close();
  give.refuse({ status: 401 });
  await settled();
  assert.deepEqual([FakeSocket.all, turned], [[], []]);
});

test("it waits longer each time, up to four seconds, never at the same moment for all", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((attempt) => waitMs(attempt, 1)), [500, 1000, 2000, 4000, 4000]);
  assert.equal(waitMs(9, 0), 2000);
});
