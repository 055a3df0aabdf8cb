// What a person chose on this device: language, theme, and a few switches. Nothing of it is sent anywhere.

export const LANGUAGES = ["nl", "en"];

export function chooseLanguage(search, stored, preferred) {
  const asked = new URLSearchParams(search).get("lang");
  const candidates = [asked, stored, ...preferred.map((tag) => tag.slice(0, 2).toLowerCase())];
  return candidates.find((code) => LANGUAGES.includes(code)) ?? "nl";
}

export function recall(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`biofeedback.${name}`)) ?? otherwise;
  } catch {
    return otherwise; // storage may be blocked, or hold something else
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`biofeedback.${name}`, JSON.stringify(value));
  } catch {
    // A device that keeps nothing still works; it only forgets.
  }
}
