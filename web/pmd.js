// Polar measurement data: the commands that start an H10's ECG and acceleration, as biofeedback/core/pmd.py has them.

export const CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8";
export const DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8";

const START = 0x02;
const REPLY = 0xf0;
const [RATE, RESOLUTION, RANGE] = [0, 1, 2];

const low = (value) => value & 0xff;
const u16 = (setting, value) => [setting, 1, low(value), value >> 8];

// Start commands: ECG at 130 Hz in 14 bits, acceleration at 50 Hz in 16 bits up to 2 g.
export const STARTS = [
  [START, 0, ...u16(RATE, 130), ...u16(RESOLUTION, 14)],
  [START, 2, ...u16(RATE, 50), ...u16(RESOLUTION, 16), ...u16(RANGE, 2)],
].map((bytes) => Uint8Array.from(bytes));

// What the control point answered: { op, kind, status }, status 0 is success; null where the bytes are no answer.
export function reply(bytes) {
  return bytes.length >= 4 && bytes[0] === REPLY ? { op: bytes[1], kind: bytes[2], status: bytes[3] } : null;
}

export function isReplyTo(command, bytes) {
  const said = reply(bytes);
  return said !== null && said.op === command[0] && said.kind === command[1];
}
