// What to tell a person when the server refuses.

// Where the server gives no code that has words.
const BY_STATUS = { 0: "offline", 401: "sign_in_first", 403: "not_allowed", 404: "not_found", 409: "conflict", 422: "not_valid", 429: "too_many_tries" };

// A key of the language files and its values.
export function refusalWords(t, { status, code, detail }) {
  const key = [`error.${code}`, `error.${status >= 500 ? "unavailable" : BY_STATUS[status]}`].find((one) => t.has(one));
  return [key ?? "error.unknown", { detail: typeof detail === "string" ? detail : "" }];
}
