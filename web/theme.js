// Runs before the first paint, so that the theme does not flash: the chosen one, else the device's.
(() => {
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem("biofeedback.theme"));
  } catch {
    // No storage: the device's own preference holds.
  }
  document.documentElement.dataset.theme = theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
})();
