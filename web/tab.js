// What this tab remembers when its page is loaded anew. Nothing of it outlives the tab.

export const tab = {
  recall(name) {
    try {
      return JSON.parse(sessionStorage.getItem(`biofeedback.${name}`));
    } catch {
      return null; // storage may be blocked, or hold something else
    }
  },

  // Whether there was room for it.
  remember(name, value) {
    try {
      sessionStorage.setItem(`biofeedback.${name}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
};
