// The words a person reads: the same small formatter as biofeedback/lang/__init__.py, tested on the same fixture.

const MINUS = "\u2212";

function numberText(value, decimals, words) {
  const digits = decimals === null ? String(Math.abs(value)) : Math.abs(value).toFixed(decimals);
  const sign = value < 0 && /[1-9]/.test(digits) ? MINUS : "";
  return sign + digits.replace(".", words["format.decimal"] ?? ".");
}

function dateText(value, words) {
  const [year, month, day] = String(value).slice(0, 10).split("-").map(Number);
  return `${day} ${words["format.months"].split("|")[month - 1]} ${year}`;
}

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
  if (kind.trim() === "date") return dateText(value, words);
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
