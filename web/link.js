// One Bluetooth connection to one strap, from connecting to letting go.

import { BATTERY_SERVICE, HEART_RATE_SERVICE, INFORMATION_SERVICE, PMD_SERVICE } from "./bluetooth.js";
import { CONTROL, DATA, isReplyTo, STARTS } from "./pmd.js";

const HEART_RATE = 0x2a37;
const LOCATION = 0x2a38;
const BATTERY = 0x2a19;
const MODEL = 0x2a24;
const FIRMWARE = 0x2a26;
const MANUFACTURER = 0x2a29;

// Milliseconds; as the collector of the computer itself waits (biofeedback/straps/timings.py).
export const TIMES = { connect: 20_000, start: 6000, read: 2000, silence: 5000, look: 1000, copy: 150 };

// Something that a person can do something about; `detail` is a key of the language files.
export class Trouble extends Error {
  constructor(detail, cause) {
    super(detail, { cause });
    this.detail = detail;
  }
}

// What a promise gives, or Trouble: a call to Bluetooth may also hang for ever.
export function within(ms, promise, detail) {
  let timer;
  const late = new Promise((_, refuse) => (timer = setTimeout(() => refuse(new Trouble(detail)), ms)));
  const failed = (error) => {
    throw error instanceof Trouble ? error : new Trouble(detail, error);
  };
  return Promise.race([promise.catch(failed), late]).finally(() => clearTimeout(timer));
}

const bytesOf = (view) => new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

const textOf = (view) => (view ? new TextDecoder().decode(view).replace(/[^\x20-\x7e\u00a0-\uffff]/g, "").trim() || null : null);

// Brand and model: "Polar Electro Oy" and "H10" make "Polar H10".
export function modelOf(manufacturer, model) {
  if (!manufacturer || !model) return model ?? manufacturer;
  const brand = manufacturer.split(" ")[0];
  return model.toLowerCase().includes(brand.toLowerCase()) ? model : `${brand} ${model}`;
}

export class Link {
  copies = 0; // doubled notifications, dropped
  #device;
  #on;
  #nowMs;
  #times;
  #server = null;
  #about = null;
  #isOver = false;
  #listeners = []; // each takes one away
  #last = {}; // by characteristic: the bytes that came last, and when
  #beatMs = null; // when a heart rate came last
  #first = {}; // .promise is resolved by the first heart rate
  #gone = {}; // .promise is resolved by the reason why the link ended

