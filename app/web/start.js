// Runs before the style sheet is applied, on every page: puts the person's theme and language on <html>, and gives the
// app the few things that need the page's own script. It is a file because the content policy allows no inline script.
(() => {
  "use strict";
  const root = document.documentElement;
  const keep = (key, value) => {
    try {
      if (value) localStorage.setItem(key, value);
      else localStorage.removeItem(key);
    } catch { /* storage is off: the choice holds for this page */ }
  };
  const kept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  // theme "light" or "dark" beats the system's; anything else follows it.
  const showTheme = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const locales = ["en", "fr"];
  const showLocale = (locale) => {
    const wanted = [locale, ...(navigator.languages ?? [])].map((l) => (l ?? "").toLowerCase().split("-")[0]);
    root.lang = wanted.find((l) => locales.includes(l)) ?? "en";
  };
  showTheme(kept("countersign.theme"));
  showLocale(kept("countersign.locale"));

  const failure = {
    en: ["Countersign could not be loaded. Check your connection, then load the page again.", "Load again"],
    fr: ["Countersign n’a pas pu être chargé. Vérifiez votre connexion, puis rechargez la page.", "Recharger"],
  };

  const worker = async () => (await navigator.serviceWorker?.getRegistration("/")) ?? null;

  // A page that stays open for days asks for a newer version when somebody comes back to it.
  const hour = 3600 * 1000;
  let asked = Date.now();
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible" || Date.now() - asked < hour) return;
    asked = Date.now();
    (await worker())?.update().catch(() => { /* offline: the next time will do */ });
  });

  window.countersign = {
    setTheme(theme) {
      keep("countersign.theme", theme);
      showTheme(theme);
    },
    setLocale(locale) {
      keep("countersign.locale", locale);
      showLocale(locale);
    },
    // failed says in place of the loader's label that the WebAssembly did not start, and offers to try again.
    failed(label) {
      const [text, again] = failure[root.lang] ?? failure.en;
      const note = document.createElement("p");
      note.setAttribute("role", "alert");
      note.textContent = text;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = again;
      button.addEventListener("click", () => location.reload());
      label.replaceWith(note, button);
    },
    // reload takes the version that waits, if one does, and loads the page again.
    async reload() {
      const waiting = (await worker())?.waiting;
      if (!waiting) return location.reload();
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage({ type: "skip-waiting" });
    },
    // wipe removes the files that the worker keeps; it resolves once they are gone. For signing out.
    async wipe() {
      const active = (await worker())?.active;
      if (!active) return;
      const channel = new MessageChannel();
      const done = new Promise((resolve) => { channel.port1.onmessage = resolve; });
      active.postMessage({ type: "wipe" }, [channel.port2]);
      await done;
    },
  };
})();
