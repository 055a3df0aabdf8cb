import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { obstacle, refusal } from "../../web/bluetooth.js";
import { Link, modelOf } from "../../web/link.js";
import { hex } from "../../web/outbox.js";
import { isReplyTo, reply, STARTS } from "../../web/pmd.js";
import { backOffMs, Strap } from "../../web/strap.js";
import "./fake_bluetooth.js";
import { slowly } from "./time.js";

const pmd = JSON.parse(readFileSync(new URL("./fixtures/pmd.json", import.meta.url)));
const bytes = (digits) => Uint8Array.from(Buffer.from(digits, "hex"));
const CHROME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";

// A page with a strap; what happened to it is in `told` and `heard`.
function page(context, { bluetooth = new globalThis.FakeBluetooth(), remembered = {} } = {}) {
  const { pass, nowMs } = slowly(context);
  const [told, heard] = [[], []];
  const on = {
    connected: (about) => told.push(["connected", about.model, about.firmware, about.values.map(([name, value]) => [name, hex(value)])]),
    heard: (name, value, atMs) => heard.push([name, hex(value), atMs]),
    lost: (reason) => told.push(["lost", reason]),
    changed: () => told.push(strap.detail),
  };
  const memory = { recall: (name) => remembered[name] ?? null, remember: (name, value) => (remembered[name] = value) };
  const scope = { navigator: { userAgent: CHROME, bluetooth }, isSecureContext: true };
  const strap = new Strap({ on, scope, memory, makeLink: (device, ours) => new Link(device, ours, { nowMs }) });
  const beats = async (count, everyMs = 1000) => {
    for (let n = 0; n < count; n += 1) {
      bluetooth.strap.send("2a37", `1043${(n % 250).toString(16).padStart(2, "0")}03`);
      await pass(everyMs);
    }
  };
  const names = () => heard.map(([name]) => name);
  return { strap, bluetooth, fake: bluetooth.strap, told, heard, names, pass, beats, remembered, nowMs };
}

async function connected(context, options) {
  const one = page(context, options);
  await one.strap.choose();
  await one.pass(100);
  await one.beats(1);
  return one;
}

test("the commands are those of the computer's own collector", () => {
  assert.deepEqual(STARTS.map(hex), pmd.starts);
  assert.deepEqual(pmd.accepted.map((one) => reply(bytes(one)).status), [0, 0]);
  assert.deepEqual(pmd.refused.map((one) => reply(bytes(one)).status), [3, 3]);
  assert.ok(isReplyTo(STARTS[1], bytes(pmd.accepted[1])));
  assert.ok(!isReplyTo(STARTS[1], bytes(pmd.accepted[0])));
  assert.equal(reply(STARTS[0]), null);
  assert.equal(reply(Uint8Array.of()), null);
});

test("a tap, and the states until beats come", async (context) => {
  const { strap, bluetooth, told, heard, remembered } = await connected(context);
  assert.deepEqual(bluetooth.wanted.filters, [{ services: [0x180d] }]);
  const states = ["strap.browser_choosing", "strap.browser_connecting", "strap.reading", "strap.waiting_for_beats"];
  assert.deepEqual(told, [...states, null, ["connected", "Polar H10", "5.0.0", [["2a38", "01"], ["2a19", "54"]]]]);
  assert.deepEqual(heard[0], ["2a37", "10430003", 100]);
  assert.deepEqual([strap.detail, strap.needsTap, remembered.strap], [null, false, "strap-1"]);
});

test("streams are started after the first beat, one command at a time, and are handed on as they come", async (context) => {
  const { fake, heard, pass } = await connected(context);
  await pass(0);
  assert.deepEqual(fake.written, pmd.starts);
  const control = heard.filter(([name]) => name === "pmd_control").map(([, value]) => value);
  assert.deepEqual(control, [pmd.starts[0], pmd.accepted[0], pmd.starts[1], pmd.accepted[1]]);
  fake.send("pmd_data", "00ff");
  fake.send("2a19", "50");
  assert.deepEqual(heard.slice(-2).map(([name, value]) => [name, value]), [["pmd_data", "00ff"], ["2a19", "50"]]);
});

for (const how of ["refused", "silent", "forbidden", "absent"]) {
  test(`streams that are ${how} do not disturb the heart rate`, async (context) => {
    const bluetooth = new globalThis.FakeBluetooth();
    bluetooth.strap.pmd = how;
    const { told, names, beats, fake } = await connected(context, { bluetooth });
    await beats(20);
    assert.equal(names().filter((name) => name === "2a37").length, 21);
    assert.ok(!told.some((one) => Array.isArray(one) && one[0] === "lost"));
    assert.ok(fake.send("2a19", "53"), "the battery is watched all the same");
    assert.equal(fake.connections, 1);
  });
}

