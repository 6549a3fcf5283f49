// Where a search result leads: its words are marked in the section, and the first of them is brought into view.
(function () {
  "use strict";
  var LEFT_OUT = "script, style, button, .headerlink, mjx-container, .math";

  function isHan(character) { return /\p{Script=Han}/u.test(character); }

  // Whole words of Latin letters; Chinese has no spaces to look for.
  function pattern(words) {
    var alternatives = words.slice().sort(function (a, b) { return b.length - a.length; }).map(function (word) {
      var text = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
      var before = isHan(word[0]) ? "" : "(?<![\\p{L}\\p{N}_])", after = isHan(word[word.length - 1]) ? "" : "(?![\\p{L}\\p{N}_])";
      return before + text + after;
    });
    return new RegExp(alternatives.join("|"), "giu");
  }

  // What belongs to the place itself: a term with its definition, a section without its subsections.
  function ownTexts(target) {
    var roots = [target], definition = target.nextElementSibling;
    if (target.tagName === "DT") {
      while (definition && definition.tagName === "DT") definition = definition.nextElementSibling;
      if (definition) roots.push(definition);
    }
    return roots.flatMap(function (root) {
      var texts = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), node;
      while ((node = walker.nextNode())) {
        var section = node.parentElement.closest("section");
        var isOwn = root.tagName !== "SECTION" || section === root;
        if (isOwn && !node.parentElement.closest(LEFT_OUT)) texts.push(node);
      }
      return texts;
    });
  }

  function wrap(node, start, end) {
    var hit = node.splitText(start), mark = document.createElement("mark");
    hit.splitText(end - start);
    mark.className = "search-hit";
    hit.replaceWith(mark);
    mark.append(hit);
  }

  // A hit may cross several nodes: code is coloured word by word.
  function markAll(texts, words) {
    var all = texts.map(function (node) { return node.data; }).join(""), found = Array.from(all.matchAll(pattern(words)));
    var end = all.length;
    texts.slice().reverse().forEach(function (node) {
      var start = end - node.data.length, last = end;
      found.slice().reverse().forEach(function (match) {
        var from = Math.max(match.index, start), to = Math.min(match.index + match[0].length, last);
        if (from < to) wrap(node, from - start, to - start);
      });
      end = start;
    });
  }

  // Into view now, and again when pictures and formulas have moved things, unless the reader has gone on.
  function bringIntoView(mark) {
    var gone = false, leave = function () { gone = true; };
    ["wheel", "touchmove", "keydown", "pointerdown"].forEach(function (name) {
      addEventListener(name, leave, { once: true, passive: true });
    });
    var scroll = function () { if (!gone) mark.scrollIntoView({ block: "center", behavior: "instant" }); };
    for (var fold = mark.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    scroll();
    addEventListener("load", function () {
      scroll();
      Promise.resolve(window.MathJax && MathJax.startup && MathJax.startup.promise).then(scroll);
    });
  }

  function unmark() {
    document.querySelectorAll("mark.search-hit").forEach(function (mark) {
      var parent = mark.parentNode;
      mark.replaceWith.apply(mark, mark.childNodes);
      parent.normalize();
    });
  }

  function land() {
    var url = new URL(location.href), words = url.searchParams.getAll("highlight").filter(Boolean);
    var target = document.getElementById(decodeURIComponent(url.hash.slice(1))) || document.querySelector("article.bd-article");
    if (!words.length || !target) return;
    url.searchParams.delete("highlight");      // a link that is passed on, and a page loaded again, are plain
    try { history.replaceState(history.state, "", url); } catch (error) { /* not allowed for pages on a disk */ }
    markAll(ownTexts(target), words);
    var first = target.querySelector("mark.search-hit");
    if (first) bringIntoView(first);
    addEventListener("keydown", function (event) {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) unmark();
    });
  }

  document.addEventListener("DOMContentLoaded", land);
})();
