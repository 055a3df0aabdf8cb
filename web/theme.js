// Runs before the first paint, so that a chosen theme does not flash.
(() => {
  try {
    const theme = JSON.parse(localStorage.getItem("biofeedback.theme"));
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the device's own preference holds.
  }
})();
