// Comforts only: every page works without this file.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closeMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
    var own = /^[a-z]$/.test(event.key) && document.querySelector('[data-key="' + event.key + '"]');
    if (own) { event.preventDefault(); own.click(); return; }
    if (event.key !== "/") return;
    var box = document.querySelector(".top input[type=search], .filters input[type=search]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });
  document.addEventListener("click", function (event) { closeMenus(event.target); });
  function closeMenus(inside) {
    document.querySelectorAll("details.menu[open], .bottom details[open]").forEach(function (menu) {
      if (!inside || !menu.contains(inside)) menu.open = false;
    });
  }
  function focusErrors(root) {
    var summary = root.querySelector && root.querySelector("#errors");
    if (summary) summary.focus();
  }
  document.addEventListener("htmx:afterSwap", function (event) { focusErrors(event.target); });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-print]");
    if (button) window.print();
  });
  focusErrors(document);
})();
