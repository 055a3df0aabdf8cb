// The words a person reads: the same small formatter as biofeedback/lang/__init__.py, tested on the same fixture.

const MINUS = "\u2212";
const DAY = "2026-11-22".length;

function numberText(value, decimals, words) {
  const digits = decimals === null ? String(Math.abs(value)) : Math.abs(value).toFixed(decimals);
  const sign = value < 0 && /[1-9]/.test(digits) ? MINUS : "";
  return sign + digits.replace(".", words["format.decimal"] ?? ".");
}

// Moments are told on this device's clock; a day is that day everywhere.
function dateText(value, words) {
  const at = new Date(value.length === DAY ? `${value}T00:00` : value);
  return `${at.getDate()} ${words["format.months"].split("|")[at.getMonth()]} ${at.getFullYear()}`;
}

// UTC, UTC+1, UTC−3:30, out of "14:05:00 GMT+0100 (CET)".
function offsetText(value) {
  const [, sign, hours, rest] = /GMT(.)(..)(..)/.exec(new Date(value).toTimeString());
  const far = Number(hours) + (rest > 0 ? `:${rest}` : "");
  return far === "0" ? "UTC" : `UTC${sign === "-" ? MINUS : sign}${far}`;
}

const MOMENT = { date: dateText, time: (value) => new Date(value).toTimeString().slice(0, 5), offset: offsetText };

function plain(value, words) {
  return typeof value === "number" ? numberText(value, null, words) : String(value);
}

// The text up to the brace that closes the one at `start`.
function braced(text, start) {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return text.slice(start + 1, at);
  }
  throw new Error(`a brace is not closed in: ${text}`);
}

function pluralText(rest, value, values, words) {
  const branches = {};
  let at = 0;
  for (let open = rest.indexOf("{"); open >= 0; open = rest.indexOf("{", at)) {
    const body = braced(rest, open);
    branches[rest.slice(at, open).trim()] = body;
    at = open + body.length + 2;
  }
  const chosen = branches[value === 1 ? "one" : "other"];
  return formatted(chosen.replaceAll("#", plain(value, words)), values, words);
}

function placeholder(body, values, words) {
  const [name, kind, ...rest] = body.split(",");
  const key = name.trim();
  if (!(key in values)) throw new Error(`no value for {${key}}`);
  const value = values[key];
  if (kind === undefined) return plain(value, words);
  if (kind.trim() === "number") return numberText(value, Number(rest[0] ?? 0), words);
  if (kind.trim() in MOMENT) return MOMENT[kind.trim()](String(value), words);
  if (kind.trim() === "plural") return pluralText(rest.join(","), value, values, words);
  throw new Error(`unknown kind of placeholder: ${kind.trim()}`);
}

export function formatted(text, values, words) {
  let out = "";
  let at = 0;
  for (let open = text.indexOf("{"); open >= 0; open = text.indexOf("{", at)) {
    const body = braced(text, open);
    out += text.slice(at, open) + placeholder(body, values, words);
    at = open + body.length + 2;
  }
  return out + text.slice(at);
}

// A function t(key, values) over one language's words; t.has(key) tells whether a key exists.
export function wordsOf(words) {
  const say = (key, values = {}) => {
    if (!(key in words)) throw new Error(`no words for ${key}`);
    return formatted(words[key], values, words);
  };
  say.has = (key) => key in words;
  say.language = words["language.code"];
  return say;
}
