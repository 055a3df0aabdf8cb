// A stand-in for navigator.bluetooth with one strap, for node and for a page in a real browser alike.
// Made with new FakeBluetooth().

(() => {
  const PMD = "fb005c80-02e7-f387-1cad-8acd2d8df0c8";
  const CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8";
  const DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8";
  const text = (words) => new TextEncoder().encode(words);
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytesOf = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const error = (name, message) => new DOMException(message, name);

  class Characteristic extends EventTarget {
    isNotifying = false;
    constructor(strap, uuid, content) {
      super();
      Object.assign(this, { strap, uuid, content });
    }
    async readValue() {
      this.strap.mustBeConnected();
      return new DataView(this.content.buffer);
    }
    async startNotifications() {
      this.strap.mustBeConnected();
      if (this.uuid === CONTROL && this.strap.pmd === "forbidden") throw error("NotSupportedError", "GATT operation not permitted.");
      this.isNotifying = true;
    }
    async writeValueWithResponse(bytes) {
      this.strap.mustBeConnected();
      this.strap.written.push(hex(bytes));
      if (this.strap.pmd === "silent") return;
      this.notify(Uint8Array.of(0xf0, bytes[0], bytes[1], this.strap.pmd === "refused" ? 3 : 0, 0));
    }
    notify(bytes) {
      this.value = new DataView(bytes.slice().buffer);
      this.dispatchEvent(new Event("characteristicvaluechanged"));
    }
  }

  class Strap extends EventTarget {
    id = "strap-1";
    name = "Polar H10 12345678";
    isNear = true; // on the air and not connected to anything else
    pmd = "works"; // works | refused | silent | forbidden | absent
    hangs = false; // connecting takes for ever
    connections = 0;
    written = []; // commands, in hex
    sent = []; // [characteristic, hex] of what was handed to the page
    constructor() {
      super();
      this.gatt = { connected: false, connect: () => this.#connect(), disconnect: () => this.drop(), getPrimaryService: (uuid) => this.#service(uuid) };
    }
    mustBeConnected() {
      if (!this.gatt.connected) throw error("NetworkError", "GATT Server is disconnected. Cannot perform GATT operations.");
    }
    async #connect() {
      if (this.hangs) return new Promise(() => {});
      if (!this.isNear) throw error("NetworkError", "Bluetooth Device is no longer in range.");
      this.connections += 1;
      const make = (uuid, content) => new Characteristic(this, uuid, content);
      this.services = new Map([
        [0x180d, [make(0x2a37), make(0x2a38, Uint8Array.of(1))]],
        [0x180f, [make(0x2a19, Uint8Array.of(84))]],
        [0x180a, [make(0x2a24, text("H10\0")), make(0x2a26, text("5.0.0")), make(0x2a29, text("Polar Electro Oy"))]],
        ...(this.pmd === "absent" ? [] : [[PMD, [make(CONTROL), make(DATA)]]]),
      ]);
      this.gatt.connected = true;
      return this.gatt;
    }
    async #service(uuid) {
      this.mustBeConnected();
      const found = this.services.get(uuid);
      if (!found) throw error("NotFoundError", "No Services matching UUID found in Device.");
      const getCharacteristic = async (wanted) => found.find((one) => one.uuid === wanted) ?? Promise.reject(error("NotFoundError", "No Characteristics matching UUID found."));
      return { getCharacteristic };
    }
    // The strap sends, where somebody listens; whether it did.
    send(name, digits) {
      const [service, uuid] = { "2a37": [0x180d, 0x2a37], "2a19": [0x180f, 0x2a19], pmd_data: [PMD, DATA] }[name];
      const found = this.gatt.connected && this.services.get(service)?.find((one) => one.uuid === uuid && one.isNotifying);
      if (!found) return false;
      this.sent.push([name, digits]);
      found.notify(bytesOf(digits));
      return true;
    }
    // The link is lost.
    drop() {
      if (!this.gatt.connected) return;
      this.gatt.connected = false;
      this.dispatchEvent(new Event("gattserverdisconnected"));
    }
  }

  globalThis.FakeBluetooth = class FakeBluetooth extends EventTarget {
    strap = new Strap();
    isOn = true;
    refuses = null; // [name, message] of what choosing ends in
    chosen = 0;
    async getAvailability() {
      return this.isOn;
    }
    async requestDevice(wanted) {
      this.wanted = wanted;
      if (this.refuses) throw error(...this.refuses);
      this.chosen += 1;
      return this.strap;
    }
  };
})();
