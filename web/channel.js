// One viewer's side of the live channel: says hello, acknowledges, answers pings, comes back by itself.

const PROTOCOL = 1;
const ACK_MS = 5000;
const QUIET_MS = 8000; // quality comes once a second: a link this quiet is dead, whatever the socket thinks
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4000;
const FINAL = new Set([401, 403, 404]); // asking again does not help
const NO_USE = new Set(["no_room", "protocol"]); // nor coming back

// How long to wait before attempt number `attempt` (from 0); `chance` is 0..1.
export function waitMs(attempt, chance) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest * (0.5 + chance / 2);
}

export class Channel {
  #socket = null;
  #attempt = 0;
  #timers = new Set();
  #unsent = []; // said while there was no connection: a stop must not be lost
  #heardMs = 0;
  #ticket = null;
  #visit = null; // what of an earlier attempt still comes is not ours

  // known() gives { epoch, messageSeq } of what the page has; hear(message) gets every message; opened(bool) the link's state.
  // admit() gives a ticket, good for one connection; turnedAway(refused) is told when there will be none.
  constructor({ url, role, admit, turnedAway, known, hear, opened, Socket = WebSocket }) {
    Object.assign(this, { url, role, admit, turnedAway, known, hear, opened, Socket });
  }

  async open() {
    const visit = (this.#visit = {});
    try {
      this.#ticket = await this.admit();
      if (visit === this.#visit) this.#connect();
    } catch (refused) {
      if (visit !== this.#visit) return;
      if (FINAL.has(refused.status)) this.turnedAway(refused);
      else this.#comeBack(visit);
    }
  }

  #connect() {
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    socket.onopen = () => this.#greet();
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#closed(socket);
  }

  // Says it now, or as soon as there is a connection again.
  say(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
    else this.#unsent = [...this.#unsent, message].slice(-20);
  }

  // Says it now or never: for what is said again anyway.
  sayNow(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  // Says hello anew on a new connection, at once.
  again() {
    this.close();
    this.opened(false);
    this.open();
  }

  close() {
    const socket = this.#socket;
    this.#visit = null;
    this.#socket = null; // its onclose is no longer ours
    this.#stopTimers();
    socket?.close();
  }

  #greet() {
    const { epoch, messageSeq } = this.known();
    this.#heardMs = performance.now();
    this.say({ type: "hello", protocol: PROTOCOL, role: this.role, ticket: this.#ticket, epoch, message_seq: messageSeq });
    this.#every(ACK_MS, () => this.say({ type: "ack", message_seq: this.known().messageSeq }));
    this.#every(1000, () => this.#hangUpWhenQuiet());
  }

  #receive(message) {
    this.#heardMs = performance.now();
    if (message.type === "ping") this.say({ type: "pong" });
    if (message.type === "hello") this.#welcomed();
    if (message.type === "error" && NO_USE.has(message.code)) {
      this.close();
      this.opened(false);
      this.turnedAway(message);
    }
    this.hear(message);
  }

  #welcomed() {
    this.#attempt = 0;
    const waiting = this.#unsent;
    this.#unsent = [];
    waiting.forEach((message) => this.say(message));
    this.opened(true);
  }

  #hangUpWhenQuiet() {
    const socket = this.#socket;
    if (!socket || performance.now() - this.#heardMs <= QUIET_MS) return;
    socket.onclose = null; // closing a dead link can take minutes: it counts as closed now
    socket.close();
    this.#closed(socket);
  }

  #every(ms, act) {
    this.#timers.add(setInterval(act, ms));
  }

  #stopTimers() {
    this.#timers.forEach(clearInterval);
    this.#timers.clear();
  }

  #closed(socket) {
    if (socket !== this.#socket) return;
    this.#stopTimers();
    this.opened(false);
    this.#comeBack(this.#visit);
  }

  #comeBack(visit) {
    setTimeout(() => visit === this.#visit && this.open(), waitMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }
}
