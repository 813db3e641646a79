// Passkeys: a form marked data-passkey asks the browser and posts what it gives. Without WebAuthn the form stays hidden.
(function () {
  "use strict";
  if (!window.PublicKeyCredential) return;
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (char) { return char.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function read(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    ["allowCredentials", "excludeCredentials"].forEach(function (name) {
      (options[name] || []).forEach(function (known) { known.id = bytes(known.id); });
    });
    return options;
  }
  function written(made) {
    var response = { clientDataJSON: text(made.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (made.response[name]) response[name] = text(made.response[name]);
    });
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: response,
      clientExtensionResults: {}, authenticatorAttachment: made.authenticatorAttachment || undefined
    });
  }
  function question(form) {
    if (form.dataset.options) return Promise.resolve(JSON.parse(form.dataset.options));
    var body = new FormData(form);
    return fetch(form.action, { method: "POST", body: body, credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (told) { return told.options; });
  }
  function start(form) {
    var told = form.querySelector("[role=status]"), button = form.querySelector("button");
    told.hidden = true;
    button.disabled = true;
    question(form).then(function (options) {
      var asked = { publicKey: read(options) };
      return form.dataset.passkey === "create" ? navigator.credentials.create(asked) : navigator.credentials.get(asked);
    }).then(function (made) {
      var box = form.elements.credential;
      box.value = written(made);
      box.disabled = false;
      form.submit();
    }).catch(function () {
      told.hidden = false;
      button.disabled = false;
    });
  }
  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); start(form); });
    if (form.dataset.passkey === "create") start(form);
  });
})();
