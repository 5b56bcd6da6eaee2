// The service worker: keeps the files of one version of the app, so that any page of it opens without network.
// It never touches the API, pages that the server renders, other origins, or anything but GET.
// The generator fills in ASSETS (path -> SHA-256 of its content), LATE (those of them that only staff need), and paths with all
// below them: SERVER (the server's own) and STAFF (the provider's own pages, a program of their own).
"use strict";
const VERSION = "{{.Version}}";
const ASSETS = {{.Assets}};
const LATE = {{.Late}};
const SERVER = {{.Server}};
const STAFF = {{.Staff}};
const PAGES = ["/", "/hub"]; // of the two programs
const CACHE = "countersign-" + VERSION;
const EXACT = { ignoreVary: true }; // the path says all; encodings differ, contents do not

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

// A file that does not have its hash fails the installation, and the version before goes on working.
// There is no skipWaiting here: edits may wait in an open page, which says when it is ready.
async function install() {
  const staff = await ofStaff();
  const cache = await caches.open(CACHE);
  await Promise.all(Object.keys(ASSETS).filter((path) => staff || !LATE.includes(path)).map((path) => load(cache, path)));
}

// ofStaff reports whether the provider's own pages are in use in this browser: one is open, or was kept before.
async function ofStaff() {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return open.some((page) => pageOf(new URL(page.url)) !== "/") || !!(await caches.match("/hub", EXACT));
}

const below = (path, list) => list.some((start) => path === start || path.startsWith(start + "/"));

// pageOf is the page that an address is answered with.
function pageOf(url) {
  const staff = below(url.pathname, STAFF) || (url.pathname === "/account" && url.searchParams.get("as") === "staff");
  return staff && LATE.length ? "/hub" : "/";
}

async function activate() {
  await drop((name) => name !== CACHE);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  const message = event.data ?? {};
  switch (message.type) {
    case "skip-waiting":
      event.waitUntil(self.skipWaiting());
      break;
    case "wipe":
      event.waitUntil(wipe(event.ports[0]));
      break;
    case "goapp:notify":
      event.waitUntil(notify(message.options ?? {}));
      break;
  }
});

// wipe forgets every kept file; the next page that is opened online keeps them again. What a page that stays open still
// asks for comes from the server, and is not kept.
let wiped = false;
async function wipe(port) {
  wiped = true;
  await drop(() => true);
  port?.postMessage(true);
}

async function drop(which) {
  for (const name of await caches.keys()) {
    if (name.startsWith("countersign-") && which(name)) await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (below(url.pathname, SERVER)) return;
  if (url.pathname in ASSETS && !PAGES.includes(url.pathname)) {
    if (!wiped) event.respondWith(answer(url.pathname));
    return;
  }
  if (request.mode === "navigate" && !/\.[^/]+$/.test(url.pathname)) {
    wiped = false;
    const page = pageOf(url);
    event.respondWith(answer(page));
    event.waitUntil(refresh(page));
  }
});

// answer gives the kept copy if it still has its hash; a forged or missing one is replaced from the server.
async function answer(path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path, EXACT);
  if (kept && (await right(path, kept.clone()))) return kept;
  await cache.delete(path, EXACT);
  return load(cache, path).catch(() => fetch(path));
}

// load fetches a file of this version and keeps it; what the browser's own cache holds is used only if it is right.
async function load(cache, path) {
  let response = await fetch(path);
  if (!(await right(path, response.clone()))) {
    response = await fetch(path, { cache: "reload" });
    if (!(await right(path, response.clone()))) throw new Error(`${path}: not the file of this version`);
  }
  await cache.put(path, response.clone());
  return response;
}

// refresh renews the shell's headers (its content policy) behind the answer, and looks for a newer version.
async function refresh(page) {
  try {
    await load(await caches.open(CACHE), page);
  } catch {
    await self.registration.update().catch(() => {});
  }
}

async function right(path, response) {
  if (!response?.ok) return false;
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return ASSETS[path] === Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}

async function notify(options) {
  const { title, path, actions = [], ...rest } = options;
  const paths = Object.fromEntries(actions.map((a) => [a.action, a.path]));
  await self.registration.showNotification(title ?? "Countersign", { ...rest, actions, data: { path, paths } });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path, paths = {} } = event.notification.data ?? {};
  event.waitUntil(show(paths[event.action] ?? path ?? "/"));
});

async function show(path) {
  const [page] = await self.clients.matchAll({ type: "window" });
  if (!page) return self.clients.openWindow(path);
  await page.focus();
  page.postMessage({ goapp: { type: "notification", path } });
}
