// Gives the check page back when there is no network. Only its own folder; nothing of anybody is kept.
"use strict";
var NAME = "juxian-cards-1";
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", function (event) {
  if (event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).catch(function () {
    return caches.open(NAME).then(function (kept) {
      return kept.match(event.request, { ignoreVary: true, ignoreSearch: true });
    }).then(function (found) { return found || Response.error(); });
  }));
});
