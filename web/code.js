// A code as it was typed: capitals or not, with spaces or without, an O for a 0.

export const LENGTH = 8;
const LOOK_ALIKES = { O: "0", I: "1", L: "1" }; // the code's own letters leave them out

export function codeOf(typed) {
  return [...typed.toUpperCase()].map((one) => LOOK_ALIKES[one] ?? one).filter((one) => /[0-9A-Z]/.test(one)).join("");
}
