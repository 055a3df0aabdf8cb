// Questions to the server.

const LONGEST_MS = 20_000;
export const WORKED_MS = 155_000; // a little longer than the server takes at most, for a session of a day on a busy machine

export let aheadMs = 0; // of the server's clock

// `code` is a key of the language files where there is one; status 0: no answer.
export class Refused extends Error {
  constructor(status, code = null, detail = "") {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, detail });
  }
}

// What the server answers, or null where that is nothing.
export async function ask(method, path, body, longestMs = LONGEST_MS) {
  const sent = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method, signal: AbortSignal.timeout(longestMs), ...sent }).catch((error) => {
    throw new Refused(0, null, error.message);
  });
  const content = await answer.json().catch(() => null);
  aheadMs = (Date.parse(answer.headers.get("date")) || Date.now()) - Date.now();
  if (!answer.ok) throw new Refused(answer.status, content?.code, content?.detail);
  return content;
}