test("a link that is lost comes back without a tap", async (context) => {
  const { strap, bluetooth, fake, told, beats, pass } = await connected(context);
  fake.drop();
  await pass(0);
  assert.deepEqual(told.slice(-2), [["lost", "out_of_range"], "strap.out_of_range"]);
  await pass(700);
  await beats(3);
  assert.equal(told.filter((one) => one?.[0] === "connected").length, 2);
  assert.deepEqual([strap.detail, bluetooth.chosen, fake.connections], [null, 1, 2]);
});

test("while the strap is away it tries again, ever less often, and says what to look at", async (context) => {
  const { strap, fake, told, beats, pass } = await connected(context);
  fake.isNear = false;
  fake.drop();
  let tries = 0;
  const { connect } = fake.gatt;
  fake.gatt.connect = () => {
    tries += 1;
    return connect();
  };
  await pass(60_000);
  assert.ok(tries >= 9 && tries <= 14, `${tries}`);
  assert.equal(strap.detail, "strap.browser_busy");
  assert.ok(told.includes("strap.retrying"));
  fake.isNear = true;
  await beats(12);
  assert.equal(strap.detail, null);
});

test("the wait is .5 to 8 s, 20 % more or less", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 99].map((failures) => backOffMs(failures, 0.5)), [500, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.deepEqual([backOffMs(1, 0), backOffMs(1, 1)].map(Math.round), [400, 600]);
});

test("a silence of five seconds is a lost link, also while it says that it is connected", async (context) => {
  const { fake, told, beats, pass } = await connected(context);
  await beats(5);
  await pass(4000);
  assert.ok(!told.some((one) => one?.[0] === "lost"));
  await pass(2100);
  assert.deepEqual(told.filter((one) => one?.[0] === "lost"), [["lost", "silence"]]);
  assert.equal(fake.connections, 2);
});

test("a strap that connects and sends nothing is let go and tried again", async (context) => {
  const { strap, fake, told, pass } = page(context);
  await strap.choose();
  await pass(5100);
  assert.ok(told.includes("strap.silent"));
  assert.equal(fake.gatt.connected, false);
  await pass(1000);
  assert.equal(fake.connections, 2);
});

test("connecting that hangs is given up", async (context) => {
  const { strap, fake, pass, beats } = page(context);
  fake.hangs = true;
  await strap.choose();
  await pass(20_100);
  assert.equal(strap.detail, "strap.retrying");
  fake.hangs = false;
  await pass(1000);
  await beats(1);
  assert.equal(strap.detail, null);
});

test("doubled notifications are dropped, equal ones later are not", async (context) => {
  const { fake, names, pass } = await connected(context);
  const before = names().length;
  for (const ms of [100, 1000, 0]) {
    fake.send("2a37", "1043aa03");
    fake.send("2a37", "1043aa03");
    await pass(ms);
  }
  assert.equal(names().length - before, 2);
});

test("a page that closes lets the strap go at once and says so; one that comes back goes on with it", async (context) => {
  const { strap, fake, told, heard, beats, pass } = await connected(context);
  strap.leave("page_closed");
  assert.equal(fake.gatt.connected, false);
  assert.ok(told.some((one) => one?.[0] === "lost" && one[1] === "page_closed"));
  const before = heard.length;
  await pass(60_000);
  assert.deepEqual([heard.length, fake.connections], [before, 1]);
  strap.comeBack();
  await pass(100);
  await beats(1);
  assert.equal(fake.connections, 2);
});

test("another strap is chosen: the first is let go, and stays so", async (context) => {
  const { strap, bluetooth, fake, told, pass, beats } = await connected(context);
  const other = new globalThis.FakeBluetooth().strap;
  other.id = "strap-2";
  bluetooth.strap = other;
  await strap.choose();
  await pass(100);
  await beats(1);
  assert.deepEqual([fake.gatt.connected, other.gatt.connected], [false, true]);
  assert.deepEqual(told.filter((one) => Array.isArray(one)).map(([what]) => what), ["connected", "lost", "connected"]);
  bluetooth.refuses = ["NotFoundError", "User cancelled the requestDevice() chooser."];
  await strap.choose();
  assert.equal(strap.detail, null);
});

