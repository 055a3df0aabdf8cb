// One viewer's side of the live channel, which comes back by itself.

const PROTOCOL = 1;
const ACK_MS = 5000;
const QUIET_MS = 8000; // quality comes once a second: a link this quiet is dead, whatever the socket thinks
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 2000; // a server is back within some seconds, and a session with it
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
  #timers = [];
  #owed = []; // to be noted, or carried out
  #heardMs = 0;
  #ticket = null;
  #isWelcome = false;
  #visit = null; // what of an earlier attempt still comes is not ours

  // known() gives { epoch, messageSeq } of what the page has; hear(message) gets every message; opened(bool) the link's state.
  // admit() gives a ticket for one connection; turnedAway(refused) hears when there will be none.
  // `memory` outlives a reload, under the name `owes`.
  constructor(given) {
    Object.assign(this, given);
    this.#owed = this.memory.recall(this.owes) ?? [];
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
    this.#isWelcome = false;
    const socket = new (this.Socket ?? WebSocket)(this.url);
    this.#socket = socket;
    this.#heardMs = performance.now();
    this.#timers = [setInterval(() => this.#hangUpWhenQuiet(), 1000)]; // also one that never comes about
    socket.onopen = () => this.#greet();
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#closed(socket);
  }

  // Says it until the server has it on its disk, in this session and while it is true.
  note(message, isTrue) {
    this.#owe({ message, isTrue, lost: "not_noted" });
  }

  // Says it until the server has carried it out or refused it, as it does too late after its `at_s`.
  command(message) {
    this.#owe({ message, lost: message.command === "new" ? null : "not_done" }); // another session is what it asked for
  }

  #owe(owed) {
    const message = { ...owed.message, id: `${Date.now()}-${Math.random()}` };
    this.#keep([...this.#owed, { ...owed, message, epoch: this.known().epoch }]);
    if (this.#isWelcome) this.sayNow(message);
  }

  // Of a note, which may name anybody, and of what holds for a while, a reload leaves that it was lost.
  #keep(owed) {
    this.#owed = owed;
    const isLasting = ({ message, isTrue }) => message && message.kind !== "note" && !isTrue;
    this.memory.remember(this.owes, owed.map((one) => ({ epoch: one.epoch, lost: one.lost, message: isLasting(one) ? one.message : null })));
  }

  #sayOwed() {
    this.#isWelcome = true;
    const isOfUse = ({ epoch, isTrue, message }) => message && epoch === this.known().epoch && (!isTrue || isTrue());
    const [said, given] = [this.#owed.filter(isOfUse), this.#owed.filter((owed) => !isOfUse(owed) && owed.lost)];
    this.#keep(said);
    for (const { message } of said) this.sayNow(message);
    for (const { lost } of given) this.hear({ type: "error", code: lost, detail: "" });
  }

  #settle(ids) {
    this.#keep(this.#owed.filter((owed) => !ids.includes(owed.message?.id)));
  }

  // Whether it is said now; else it never is: for what is said again anyway.
  sayNow(message) {
    const isOpen = this.#socket?.readyState === 1;
    if (isOpen) this.#socket.send(JSON.stringify(message));
    return isOpen;
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
    this.sayNow({ type: "hello", protocol: PROTOCOL, role: this.role, ticket: this.#ticket, epoch, message_seq: messageSeq });
    const acknowledge = () => this.sayNow({ type: "ack", message_seq: this.known().messageSeq });
    this.#timers.push(setInterval(acknowledge, ACK_MS));
  }

  #receive(message) {
    this.#heardMs = performance.now();
    if (message.type === "ping") this.sayNow({ type: "pong" });
    if (message.type === "noted") this.#settle(message.ids);
    if (message.type === "error" && message.id) this.#settle([message.id]);
    if (message.type === "hello") this.#welcomed();
    if (message.type === "error" && NO_USE.has(message.code)) {
      this.close();
      this.opened(false);
      this.turnedAway(message);
    }
    this.hear(message);
    if (message.type === "pacer" && !this.#isWelcome) this.#sayOwed(); // the last of a welcome
  }

  #welcomed() {
    this.#attempt = 0;
    this.opened(true);
  }

  #hangUpWhenQuiet() {
    const socket = this.#socket;
    if (!socket || performance.now() - this.#heardMs <= QUIET_MS) return;
    socket.onclose = null; // closing a dead link can take minutes: it counts as closed now
    socket.close();
    this.#closed(socket);
  }

  #stopTimers() {
    this.#timers.forEach(clearInterval);
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
