import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Channel, waitMs } from "../../web/channel.js";
import { clock, settled, slowly } from "./time.js";

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

function remembering() {
  const kept = {};
  return { recall: (name) => JSON.parse(kept[name] ?? "null"), remember: (name, value) => (kept[name] = JSON.stringify(value)), kept };
}

async function opened({ admit = async () => "ticket", memory = remembering() } = {}) {
  FakeSocket.all = [];
  const heard = [];
  const links = [];
  const known = { epoch: "01SCENE", messageSeq: 411 };
  const turned = [];
  const channel = new Channel({ url: "ws://here/ws", role: "patient", memory, owes: "owes", admit, turnedAway: (refused) => turned.push(refused.status ?? refused.code), known: () => known, hear: (message) => heard.push(message), opened: (is) => links.push(is), Socket: FakeSocket });
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

test("a connection that does not come about is tried anew", async (context) => {
  const { pass, nowMs } = slowly(context);
  context.mock.method(performance, "now", nowMs);
  const { links } = await opened();
  await pass(8000);
  assert.equal(FakeSocket.all.length, 1);
  await pass(3000);
  assert.equal(FakeSocket.all.length, 2);
  FakeSocket.all[1].opens();
  FakeSocket.all[1].says({ type: "hello" });
  assert.equal(links.at(-1), true);
  FakeSocket.all[0].close(); // long given up
  await pass(2000);
  assert.equal(FakeSocket.all.length, 2);
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

test("it comes back by itself, and asks for what it missed", async (context) => {
  const pass = clock(context);
  const { socket, links, known } = await opened();
  socket.opens();
  socket.says({ type: "hello" });
  socket.close();
  known.messageSeq = 430;
  pass(500);
  await settled();
  const second = FakeSocket.all[1];
  second.opens();
  assert.equal(second.sent[0].message_seq, 430);
  second.says({ type: "hello" });
  assert.equal(second.sent.length, 1);
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

test("it waits longer each time, up to two seconds, never at the same moment for all", () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((attempt) => waitMs(attempt, 1)), [500, 1000, 2000, 2000, 2000]);
  assert.equal(waitMs(9, 0), 1000);
});

const NOTE = { type: "mark", kind: "note", text: "sneezed" };
const RATING = { type: "rating", scale: "tension", moment: "before", value: 6 };
const hello = (epoch) => ({ type: "hello", epoch });
const said = (socket) => socket.sent.filter(({ type }) => ["mark", "rating", "command"].includes(type));
const without = ({ id, ...message }) => message;

// A channel with something to note, on its first connection.
async function noting(context, { epoch: first = "01SCENE", ...given } = {}) {
  const pass = clock(context);
  const stage = await opened(given);
  const lost = (code = "not_noted") => stage.heard.filter((message) => message.code === code).length;
  const welcome = (socket, epoch = "01SCENE") => {
    socket.opens();
    socket.says(hello(epoch));
    stage.known.epoch = epoch;
    socket.says({ type: "pacer" });
  };
  const comeBack = async (epoch) => {
    FakeSocket.all.at(-1).close();
    pass(4000);
    await settled();
    welcome(FakeSocket.all.at(-1), epoch);
    return FakeSocket.all.at(-1);
  };
  welcome(stage.socket, first);
  return { ...stage, lost, comeBack };
}

test("a mark and a rating are said with an id, as the server's schema knows them", async (context) => {
  const { channel, socket } = await noting(context);
  channel.note({ type: "mark", kind: "context", text: "following" });
  channel.note(RATING);
  const ids = said(socket).map(({ id }) => id);
  assert.deepEqual(said(socket), [viewer[3], viewer[4]].map((one, at) => ({ ...one, id: ids[at] })));
  assert.ok(ids.every((id) => /^[\w.-]{8,40}$/.test(id)) && ids[0] !== ids[1]);
});

test("what was not noted is said again after a reconnection, with the same id, and no more when it was", async (context) => {
  const { channel, socket, lost, comeBack } = await noting(context);
  channel.note(NOTE);
  channel.note(RATING);
  const [note, rating] = said(socket);
  socket.says({ type: "noted", ids: [note.id] });
  const second = await comeBack();
  assert.deepEqual(said(second), [rating]);
  second.says({ type: "noted", ids: [rating.id] });
  assert.deepEqual([said(await comeBack()), lost()], [[], 0]);
});

test("what is noted without a connection is said when there is one, after what was missed came in", async (context) => {
  const { channel, socket } = await noting(context);
  const pass = clock(context);
  socket.close();
  channel.note(NOTE);
  channel.open();
  await settled();
  const second = FakeSocket.all.at(-1);
  second.opens();
  second.says(hello("01SCENE"));
  channel.note(RATING);
  assert.deepEqual(said(second), []);
  second.says({ type: "pacer" });
  second.says({ type: "pacer" });
  assert.deepEqual(said(second).map(without), [NOTE, RATING]);
  pass(0);
});

test("what belonged to another session, or is no longer true, is given up and told", async (context) => {
  const { channel, lost, comeBack } = await noting(context);
  let isTrue = true;
  channel.note(NOTE);
  channel.note(RATING, () => isTrue);
  isTrue = false;
  assert.deepEqual(said(await comeBack()).map(without), [NOTE]);
  assert.equal(lost(), 1);
  assert.deepEqual(said(await comeBack("01OTHER")), []);
  assert.equal(lost(), 2);
});

const START = { type: "command", command: "start", exercise: "walk", practice: false, at_s: 12.25 };

test("a command has an id and the time at which it was given, as the server's schema knows it", async (context) => {
  const { channel, socket } = await noting(context);
  channel.command(START);
  const [{ id, ...command }] = said(socket);
  assert.deepEqual({ ...command, id: viewer[2].id }, viewer[2]);
  assert.match(id, /^[\w.-]{8,40}$/);
});

test("a command is said again, with the time at which it was given, until it was carried out or refused", async (context) => {
  const { channel, socket, lost, comeBack, heard } = await noting(context);
  channel.command(START);
  socket.close();
  channel.command({ ...START, command: "skip" });
  const second = await comeBack();
  const [start, skip] = said(second);
  assert.deepEqual([without(start), start], [START, said(socket)[0]]);
  second.says({ type: "noted", ids: [start.id] });
  second.says({ type: "error", code: "not_done", detail: "", id: skip.id });
  assert.deepEqual([heard.at(-1).code, said(await comeBack()), lost("not_done")], ["not_done", [], 1]);
});

test("a command to a session that is over is not done, and told; one for another session is", async (context) => {
  const { channel, lost, comeBack } = await noting(context);
  channel.command(START);
  channel.command({ ...START, command: "new" });
  assert.deepEqual([said(await comeBack("01OTHER")), lost("not_done"), lost()], [[], 1, 0]);
});

test("what was not noted or carried out outlives a reload; of a note and of what holds for a while only that it was lost", async (context) => {
  const memory = remembering();
  const before = await noting(context, { memory });
  before.socket.close();
  before.channel.note(RATING);
  before.channel.command(START);
  before.channel.note({ ...NOTE, text: "Mrs De Vries sneezed" });
  before.channel.note({ type: "mark", kind: "context", text: "following" }, () => true);
  assert.ok(!JSON.stringify(memory.kept).includes("Vries"));
  const after = await noting(context, { memory });
  assert.deepEqual(said(after.socket).map(without), [RATING, START]);
  assert.equal(after.lost(), 2);
  after.socket.says({ type: "noted", ids: said(after.socket).map(({ id }) => id) });
  assert.deepEqual(memory.recall("owes"), []);
});

test("what was left of another session is told to be lost after a reload", async (context) => {
  const memory = remembering();
  const before = await noting(context, { memory });
  before.socket.close();
  before.channel.note(RATING);
  const after = await noting(context, { memory, epoch: "01OTHER" });
  assert.deepEqual([said(after.socket), after.lost()], [[], 1]);
});