  // on.heard(characteristic, bytes, nowMs) gets every frame once; on.live(about, nowMs) comes before the first heart rate;
  // on.tell(detail) is news.
  constructor(device, on, { nowMs = () => performance.now(), times = TIMES } = {}) {
    this.#device = device;
    this.#on = on;
    this.#nowMs = nowMs;
    this.#times = times;
    for (const one of [this.#first, this.#gone]) one.promise = new Promise((resolve) => (one.resolve = resolve));
  }

  // From connecting to lost: gives the reason. Throws Trouble where no heart rate ever came.
  async run() {
    try {
      this.#listen(this.#device, "gattserverdisconnected", () => this.#gone.resolve("out_of_range"));
      await this.#unlessGone(this.#begin());
      this.#watchSilence();
      this.#beginRest();
      return await this.#gone.promise;
    } finally {
      this.#letGo();
    }
  }

  // Lets the strap go at once.
  end() {
    this.#gone.resolve("ended");
    this.#letGo();
  }

  async #begin() {
    const { connect, start, silence } = this.#times;
    this.#server = await within(connect, this.#device.gatt.connect(), "strap.retrying");
    this.#on.tell("strap.reading");
    const heart = await within(start, this.#server.getPrimaryService(HEART_RATE_SERVICE), "strap.retrying");
    this.#about = await this.#read(heart);
    this.#on.tell("strap.waiting_for_beats");
    await within(start, this.#subscribe(heart, HEART_RATE, "2a37"), "strap.retrying");
    await within(silence, this.#first.promise, "strap.silent");
  }

  // As much as the strap tells of itself; one after the other, as a browser refuses what is asked beside something else.
  async #read(heart) {
    const read = async (service, uuid) => (service ? this.#optional(service.getCharacteristic(uuid).then((one) => one.readValue())) : null);
    const information = await this.#optional(this.#server.getPrimaryService(INFORMATION_SERVICE));
    const manufacturer = textOf(await read(information, MANUFACTURER));
    const model = textOf(await read(information, MODEL));
    const firmware = textOf(await read(information, FIRMWARE));
    const location = await read(heart, LOCATION);
    const battery = await read(await this.#optional(this.#server.getPrimaryService(BATTERY_SERVICE)), BATTERY);
    const values = [["2a38", location], ["2a19", battery]].filter(([, view]) => view?.byteLength);
    return { model: modelOf(manufacturer, model), firmware, values: values.map(([name, view]) => [name, bytesOf(view)]) };
  }

  // Streams and battery: whether they work or not, the heart rate goes on.
  async #beginRest() {
    const streams = await this.#optional(this.#server.getPrimaryService(PMD_SERVICE));
    if (streams) await this.#optional(this.#startStreams(streams), this.#times.start * 2);
    const battery = await this.#optional(this.#server.getPrimaryService(BATTERY_SERVICE));
    if (battery) await this.#optional(this.#subscribe(battery, BATTERY, "2a19"));
  }

  // Both must be listened to before a stream is started.
  async #startStreams(service) {
    const control = await this.#subscribe(service, CONTROL, "pmd_control");
    await this.#subscribe(service, DATA, "pmd_data");
    for (const command of STARTS) await this.#optional(this.#ask(control, command));
  }

  // Writes a command and waits for its answer: two at once would be refused.
  async #ask(control, command) {
    const answer = new Promise((resolve) => {
      this.#listen(control, "characteristicvaluechanged", () => isReplyTo(command, bytesOf(control.value)) && resolve());
    });
    this.#hear("pmd_control", command);
    await control.writeValueWithResponse(command);
    await answer;
  }

  async #subscribe(service, uuid, name) {
    const characteristic = await service.getCharacteristic(uuid);
    this.#listen(characteristic, "characteristicvaluechanged", () => this.#hear(name, bytesOf(characteristic.value)));
    await characteristic.startNotifications();
    return characteristic;
  }

  #hear(name, bytes) {
    const nowMs = this.#nowMs();
    if (this.#isOver) return;
    const text = bytes.join();
    const last = this.#last[name];
    if (last?.text === text && nowMs - last.nowMs < this.#times.copy) {
      this.copies += 1;
      return;
    }
    this.#last[name] = { text, nowMs };
    const isFirst = name === "2a37" && this.#beatMs === null;
    if (isFirst) this.#on.live(this.#about, nowMs);
    if (name === "2a37") this.#beatMs = nowMs;
    this.#on.heard(name, bytes, nowMs);
    if (isFirst) this.#first.resolve();
  }

  // A link on which no heart rate comes has ended, whatever it says. A look that comes late itself, as after the
  // device slept, waits for the next: what was sent meanwhile has yet to be handed over.
  #watchSilence() {
    let lookedMs = this.#nowMs();
    const look = () => {
      const nowMs = this.#nowMs();
      const isLate = nowMs - lookedMs > this.#times.look * 3;
      lookedMs = nowMs;
      if (!isLate && nowMs - this.#beatMs > this.#times.silence) this.#gone.resolve("silence");
    };
    const timer = setInterval(look, this.#times.look);
    this.#listeners.push(() => clearInterval(timer));
  }

  #unlessGone(work) {
    const gone = this.#gone.promise.then(() => {
      throw new Trouble("strap.retrying");
    });
    return Promise.race([work, gone]);
  }

  #listen(target, name, act) {
    if (this.#isOver) return;
    target.addEventListener(name, act);
    this.#listeners.push(() => target.removeEventListener(name, act));
  }

  // What a strap or a browser may do without: null where it is not there, refused, or takes too long.
  #optional(promise, ms = this.#times.read) {
    return within(ms, promise, "strap.silent").catch(() => null);
  }

  #letGo() {
    this.#isOver = true;
    this.#listeners.splice(0).forEach((remove) => remove());
    this.#device.gatt.disconnect(); // also of a connection that is being made still
  }
}
