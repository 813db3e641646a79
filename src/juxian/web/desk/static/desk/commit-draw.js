// Makes the slip of a contributor in the browser (JX-DRAW-1). Value and nonce have no name and are never posted with the commitment.
(function () {
  "use strict";
  var form = document.getElementById("slip-form"), revealing = document.getElementById("slip-reveal");
  var PROTOCOL = "JX-DRAW-1", LONGEST = 200, INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;
  function byId(name) { return document.getElementById(name); }
  function hex(bytes) { return Array.from(bytes, function (x) { return x.toString(16).padStart(2, "0"); }).join(""); }
  function unhex(text) { return Uint8Array.from(text.match(/../g), function (x) { return parseInt(x, 16); }); }
  function random(count) { return hex(crypto.getRandomValues(new Uint8Array(count))); }
  function prefixed(parts) {
    var size = parts.reduce(function (sum, part) { return sum + 4 + part.length; }, 0), out = new Uint8Array(size), at = 0;
    parts.forEach(function (part) {
      new DataView(out.buffer).setUint32(at, part.length);
      out.set(part, at + 4);
      at += 4 + part.length;
    });
    return out;
  }
  function commitment(slip) {
    var utf8 = new TextEncoder();
    var parts = [utf8.encode(PROTOCOL + "|commit"), unhex(slip.pool_hash), utf8.encode(slip.name), unhex(slip.nonce), utf8.encode(slip.value)];
    return crypto.subtle.digest("SHA-256", prefixed(parts)).then(function (found) { return hex(new Uint8Array(found)); });
  }
  function plain(text) { return text.trim().normalize("NFC"); }
  function isValue(text) { return text && Array.from(text).length <= LONGEST && !INVISIBLE.test(text); }

  if (form) {
    var sealed = form.elements.sealed, kept = null;
    if (!window.crypto || !crypto.subtle) {
      byId("slip-unable").textContent = form.dataset.unable;
      byId("slip-unable").hidden = false;
    } else {
      byId("slip-make").hidden = false;
      byId("slip-value").value = random(8);
    }
    var make = function () {
      var value = plain(byId("slip-value").value);
      var wrong = byId("slip-value-wrong");
      wrong.textContent = isValue(value) ? "" : form.dataset.empty;
      if (wrong.textContent) return byId("slip-value").focus();
      var slip = { protocol: PROTOCOL, pool_hash: form.dataset.pool, name: form.dataset.name, nonce: random(32), value: value };
      commitment(slip).then(function (found) {
        slip.commitment = sealed.value = found;
        kept = slip;
        sealed.readOnly = true;
        byId("slip-value-out").textContent = slip.value;
        byId("slip-nonce-out").textContent = slip.nonce;
        byId("slip-kept").hidden = byId("slip-safe").hidden = false;
        byId("slip-saved").required = true;
        byId("slip-saved").checked = false;
        byId("slip-download").focus();
      });
    };
    byId("slip-start").addEventListener("click", make);
    byId("slip-value").addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); make(); }
    });
    byId("slip-download").addEventListener("click", function () {
      var link = document.createElement("a"), text = JSON.stringify(kept, null, 1) + "\n";
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = form.dataset.file;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    });
  }
  if (revealing) {
    byId("slip-choose").hidden = false;
    byId("slip-file").addEventListener("change", function () {
      var file = this.files[0], wrong = byId("slip-file-wrong");
      if (file) file.text().then(function (text) {
        var slip = JSON.parse(text);
        if (slip.protocol !== PROTOCOL || slip.pool_hash !== revealing.dataset.pool) throw new Error("another draw");
        revealing.elements.value.value = slip.value;
        revealing.elements.nonce.value = slip.nonce;
        wrong.textContent = "";
      }).catch(function () { wrong.textContent = revealing.dataset.bad; });
    });
  }
})();
