// Recomputes a transcript of JX-DRAW-1 without quotas in the browser; with quotas, use the stand-alone verifier.
(function () {
  "use strict";
  var K = [], primes = 0;
  for (var n = 2; primes < 64; n++) {
    for (var d = 2; d * d <= n && n % d; d++);
    if (d * d > n) { K[primes++] = Math.floor((Math.cbrt(n) % 1) * 4294967296) | 0; }
  }
  var START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
  function sha256(bytes) {
    var length = bytes.length, padded = new Uint8Array(((length + 72) >> 6) << 6), view = new DataView(padded.buffer);
    padded.set(bytes); padded[length] = 0x80;
    view.setUint32(padded.length - 8, Math.floor(length / 536870912)); view.setUint32(padded.length - 4, (length << 3) >>> 0);
    var h = START.map(function (x) { return x | 0; }), w = new Int32Array(64);
    function turn(x, k) { return (x >>> k) | (x << (32 - k)); }
    for (var at = 0; at < padded.length; at += 64) {
      for (var i = 0; i < 64; i++) {
        if (i < 16) { w[i] = view.getInt32(at + 4 * i); continue; }
        var p = w[i - 15], q = w[i - 2];
        w[i] = (w[i - 16] + (turn(p, 7) ^ turn(p, 18) ^ (p >>> 3)) + w[i - 7] + (turn(q, 17) ^ turn(q, 19) ^ (q >>> 10))) | 0;
      }
      var s = h.slice();
      for (i = 0; i < 64; i++) {
        var one = (s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i]) | 0;
        var two = ((turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
        s = [(one + two) | 0, s[0], s[1], s[2], (s[3] + one) | 0, s[4], s[5], s[6]];
      }
      h = h.map(function (x, j) { return (x + s[j]) | 0; });
    }
    var out = new Uint8Array(32), outView = new DataView(out.buffer);
    h.forEach(function (x, j) { outView.setInt32(4 * j, x); });
    return out;
  }
  var utf8 = new TextEncoder();
  function bytes(text) { return utf8.encode(text); }
  function hex(found) { return Array.from(found, function (x) { return x.toString(16).padStart(2, "0"); }).join(""); }
  function unhex(text) { return new Uint8Array((text.match(/../g) || []).map(function (x) { return parseInt(x, 16); })); }
  function joined(parts) {
    var out = new Uint8Array(parts.reduce(function (sum, part) { return sum + part.length; }, 0)), at = 0;
    parts.forEach(function (part) { out.set(part, at); at += part.length; });
    return out;
  }
  function prefixed(parts) {
    return joined(parts.map(function (part) {
      var length = part.length;
      return joined([new Uint8Array([length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]), part]);
    }));
  }
  function hmac(key, data) {
    var block = new Uint8Array(64); block.set(key);
    function pad(x) { return block.map(function (y) { return y ^ x; }); }
    return sha256(joined([pad(0x5c), sha256(joined([pad(0x36), data]))]));
  }
  function canonical(data) {
    if (Array.isArray(data)) return "[" + data.map(canonical).join(",") + "]";
    if (data && typeof data === "object") {
      return "{" + Object.keys(data).sort().map(function (key) { return JSON.stringify(key) + ":" + canonical(data[key]); }).join(",") + "}";
    }
    return JSON.stringify(data);
  }
  function same(a, b) { return canonical(a) === canonical(b); }
  // The name of the first part that differs; empty when all agree.
  function firstDifference(text, poolHash) {
    var whole = JSON.parse(text), body = whole.body, frozen = body.frozen, pool = frozen.pool, salt = unhex(body.pool_hash);
    if (hex(sha256(bytes(canonical({ frozen: frozen, protocol: body.protocol })))) !== body.pool_hash || body.protocol !== "JX-DRAW-1") return "pool_hash";
    if (poolHash && poolHash !== body.pool_hash) return "pool_hash";
    var committed = {}, shown = {}, failures = [], material = [];
    body.commitments.forEach(function (one) { committed[one.name] = one.commitment; });
    body.reveals.forEach(function (one) { shown[one.name] = one; });
    frozen.contributors.forEach(function (one) {
      var given = shown[one.name], isPublic = one.role === "public";
      var own = prefixed([bytes(one.name), unhex(given ? given.nonce : ""), bytes(given ? given.value : "")]);
      material.push(own);
      var fits = isPublic ? given && !given.nonce : given && given.nonce &&
        committed[one.name] === hex(sha256(joined([prefixed([bytes("JX-DRAW-1|commit"), salt]), own])));
      var absent = !isPublic && !committed[one.name] ? "not_committed" : given ? "" : "not_revealed";
      if (absent || !fits) failures.push({ name: one.name, reason: absent || "no_fit" });
    });
    if (!same(failures, body.failures)) return "failures";
    if (body.state !== (failures.length ? "void" : "drawn")) return "state";
    var seed = failures.length ? new Uint8Array(0) :
      hmac(hmac(salt, joined(material)), joined([bytes("JX-DRAW-1|" + frozen.draw + "|" + frozen.attempt), new Uint8Array([1])]));
    if (hex(seed) !== body.seed) return "seed";
    var order = [], selected = [], declined = [];
    if (!failures.length) {
      var rows = pool.entries.map(function (entry, k) { return [-(pool.points[k] || 0), hex(hmac(seed, bytes(entry))), entry]; });
      rows.sort(function (a, b) { return a[0] - b[0] || (a[1] < b[1] ? -1 : 1); });
      order = rows.map(function (row) { return row[2]; });
    }
    if (!same(order, body.order)) return "order";
    if (Boolean(body.rounds.length) !== Boolean(order.length || !failures.length)) return "rounds";
    for (var r = 0; r < body.rounds.length; r++) {
      var round = body.rounds[r], leaver = round.declined, taken = [], skips = [];
      if (r === 0 ? leaver !== "" : selected.indexOf(leaver) < 0) return "rounds[" + r + "].declined";
      if (r) { declined.push(leaver); selected.splice(selected.indexOf(leaver), 1); }
      var left = frozen.rule.size - selected.length;
      var able = pool.entries.length - Object.keys(pool.barred).length - declined.length;
      if (able >= frozen.rule.size) {
        for (var k = 0; k < order.length && taken.length < left; k++) {
          if (selected.indexOf(order[k]) >= 0 || declined.indexOf(order[k]) >= 0) continue;
          if (pool.barred[order[k]]) skips.push([order[k], pool.barred[order[k]]]); else taken.push(order[k]);
        }
      }
      if (!same(round, { declined: leaver, taken: taken, skips: skips })) return "rounds[" + r + "]";
      selected = selected.concat(taken);
    }
    if (!same(selected, body.selected)) return "selected";
    if (hex(sha256(bytes(canonical(body)))) !== whole.sha256) return "sha256";
    return text === '{"body":' + canonical(body) + ',"sha256":"' + whole.sha256 + '"}\n' ? "" : "file";
  }
  var box = document.getElementById("draw-check"), result = document.getElementById("draw-check-result");
  function tell(words) { result.textContent = words; }
  if (box) document.getElementById("draw-check-start").addEventListener("click", function () {
    fetch(box.dataset.file).then(function (answer) { return answer.text(); }).then(function (text) {
      if (JSON.parse(text).body.frozen.rule.quotas.length) return tell(box.dataset.quotas);
      var wrong = firstDifference(text, box.dataset.pool);
      tell(wrong ? box.dataset.bad + wrong : box.dataset.good);
    }).catch(function (error) { tell(box.dataset.bad + error.message); });
  });
})();
