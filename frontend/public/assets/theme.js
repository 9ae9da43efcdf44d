// Runs before the first paint, so that a dark page never flashes white. A file of its own because the
// Content Security Policy forbids inline scripts. Keep the key and the names in step with src/theme/theme.ts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("quarry.theme");
  } catch {
    // Storage may be switched off: then the page follows the system.
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "g100" : "white";
})();