test("Bluetooth that is switched off is said, and on again it goes on by itself", async (context) => {
  const { strap, bluetooth, fake, pass, beats } = await connected(context);
  bluetooth.isOn = false;
  fake.isNear = false;
  fake.drop();
  await pass(30_000);
  assert.equal(strap.detail, "strap.browser_bluetooth_off");
  [bluetooth.isOn, fake.isNear] = [true, true];
  bluetooth.dispatchEvent(new Event("availabilitychanged"));
  await pass(0);
  await beats(1);
  assert.deepEqual([strap.detail, fake.connections], [null, 2]);
});

test("after a reload the strap is found again where the browser remembers it, else a tap is asked for", async (context) => {
  const bluetooth = new globalThis.FakeBluetooth();
  bluetooth.getDevices = async () => [{ id: "another" }, bluetooth.strap];
  const { strap, pass, beats } = page(context, { bluetooth, remembered: { strap: "strap-1" } });
  await strap.begin();
  await pass(100);
  await beats(1);
  assert.deepEqual([strap.detail, bluetooth.chosen], [null, 0]);
});

test("a reload without that, a first visit, and Bluetooth that is off each have their sentence", async (context) => {
  const { strap, bluetooth, remembered } = page(context);
  await strap.begin();
  assert.deepEqual([strap.detail, strap.needsTap], ["strap.browser_tap", true]);
  remembered.strap = "strap-1";
  await strap.begin();
  assert.equal(strap.detail, "strap.browser_tap_again");
  bluetooth.isOn = false;
  await strap.begin();
  assert.equal(strap.detail, "strap.browser_bluetooth_off");
  bluetooth.isOn = true;
  bluetooth.dispatchEvent(new Event("availabilitychanged"));
  assert.equal(strap.detail, "strap.browser_tap");
});

// Messages: Chromium's own.
const REFUSED = {
  "User cancelled the requestDevice() chooser.": "cancelled",
  "User denied the browser permission to scan for Bluetooth devices.": "denied",
  "Bluetooth permission has been blocked.": "denied",
  "Web Bluetooth API globally disabled.": "blocked",
  "User or their enterprise policy has disabled Web Bluetooth.": "blocked",
  "Bluetooth adapter not available.": "bluetooth_off",
  "Bluetooth Low Energy not available.": "bluetooth_off",
  "something new": "cancelled",
};

test("what choosing ends in has its sentence, and a tap helps", async (context) => {
  const { strap, bluetooth } = page(context);
  for (const [message, name] of Object.entries(REFUSED)) {
    bluetooth.refuses = ["NotFoundError", message];
    await strap.choose();
    assert.deepEqual([strap.detail, strap.needsTap], [`strap.browser_${name}`, true], message);
  }
  assert.equal(refusal(new DOMException("Access to the feature is disallowed by permissions policy.", "SecurityError")), "strap.browser_blocked");
});

test("a browser that cannot is told from one that may not", () => {
  const agents = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "unsupported",
    "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0": "unsupported",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1": "ios",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15": "unsupported",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36": "linux",
    [CHROME]: "unsupported",
  };
  const at = (userAgent, isSecureContext, more = {}) => obstacle({ navigator: { userAgent, maxTouchPoints: 0, ...more }, isSecureContext });
  for (const [agent, name] of Object.entries(agents)) assert.equal(at(agent, true), `strap.browser_${name}`, agent);
  assert.equal(at(CHROME, false), "strap.browser_insecure");
  assert.equal(at(Object.keys(agents)[3], false, { maxTouchPoints: 5 }), "strap.browser_ios");
  assert.equal(at(Object.keys(agents)[0], false), "strap.browser_unsupported");
  assert.equal(at(CHROME, true, { bluetooth: {} }), null);
});

test("a browser that cannot reach a strap asks for no tap", async () => {
  const on = { changed: () => assert.fail("nothing changes") };
  const cannot = new Strap({ on, scope: { navigator: { userAgent: "Firefox/140.0" }, isSecureContext: true }, memory: {} });
  await cannot.begin();
  assert.deepEqual([cannot.canChoose, cannot.needsTap, cannot.detail], [false, false, "strap.browser_unsupported"]);
});

test("brand and model make a name", () => {
  assert.equal(modelOf("Polar Electro Oy", "H10"), "Polar H10");
  assert.equal(modelOf("Wahoo Fitness", "Wahoo TICKR"), "Wahoo TICKR");
  assert.deepEqual([modelOf(null, "H10"), modelOf("Polar", null), modelOf(null, null)], ["H10", "Polar", null]);
});
