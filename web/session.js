// One session as this page follows it: its state, its clock, and a way to say something.

import { ask } from "./api.js";
import { Channel } from "./channel.js";
import { SessionClock } from "./clock.js";
import { EMPTY, rated, reduce } from "./state.js";
import { signal } from "./ui.js";

const TICK_MS = 250;

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
  nowMs = signal(performance.now()); // moves four times a second: for what ages or counts down
  refused = signal(null); // why the server lets this page in no longer
  heard = () => {}; // told every message, after the state has changed
  #clock = new SessionClock();

  constructor(role, room = null) {
    this.#channel = new Channel({
      url: channelUrl(),
      role,
      admit: () => ticketTo(room),
      turnedAway: (refused) => (this.refused.value = refused),
      known: () => this.state.peek(),
      hear: (message) => this.#hear(message),
      opened: (isOpen) => (this.isLinked.value = isOpen),
    });
    this.#channel.open();
    setInterval(() => (this.nowMs.value = performance.now()), TICK_MS);
  }

  #channel;

  #hear(message) {
    const now = performance.now();
    if (message.session_s !== undefined) this.#clock.read(message.session_s, message.speed ?? this.#clock.speed, now);
    this.state.value = reduce(this.state.peek(), message, now);
    this.heard(message);
    // Started with another exercise than was planned: a new hello brings its steps.
    const started = message.type === "mark" && message.kind === "command" && /^start (\w+)$/.exec(message.text);
    if (started && started[1] !== this.state.peek().hello?.exercise) this.#channel.again();
  }

  // Seconds on the session's clock right now, or null before the first message.
  sessionS() {
    return this.#clock.nowS(performance.now());
  }

  get speed() {
    return this.#clock.speed;
  }

  sayNow(message) {
    this.#channel.sayNow(message);
  }

  command(command, exercise = null) {
    this.#channel.say({ type: "command", command, exercise });
  }

  mark(kind, text = "") {
    this.#channel.say({ type: "mark", kind, text });
  }

  rate(scale, moment, value) {
    this.#channel.say({ type: "rating", scale, moment, value });
    this.state.value = rated(this.state.peek(), scale, moment, value);
  }
}
