// Answers with our own page where there is no network. It keeps nothing that belongs to a person.

const SHELF = "offline-1";
const PAGE = "/offline";
const PARTS = ["app", "base", "buttons", "layout", "parts", "items", "places"].map((name) => `/static/css/${name}.css`);
const ALSO = ["/static/vendor/pico.classless.min.css", "/static/vendor/icons.svg", "/static/img/mark.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll([PAGE, ...PARTS, ...ALSO])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELF).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  } else if ([...PARTS, ...ALSO].includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
  }
});
