import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Channel, waitMs } from "../../web/channel.js";
import { clock } from "./time.js";

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

function opened() {
  FakeSocket.all = [];
  const heard = [];
  const links = [];
  const known = { epoch: "01SCENE", messageSeq: 411 };
  const channel = new Channel({ url: "ws://here/ws", role: "patient", known: () => known, hear: (message) => heard.push(message), opened: (is) => links.push(is), Socket: FakeSocket });
  channel.open();
  return { channel, heard, links, known, socket: FakeSocket.all[0] };
}

test("the first message is the hello that the server's schema knows", (context) => {
  clock(context);
  const { socket } = opened();
  socket.opens();
  assert.deepEqual(socket.sent, [viewer[0]]);
});

test("it acknowledges every five seconds and answers a ping", (context) => {
  const pass = clock(context);
  const { socket, known, heard } = opened();
  socket.opens();
  known.messageSeq = 412;
  pass(5000);
  socket.says({ type: "ping", t: 1, q: 0 });
  assert.deepEqual(socket.sent.slice(1), [viewer[1], viewer[5]]);
  assert.equal(heard.length, 1);
});

test("it comes back by itself, asks for what it missed, and says what it could not say", (context) => {
  const pass = clock(context);
  const { channel, socket, links, known } = opened();
  socket.opens();
  socket.says({ type: "hello" });
  socket.close();
  known.messageSeq = 430;
  channel.say({ type: "command", command: "stop", exercise: null });
  pass(500);
  const second = FakeSocket.all[1];
  second.opens();
  assert.equal(second.sent[0].message_seq, 430);
  assert.equal(second.sent.length, 1);
  second.says({ type: "hello" });
  assert.deepEqual(second.sent[1], { type: "command", command: "stop", exercise: null });
  assert.deepEqual(links, [true, false, true]);
});

test("a closed channel stays closed, and saying hello anew takes a new socket at once", (context) => {
  const pass = clock(context);
  const { channel, socket } = opened();
  socket.opens();
  channel.again();
  assert.equal(FakeSocket.all.length, 2);
  channel.close();
  pass(10_000);
  assert.equal(FakeSocket.all.length, 2);
});

test("it waits longer each time, up to four seconds, never at the same moment for all", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((attempt) => waitMs(attempt, 1)), [500, 1000, 2000, 4000, 4000]);
  assert.equal(waitMs(9, 0), 2000);
});
