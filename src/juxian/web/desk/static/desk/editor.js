// The text of a policy: colours, numbers of lines, words to complete, mistakes that lead to their line. Without this file it is a plain box.
(function () {
  "use strict";
  var box = document.querySelector("textarea[data-words]");
  if (!box) return;
  var PROSE = /^\s*(?:-\s*)?(?:zh|en|title|summary|note|document|source|quote|article|label)\s*:/;
  var TOKEN = /(#.*$)|((?<![\w-])[\w-]+(?=:(?:\s|$)))|(\b\d[\d.]*(?:[A-Za-z\u4e00-\u9fff]{1,2}|%)?)|(\b(?:and|or|not|in|has)\b)|(["'][^"']*["'])/g;
  var KINDS = ["comment", "key", "amount", "word", "text"];
  var editor = box.parentNode, back = make("pre", "code back"), gutter = make("pre", "code gutter"), list = make("ul", "suggest");
  var fields = known(), chosen = -1, wrong = {};

  back.setAttribute("aria-hidden", "true");
  gutter.setAttribute("aria-hidden", "true");
  list.id = "suggest"; list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", editor.dataset.suggest);
  editor.insertBefore(back, box); editor.append(gutter, list);
  editor.classList.add("lit");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "suggest");

  box.addEventListener("input", function () { draw(); suggest(); });
  box.addEventListener("scroll", follow);
  box.addEventListener("blur", close);
  box.addEventListener("click", close);
  box.addEventListener("keydown", keys);
  list.addEventListener("mousedown", function (event) {
    event.preventDefault(); // the box keeps the focus
    var item = event.target.closest("li");
    if (item) insert(item.textContent);
  });
  document.addEventListener("click", function (event) {
    var word = event.target.closest("[data-insert]"), line = event.target.closest("[data-go]");
    if (word) insert(word.dataset.insert);
    if (line) go(Number(line.dataset.go));
  });
  document.addEventListener("htmx:afterSwap", mistakes);
  draw(); mistakes();

  function make(name, kind) { var made = document.createElement(name); made.className = kind; return made; }

  function piece(text, kind) {
    if (!kind) return document.createTextNode(text);
    var made = make("span", "y-" + kind);
    made.textContent = text;
    return made;
  }

  function draw() {
    back.replaceChildren(); gutter.replaceChildren();
    box.value.split("\n").forEach(function (row, index) {
      var at = 0, prose = PROSE.test(row);
      row.replace(TOKEN, function () {
        var found = arguments[0], offset = arguments[arguments.length - 2];
        var kind = KINDS[Array.prototype.slice.call(arguments, 1, 6).findIndex(Boolean)];
        if (prose && kind !== "key" && kind !== "comment") kind = "";
        back.append(piece(row.slice(at, offset)), piece(found, kind));
        at = offset + found.length;
        return found;
      });
      back.append(piece(row.slice(at) + "\n"));
      var number = make("span", wrong[index + 1] || "");
      number.textContent = index + 1;
      gutter.append(number, "\n");
    });
    follow();
  }

  function follow() { back.scrollTop = gutter.scrollTop = box.scrollTop; back.scrollLeft = box.scrollLeft; }

  function mistakes() {
    wrong = {}; fields = known();
    document.querySelectorAll("#checked .problem[data-line]").forEach(function (problem) {
      var line = problem.dataset.line, where = problem.querySelector(".problem-where");
      if (wrong[line] !== "error") wrong[line] = problem.classList.contains("error") ? "error" : "warning";
      if (!where || where.tagName === "BUTTON") return;
      var button = make("button", "problem-where link");
      button.type = "button"; button.dataset.go = line; button.textContent = where.textContent;
      where.replaceWith(button);
    });
    draw();
  }

  function go(line) {
    var rows = box.value.split("\n"), start = rows.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    box.focus();
    box.setSelectionRange(start, start + (rows[line - 1] || "").length);
    box.scrollTop = Math.max(0, (line - 6) * 20);
  }

  function known() { // field → its levels, in their order
    var found = new Map();
    document.querySelectorAll("#words li").forEach(function (item) {
      var words = Array.prototype.map.call(item.querySelectorAll("[data-insert]"), function (button) { return button.dataset.insert; });
      found.set(words[0], words.slice(1));
    });
    document.querySelectorAll(".points [data-insert]").forEach(function (button) { found.set(button.dataset.insert, []); });
    return found;
  }

  function row() { return box.value.slice(0, box.selectionStart).split("\n").pop(); }
  function begun() { return /[\w\u4e00-\u9fff]*$/.exec(row())[0]; }

  function offered() {
    if (PROSE.test(row())) return [];
    var word = begun(), compared = /([\w\u4e00-\u9fff.]+)\s*(?:[=!]=|[<>]=?|\bin\b|\bhas\b)\s*\(?(?:[\w\u4e00-\u9fff]+,\s*)*[\w\u4e00-\u9fff]*$/.exec(row());
    var levels = compared && fields.get(compared[1]);
    if (!levels && word.length < (/[\u4e00-\u9fff]/.test(word) ? 1 : 2)) return [];
    return (levels || Array.from(fields.keys()))
      .filter(function (one) { return one.indexOf(word) >= 0 && one !== word; })
      .sort(function (a, b) { return levels ? 0 : a.indexOf(word) - b.indexOf(word); })
      .slice(0, 8);
  }

  function suggest() {
    var words = box.readOnly ? [] : offered();
    close();
    if (!words.length) return;
    words.forEach(function (word, index) {
      var item = make("li", "");
      item.id = "suggest-" + index; item.textContent = word;
      item.setAttribute("role", "option");
      list.append(item);
    });
    var pen = document.createElement("canvas").getContext("2d"), line = box.value.slice(0, box.selectionStart).split("\n").length;
    pen.font = getComputedStyle(box).font;
    list.style.left = Math.min(52 + pen.measureText(row()).width - box.scrollLeft, box.clientWidth - 160) + "px";
    list.style.top = 7 + line * 20 - box.scrollTop + "px";
    list.hidden = false;
  }

  function close() {
    list.hidden = true; list.replaceChildren(); chosen = -1;
    box.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    chosen = (index + list.children.length) % list.children.length;
    Array.prototype.forEach.call(list.children, function (item, at) { item.setAttribute("aria-selected", String(at === chosen)); });
    box.setAttribute("aria-activedescendant", "suggest-" + chosen);
  }

  function keys(event) {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
    else if (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) insert(list.children[Math.max(chosen, 0)].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  function insert(word) {
    if (box.readOnly) return;
    var start = box.selectionStart - begun().length;
    box.focus();
    box.setRangeText(word, start, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }
})();
