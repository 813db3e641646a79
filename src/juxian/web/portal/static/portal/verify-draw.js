// Recomputes a transcript of JX-DRAW-1 in the browser: every check of core/allocation/verifier.py, in the same order.
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
  function byCodePoint(a, b) {
    if (a === b) return 0;
    var one = Array.from(a), two = Array.from(b);
    for (var i = 0; i < one.length && i < two.length; i++) {
      if (one[i] !== two[i]) return one[i].codePointAt(0) - two[i].codePointAt(0);
    }
    return one.length - two.length;
  }
  var ASTRAL = /[\ud800-\udfff]/, LONE = /\p{Cs}/u;
  function before(a, b) { return ASTRAL.test(a + b) ? byCodePoint(a, b) < 0 : a < b; }
  function canonical(data) {
    if (Array.isArray(data)) return "[" + data.map(canonical).join(",") + "]";
    if (data && typeof data === "object") {
      var keys = Object.keys(data).sort(function (a, b) { return a === b ? 0 : before(a, b) ? -1 : 1; });
      return "{" + keys.map(function (key) { return JSON.stringify(key) + ":" + canonical(data[key]); }).join(",") + "}";
    }
    require(typeof data !== "string" || !LONE.test(data), "file");
    return JSON.stringify(data);
  }
  function hashed(text) { return hex(sha256(bytes(text))); }
  function same(a, b) { return canonical(a) === canonical(b); }
  function Wrong(field) { this.field = field; }
  function require(holds, field) { if (!holds) throw new Wrong(field); }
  function isWhole(number) { return typeof number === "boolean" || Number.isSafeInteger(number); }
  function has(object, key) { return Object.prototype.hasOwnProperty.call(object, key); }
  function part(object, key) { require(object && typeof object === "object" && has(object, key), "file"); return object[key]; }

  // Is there a flow within (from, to, least, most)? What must flow is sent from “+” to “-” along shortest paths.
  function circulates(edges) {
    var room = new Map(), surplus = new Map(), possible = true;
    function ways(node) { if (!room.has(node)) room.set(node, new Map()); return room.get(node); }
    function add(node, amount) { surplus.set(node, (surplus.get(node) || 0) + amount); }
    edges.forEach(function (edge) {
      ways(edge[0]).set(edge[1], edge[3] - edge[2]);
      ways(edge[1]).set(edge[0], 0);
      add(edge[1], edge[2]); add(edge[0], -edge[2]);
      possible = possible && edge[2] <= edge[3];
    });
    ways("+");
    surplus.forEach(function (amount, node) {
      var start = amount > 0 ? "+" : node, end = amount > 0 ? node : "-";
      ways(start).set(end, Math.abs(amount)); ways(end).set(start, 0);
    });
    while (Array.from(ways("+").values()).some(Boolean)) {
      var came = new Map([["+", []]]), queue = ["+"];
      for (var i = 0; i < queue.length; i++) {
        var node = queue[i];
        ways(node).forEach(function (left, after) {
          if (left > 0 && !came.has(after)) { came.set(after, came.get(node).concat([[node, after]])); queue.push(after); }
        });
      }
      if (!came.has("-")) return false;
      var path = came.get("-"), push = Math.min.apply(null, path.map(function (step) { return room.get(step[0]).get(step[1]); }));
      path.forEach(function (step) {
        ways(step[0]).set(step[1], ways(step[0]).get(step[1]) - push);
        ways(step[1]).set(step[0], ways(step[1]).get(step[0]) + push);
      });
    }
    return possible;
  }

  // Members by cell (their values of the one or two attributes under quota): can they still become a full panel?
  function Panel(frozen) {
    var pool = frozen.pool, quotas = frozen.rule.quotas, names = [], self = this;
    this.size = frozen.rule.size;
    quotas.forEach(function (quota) {
      require(isWhole(part(quota, "least")) && isWhole(part(quota, "most")) && typeof part(quota, "value") === "string", "file");
      if (names.indexOf(part(quota, "attribute")) < 0) names.push(quota.attribute);
    });
    require(names.length <= 2, "frozen.rule.quotas");
    var columns = names.map(function (name) { return part(pool.groups, name); }), shared = JSON.stringify(["", ""]);
    this.cell = new Map(); this.able = new Map(); this.taken = new Map(); this.refused = new Map(); this.pair = new Map();
    this.pair.set(shared, ["", ""]);
    pool.entries.forEach(function (entry, k) {
      require(columns.every(function (column) { return k < column.length; }), "file");
      var pair = [columns[0] ? columns[0][k] : "", columns[1] ? columns[1][k] : ""], key = names.length ? JSON.stringify(pair) : shared;
      self.cell.set(entry, key); self.pair.set(key, pair); self.able.set(key, (self.able.get(key) || 0) + 1);
    });
    Object.keys(pool.barred).forEach(function (entry) {
      require(self.cell.has(entry), "file");
      self.able.set(self.cell.get(entry), self.able.get(self.cell.get(entry)) - 1);
    });
    var present = [new Set(), new Set()], wanted = [new Set(), new Set()];
    this.able.forEach(function (count, key) { [0, 1].forEach(function (axis) { present[axis].add(self.pair.get(key)[axis]); }); });
    quotas.forEach(function (quota) { if (quota.value) wanted[names.indexOf(quota.attribute)].add(quota.value); });
    this.bounds = [0, 1].map(function (axis) {
      var found = new Map();
      new Set([...present[axis], ...wanted[axis]]).forEach(function (value) {
        var least = 0, most = self.size;
        quotas.forEach(function (quota) {
          if (quota.attribute !== names[axis] || (quota.value !== value && (quota.value || !present[axis].has(value)))) return;
          least = Math.max(least, quota.least); most = Math.min(most, quota.most);
        });
        found.set(value, [least, most]);
      });
      return found;
    });
  }
  Panel.prototype.completable = function () {
    var self = this, edges = [];
    this.able.forEach(function (able, key) {
      var pair = self.pair.get(key);
      edges.push(["0" + pair[0], "1" + pair[1], self.taken.get(key) || 0, able]);
    });
    this.bounds.forEach(function (found, axis) {
      found.forEach(function (bounds, value) {
        edges.push(axis ? ["1" + value, "total", bounds[0], bounds[1]] : ["panel", "0" + value, bounds[0], bounds[1]]);
      });
    });
    edges.push(["total", "panel", this.size, this.size]);
    return circulates(edges);
  };
  // Empty: one of this cell is taken and counted. A refusal lasts until somebody declines.
  Panel.prototype.refuses = function (key) {
    var self = this;
    if (!this.refused.has(key)) {
      this.count(key, 1);
      if (this.able.size === 1 || this.completable()) return "";
      this.count(key, -1);
      var full = [0, 1].some(function (axis) {
        var value = self.pair.get(key)[axis], sum = 0;
        self.taken.forEach(function (times, other) { if (self.pair.get(other)[axis] === value) sum += times; });
        return sum >= self.bounds[axis].get(value)[1];
      });
      this.refused.set(key, full ? "limit" : "held");
    }
    return this.refused.get(key);
  };
  Panel.prototype.count = function (key, change) { this.taken.set(key, (this.taken.get(key) || 0) + change); };

  function checkFrozen(body) {
    var frozen = part(body, "frozen"), pool = part(frozen, "pool"), rule = part(frozen, "rule"), entries = part(pool, "entries");
    var found = hashed(canonical({ protocol: part(body, "protocol"), frozen: frozen }));
    require(body.protocol === "JX-DRAW-1", "protocol");
    require(part(body, "pool_hash") === found, "pool_hash");
    require(entries.every(function (entry) { return typeof entry === "string"; }), "file");
    require(entries.every(function (entry, k) { return !k || before(entries[k - 1], entry); }), "frozen.pool.entries");
    var givers = part(frozen, "contributors"), names = new Set(), roles = new Set();
    givers.forEach(function (one) { names.add(part(one, "name")); roles.add(part(one, "role")); });
    require(roles.has("organiser") && roles.has("witness") && names.size === givers.length, "frozen.contributors");
    require(isWhole(part(rule, "size")), "file");
    require(part(rule, "odd") ? rule.size % 2 : rule.size >= 0, "frozen.rule.size");
    require(isWhole(part(frozen, "attempt")), "file");
    require(frozen.attempt > 1 === Boolean(part(frozen, "previous")), "frozen.attempt");
    part(rule, "quotas"); part(pool, "groups"); part(pool, "barred");
    var panel = new Panel(frozen);
    require(panel.completable(), "frozen.rule");
    return panel;
  }

  function checkChance(body) {
    var salt = unhex(body.pool_hash), failures = [], material = [], frozen = body.frozen, committed = new Map(), shown = new Map();
    part(body, "commitments").forEach(function (one) { committed.set(part(one, "name"), part(one, "commitment")); });
    part(body, "reveals").forEach(function (one) { shown.set(part(one, "name"), [part(one, "nonce"), part(one, "value")]); });
    frozen.contributors.forEach(function (one) {
      var given = shown.get(one.name), nonce = given ? given[0] : "", value = given ? given[1] : "", isPublic = one.role === "public";
      require(typeof value === "string" && typeof one.name === "string", "file");
      require(/^([0-9a-f]{64})?$/.test(nonce), "reveals." + one.name);
      var own = prefixed([bytes(one.name), unhex(nonce), bytes(value)]);
      material.push(own);
      var sealed = hex(sha256(joined([prefixed([bytes("JX-DRAW-1|commit"), salt]), own])));
      var absent = !isPublic && !committed.has(one.name) ? "not_committed" : given ? "" : "not_revealed";
      var fits = isPublic ? !nonce : nonce && committed.get(one.name) === sealed;
      if (absent || !fits) failures.push({ name: one.name, reason: absent || "no_fit" });
      require(fits || part(body, "state") === "void", "reveals." + one.name);
    });
    require(same(part(body, "failures"), failures), "failures");
    require(part(body, "state") === (failures.length ? "void" : "drawn"), "state");
    var info = joined([bytes("JX-DRAW-1|" + part(frozen, "draw") + "|" + frozen.attempt), new Uint8Array([1])]);
    require(part(body, "seed") === (failures.length ? "" : hex(hmac(hmac(salt, joined(material)), info))), "seed");
  }

  function checkResult(body, panel) {
    var pool = body.frozen.pool, entries = pool.entries, points = part(pool, "points"), seed = unhex(body.seed), members = [], declined = [];
    require(Array.isArray(points) && (!seed.length || !points.length || points.length >= entries.length) && points.every(isWhole), "file");
    var rows = seed.length ? entries.map(function (entry, k) { return [points.length ? +points[k] : 0, hex(hmac(seed, bytes(entry))), entry]; }) : [];
    rows.sort(function (a, b) { return b[0] - a[0] || (a[1] < b[1] ? -1 : 1); });
    var order = rows.map(function (row) { return row[2]; });
    require(same(part(body, "order"), order), "order");
    require(Boolean(part(body, "rounds").length) === Boolean(seed.length), "rounds");
    body.rounds.forEach(function (row, number) {
      var taken = [], skips = [], leaver = part(row, "declined");
      require(number ? members.indexOf(leaver) >= 0 : leaver === "", "rounds[" + number + "].declined");
      if (number) {
        members.splice(members.indexOf(leaver), 1);
        declined.push(leaver);
        var cell = panel.cell.get(leaver);
        panel.refused = new Map();
        panel.able.set(cell, panel.able.get(cell) - 1);
        panel.count(cell, -1);
      }
      var passed = new Set(members.concat(declined)), left = panel.size - members.length;
      if (panel.completable()) order.forEach(function (entry) {
        if (passed.has(entry) || taken.length >= left) return;
        var reason = (has(pool.barred, entry) && pool.barred[entry]) || panel.refuses(panel.cell.get(entry));
        if (reason) skips.push([entry, reason]); else taken.push(entry);
      });
      require(same(row, { declined: leaver, taken: taken, skips: skips }), "rounds[" + number + "]");
      members = members.concat(taken);
    });
    require(same(part(body, "selected"), members), "selected");
  }

  function checkPrevious(frozen, previous) {
    var old = part(JSON.parse(previous), "body"), again = Object.assign({}, part(old, "frozen"));
    again.attempt = old.frozen.attempt + 1;
    again.previous = part(JSON.parse(previous), "sha256");
    again.contributors = frozen.contributors;
    require(same(frozen, again) && old.state === "void" && !firstDifference(previous), "frozen.previous");
  }

  // The name of the first part that differs; empty when all agree. poolHash: as published at the freeze; previous: the void file.
  function firstDifference(text, poolHash, previous) {
    try {
      var whole = JSON.parse(text), body = part(whole, "body"), panel = checkFrozen(body);
      require(!poolHash || poolHash === body.pool_hash, "pool_hash");
      checkChance(body);
      checkResult(body, panel);
      var spelled = canonical(body), digest = hashed(spelled);
      require(part(whole, "sha256") === digest, "sha256");
      require(text === '{"body":' + spelled + ',"sha256":"' + digest + '"}\n' && text.normalize("NFC") === text, "file");
      if (previous) checkPrevious(body.frozen, previous);
      return "";
    } catch (error) { return error instanceof Wrong ? error.field : "file"; }
  }
  function plainText(buffer) { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(buffer); }
  window.verifyDraw = firstDifference;

  var box = document.getElementById("draw-check"), result = document.getElementById("draw-check-result");
  if (!box) return;
  function tell(words) { result.textContent = words; }
  function load(address) {
    if (!address) return Promise.resolve("");
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.arrayBuffer();
    }).then(plainText);
  }
  function check(text, previous) {
    var wrong = firstDifference(text, box.dataset.pool, previous);
    tell(wrong ? box.dataset.bad + wrong : box.dataset.good);
  }
  document.getElementById("draw-check-start").addEventListener("click", function () {
    Promise.all([load(box.dataset.file), load(box.dataset.previous)]).then(function (texts) { check(texts[0], texts[1]); })
      .catch(function () { tell(box.dataset.unread); });
  });
  document.getElementById("draw-check-choose").hidden = false;
  document.getElementById("draw-check-file").addEventListener("change", function () {
    if (this.files[0]) this.files[0].arrayBuffer().then(plainText).then(function (text) { check(text, ""); })
      .catch(function () { tell(box.dataset.bad + "file"); });
  });
})();
