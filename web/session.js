// One session as this page follows it: its state, its clock, and a way to say something.

import { ask } from "./api.js";
import { AwakeClock } from "./awake.js";
import { Channel } from "./channel.js";
import { SessionClock } from "./clock.js";
import { EMPTY, currentStep, rated, reduce } from "./state.js";
import { tab } from "./tab.js";
import { signal } from "./ui.js";

const TICK_MS = 250;
const DOUBLE_MS = 500; // a double click: its second half would meet what the first has put there, as a pause for a start
// One clock for all sessions of a page.
const awake = new AwakeClock();
const now = signal(awake.nowMs());
const open = new Set();

// After a sleep what is known is old, and a connection may be dead without knowing it.
function look() {
  if (awake.hasSlept()) open.forEach((channel) => channel.again());
  now.value = awake.nowMs();
}
setInterval(look, TICK_MS);
for (const name of ["visibilitychange", "resume"]) document.addEventListener(name, look); // at once, not at the next tick

// Good for one connection, to the room that is named or to one's own.
async function ticketTo(room) {
  return (await ask("POST", "/api/ticket", { room })).ticket;
}

function channelUrl() {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

export class Session {
  state = signal(EMPTY);
  isLinked = signal(false);
  nowMs = now; // moves four times a second: for what ages or counts down
  refused = signal(null); // why the server lets this page in no longer
  heard = () => {}; // told every message, after the state has changed
  #clock = new SessionClock();

  constructor(role, room = null) {
    this.#role = role;
    this.#channel = new Channel({
      url: channelUrl(),
      role,
      memory: tab,
      owes: `owes.${role}.${room ?? ""}`,
      admit: () => ticketTo(room),
      turnedAway: (refused) => (this.refused.value = refused),
      known: () => this.state.peek(),
      hear: (message) => this.#hear(message),
      opened: (isOpen) => (this.isLinked.value = isOpen),
    });
    this.#channel.open();
    open.add(this.#channel);
  }

  close() {
    open.delete(this.#channel);
    this.#channel.close();
  }

  #channel;
  #role;
  #pressed = { ms: -Infinity };

  #hear(message) {
    const nowMs = awake.nowMs();
    if (message.session_s !== undefined) this.#clock.read(message.session_s, message.speed ?? this.#clock.speed, nowMs);
    this.state.value = reduce(this.state.peek(), message, nowMs);
    this.heard(message);
    // Begun otherwise than planned: a new hello brings the steps.
    const started = message.type === "mark" && message.kind === "command" && /^start (.+)$/.exec(message.text);
    if (started && started[1] !== this.state.peek().hello?.exercise) this.#channel.again();
  }

  // Seconds on the session's clock right now, or null before the first message.
  sessionS() {
    return this.#clock.nowS(awake.nowMs());
  }

  get speed() {
    return this.#clock.speed;
  }

  sayNow(message) {
    this.#channel.sayNow(message);
  }

  // Who does the exercise has stopped when they say so: that holds however late it comes.
  command(command, exercise = null, practice = false) {
    const { ms, last } = this.#pressed;
    this.#pressed = { ms: performance.now(), last: command };
    if (this.#pressed.ms - ms < DOUBLE_MS && (command !== "stop" || last === "stop")) return;
    const at_s = this.#role === "patient" && command === "stop" ? null : this.sessionS();
    this.#channel.command({ type: "command", command, exercise, practice, at_s });
  }

  mark(kind, text = "") {
    const step = currentStep(this.state.peek())?.step_seq;
    const isTrue = () => currentStep(this.state.peek())?.step_seq === step;
    this.#channel.note({ type: "mark", kind, text }, text === "following" ? isTrue : undefined);
  }

  rate(scale, moment, value) {
    this.#channel.note({ type: "rating", scale, moment, value });
    this.state.value = rated(this.state.peek(), scale, moment, value);
  }
}
