// Questions to the server, and what to tell a person when it refuses.

const LONGEST_MS = 20_000;

// What a status says where the server gives no code that has words.
const BY_STATUS = { 0: "offline", 401: "sign_in_first", 403: "not_allowed", 404: "not_found", 409: "conflict", 422: "not_valid", 429: "too_many_tries", 503: "unavailable" };

let aheadMs = 0; // of the server's clock, so that a time left is right on a device with a wrong clock

export class Refused extends Error {
  constructor(status, code = null, detail = "") {
    super(`${status} ${code ?? ""} ${detail}`);
    Object.assign(this, { status, code, detail });
  }
}

async function contentOf(answer) {
  try {
    return await answer.json();
  } catch {
    return null; // none, or no JSON
  }
}

// What the server answers, or null where it answers with nothing. Throws Refused.
export async function ask(method, path, body) {
  const asked = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, { method, signal: AbortSignal.timeout(LONGEST_MS), ...asked });
  } catch (error) {
    throw new Refused(0, null, error.message);
  }
  const content = await contentOf(answer);
  aheadMs = (Date.parse(answer.headers.get("date")) || Date.now()) - Date.now();
  if (!answer.ok) throw new Refused(answer.status, content?.code, content?.detail);
  return content;
}

// Milliseconds from now until a time of the server.
export function msUntil(utc) {
  return Date.parse(utc) - Date.now() - aheadMs;
}

// A key of the language files and its values, for what was refused.
export function refusalWords(t, { status, code, detail }) {
  const key = [code, `error.${code}`, `error.${BY_STATUS[status]}`].find((one) => one && t.has(one));
  return [key ?? "error.unknown", { detail: typeof detail === "string" ? detail : "" }];
}
