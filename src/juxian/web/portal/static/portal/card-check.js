// Checks the code of a talent card in the browser: signature and last day without a network, the state with one.
(function () {
  "use strict";
  var box = document.getElementById("card-check");
  if (!box) return;
  var form = box.querySelector("form"), area = form.querySelector("textarea"), out = document.getElementById("card-result");
  var keys = JSON.parse(box.dataset.keys).keys, kinds = JSON.parse(box.dataset.kinds), place = box.dataset.place;
  var say = function (name) { return box.dataset[name]; };
  var SHAPE = /^JXC\d{1,2}\.[0-9a-f]{16}\.[A-Za-z0-9_-]{4,400}\.[A-Za-z0-9_-]{86}$/;

  function bytes(text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (sign) { return sign.charCodeAt(0); });
  }
  function claims(content) {
    var found = {};
    new TextDecoder("utf-8", { fatal: true }).decode(bytes(content)).split("\n").forEach(function (line) {
      var at = line.indexOf("=");
      found[line.slice(0, at)] = line.slice(at + 1);
    });
    return found;
  }
  function today() {
    return new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date()).replace(/-/g, "");
  }
  function lastDay(until) {
    var day = new Date(Date.UTC(+until.slice(0, 4), +until.slice(4, 6) - 1, +until.slice(6)) - 86400000);
    return day.toISOString().slice(0, 10);
  }
  async function verified(code) {
    if (!SHAPE.test(code)) return { word: "shape" };
    var parts = code.split(".");
    if (parts[0] !== "JXC1") return { word: "version" };
    var key = keys.find(function (one) { return one.kid === parts[1]; });
    if (!key) return { word: "key" };
    if (!window.crypto || !crypto.subtle) return { word: "unable" };
    var good, found;
    try {
      var ready = await crypto.subtle.importKey("raw", bytes(key.x), { name: "Ed25519" }, false, ["verify"]);
      var signed = new TextEncoder().encode(parts.slice(0, 3).join("."));
      good = await crypto.subtle.verify({ name: "Ed25519" }, ready, bytes(parts[3]), signed);
    } catch (error) { return { word: "unable" }; }
    if (!good) return { word: "signature" };
    try { found = claims(parts[2]); } catch (error) { return { word: "shape" }; }
    if (found.p !== place) return { word: "place", claims: found };
    return { word: today() < found.u && !(found.s && today() < found.s) ? "signed" : "expired", claims: found };
  }
  async function state(code) {
    try {
      var answer = await fetch(form.action, {
        method: "POST", headers: { Accept: "application/json" }, body: new FormData(form), credentials: "same-origin" });
      return answer.ok && /json/.test(answer.headers.get("Content-Type")) ? await answer.json() : null;
    } catch (error) { return null; }
  }
  function line(name, value) {
    if (!value) return;
    var pair = document.createElement("div"), term = document.createElement("dt"), words = document.createElement("dd");
    pair.className = "pair"; term.textContent = name; words.textContent = value;
    pair.append(term, words); out.lastChild.append(pair);
  }
  function show(found, online) {
    var tone = "bad", words = say("say" + found.word[0].toUpperCase() + found.word.slice(1)) || found.word, told = "";
    if (found.word === "signed") { tone = online ? "ok" : "warn"; told = online ? "" : say("offline"); }
    if (found.word === "expired" || found.word === "unable") tone = "warn";
    if (online && (found.word === "signed" || found.word === "expired" || found.word === "unable")) {
      words = online.words; tone = online.standing === "valid" ? "ok" : online.standing === "expired" ? "warn" : "bad";
    }
    var alert = document.createElement("div"), strong = document.createElement("b"), list = document.createElement("dl");
    alert.className = "alert " + tone; alert.dataset.standing = online ? online.standing : found.word;
    strong.textContent = words; alert.append(strong, told ? " " + told : ""); list.className = "kv kv-1";
    out.replaceChildren(alert, list);
    if (!found.claims) return;
    var kind = kinds[found.claims.k] || { title: found.claims.k, levels: {} };
    line(say("kind"), kind.title);
    line(say("level"), kind.levels[found.claims.l] || found.claims.l);
    line(say("number"), found.claims.n);
    line(say("holder"), found.claims.h);
    line(say("until"), lastDay(found.claims.u));
  }
  async function check() {
    var code = area.value.trim();
    if (!code) return;
    var found = await verified(code);
    show(found, null);
    var asks = ["signed", "expired", "unable"].indexOf(found.word) >= 0;
    var online = asks && navigator.onLine !== false ? await state(code) : null;
    if (online && area.value.trim() === code) show(found, online);
  }
  form.addEventListener("submit", function (event) { event.preventDefault(); check(); });

  // The page without anybody's name, its style and its scripts stay for the time without a network.
  async function keep() {
    if (!("serviceWorker" in navigator) || !window.caches) return;
    try {
      await navigator.serviceWorker.register(box.dataset.worker);
      await navigator.serviceWorker.ready;
      var kept = await caches.open("juxian-cards-1"), parts = document.querySelectorAll("link[rel=stylesheet],script[src]");
      await kept.addAll(Array.from(parts, function (part) { return part.href || part.src; }));
      var page = await fetch(location.pathname, { credentials: "omit" });
      if (page.ok) await kept.put(location.pathname, page);
      document.getElementById("card-kept").hidden = false;
    } catch (error) { /* without a network the page that was kept goes on */ }
  }
  keep();

  var camera = document.getElementById("card-camera"), video = document.getElementById("card-video");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  camera.hidden = false;
  camera.addEventListener("click", async function () {
    var detector = new window.BarcodeDetector({ formats: ["qr_code"] }), stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }); }
    catch (error) { camera.hidden = true; return; }
    video.srcObject = stream; video.hidden = false; await video.play();
    var timer = setInterval(async function () {
      var seen = await detector.detect(video).catch(function () { return []; });
      if (!seen.length) return;
      clearInterval(timer); stream.getTracks().forEach(function (track) { track.stop(); });
      video.hidden = true; area.value = seen[0].rawValue; check();
    }, 250);
  });
})();
