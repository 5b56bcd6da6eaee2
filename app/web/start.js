// Runs before the style sheet is applied, on every page: puts the person's theme and language on <html>, and gives the
// app the few things that need the page's own script. It is a file because the content policy allows no inline script.
(() => {
  "use strict";
  const root = document.documentElement;

  // Where the browser refuses storage, the mere look at it throws, and that would end the WebAssembly. The page has one of its
  // own then, for as long as it is open.
  const ownStorage = () => {
    const all = new Map();
    return {
      get length() { return all.size; },
      key: (i) => [...all.keys()][i] ?? null,
      getItem: (key) => all.get(String(key)) ?? null,
      setItem: (key, value) => { all.set(String(key), String(value)); },
      removeItem: (key) => { all.delete(String(key)); },
      clear: () => all.clear(),
    };
  };
  try {
    void localStorage.length;
  } catch {
    Object.defineProperty(window, "localStorage", { configurable: true, value: ownStorage() });
  }

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

  // The sentences of each language are a file of their own. The person's begins to load here, along with the
  // WebAssembly. What can't be had is "", and asked for again the next time.
  const sentences = {};
  const bring = (locale) => {
    sentences[locale] ??= load(document.querySelector(`meta[name="sentences-${locale}"]`).content).catch((err) => {
      console.error(err);
      delete sentences[locale];
      return "";
    });
    return sentences[locale];
  };
  const load = async (path) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.text();
  };
  bring(root.lang);

  const failure = {
    en: ["Countersign could not be loaded. Check your connection, then load the page again.", "Load again"],
    fr: ["Countersign n’a pas pu être chargé. Vérifiez votre connexion, puis rechargez la page.", "Recharger"],
  };

  const worker = async () => (await navigator.serviceWorker?.getRegistration("/")) ?? null;

  // newest has the newest version installed, if there is one that is not.
  const newest = async (registration) => {
    await registration.update().catch(() => { /* offline: the one at hand will do */ });
    const coming = registration.installing;
    if (coming) await new Promise((resolve) => coming.addEventListener("statechange", resolve, { once: true }));
  };
  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

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
    // sentences resolves to the text of a language's file, "" when it can't be had.
    sentences: bring,
    // fetchSentences gets those of the other languages when the browser has time: switching must not depend on the network.
    fetchSentences() {
      const all = () => locales.forEach(bring);
      if (window.requestIdleCallback) requestIdleCallback(all, { timeout: 5000 });
      else setTimeout(all, 1000);
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
    // reload takes the newest version, and loads the page again. It waits for neither for long: a network can swallow
    // everything, and a worker that still waits for it gives way late.
    async reload() {
      const again = () => location.reload();
      const registration = await worker();
      if (registration && !registration.waiting) await Promise.race([newest(registration), pause(10000)]);
      if (!registration?.waiting) return again();
      navigator.serviceWorker.addEventListener("controllerchange", () => { clearTimeout(late); again(); }, { once: true });
      const late = setTimeout(again, 5000);
      registration.waiting.postMessage({ type: "skip-waiting" });
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
