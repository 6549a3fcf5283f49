// The list of results below a search form: as the reader types, by mouse and by keyboard.
(function (search) {
  "use strict";
  var SHOWN = 20, PAUSE = 60, prepared = null;

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function marked(name, className, parts) {
    var made = element(name, className);
    parts.forEach(function (part) { made.append(part.hit ? element("mark", "", part.text) : part.text); });
    return made;
  }

  // The address of a section, with the words to mark there (landing.js).
  function address(result, terms) {
    var words = new URLSearchParams();
    search.spellings(result.section, terms).forEach(function (word) { words.append("highlight", word); });
    var query = words.toString() ? "?" + words : "";
    return document.documentElement.dataset.content_root + result.page.url + query + "#" + encodeURIComponent(result.section.id);
  }

  function item(result) {
    var made = element("li"), link = element("a"), section = result.section, terms = search.termsMet(prepared, result);
    var place = [result.page.title, section.trail].filter(function (each) { return each && each !== section.title; });
    var excerpt = search.excerpt(section, terms);
    link.href = address(result, terms);
    if (place.length) link.append(element("span", "search-place", place.join(" › ")));
    link.append(marked("span", "search-title", search.marked(section.title, terms)));
    link.append(marked(excerpt.isCode ? "code" : "span", "search-excerpt", excerpt.parts));
    made.append(link);
    return made;
  }

  function summary(count, query) {
    var texts = prepared.data.texts;
    var text = count === 0 ? texts.none : count === 1 ? texts.one : texts.many;
    return text.replace("{n}", count).replace("{query}", query);
  }

  function show(box, query) {
    var results = query.trim() ? search.find(prepared, query) : [];
    box.querySelector(".search-summary").textContent = query.trim() ? summary(results.length, query.trim()) : "";
    box.querySelector("ul").replaceChildren.apply(box.querySelector("ul"), results.slice(0, SHOWN).map(item));
    box.classList.toggle("empty", !query.trim());
    box.scrollTop = 0;
  }

  // Arrow keys walk from the field through the results and back; everything else is the links' own.
  function walk(event, input, box) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    var stops = [input].concat(Array.from(box.querySelectorAll("a"))), at = stops.indexOf(document.activeElement);
    var next = stops[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }

  // The search page keeps the query in its address, so that going back finds it again.
  function remember(query) {
    var url = new URL(location.href);
    url.searchParams.set("q", query);
    try { history.replaceState(null, "", url); } catch (error) { /* not allowed for pages on a disk */ }
  }

  function listen(form, input, box, isPage) {
    var waiting = 0, update = function (event) {
      if (event.isComposing) return;      // half of a Chinese word is no word
      clearTimeout(waiting);
      waiting = setTimeout(function () {
        show(box, input.value);
        if (isPage) remember(input.value);
      }, PAUSE);
    };
    input.addEventListener("input", update);
    input.addEventListener("compositionend", update);
    form.parentElement.addEventListener("keydown", function (event) { walk(event, input, box); });
    form.addEventListener("submit", function (event) { if (isPage) event.preventDefault(); });
    show(box, input.value);
  }

  search.attach = function (form) {
    if ("searched" in form.dataset) return;
    form.dataset.searched = "";
    prepared = prepared || search.prepare(search.index);
    var input = form.querySelector("input"), isPage = Boolean(form.closest(".bd-search-container"));
    var box = element("section", "empty"), status = element("p", "search-summary");
    box.id = "search-results";
    box.setAttribute("aria-label", prepared.data.texts.label);
    status.setAttribute("role", "status");
    box.append(status, element("ul"));
    form.after(box);
    if (isPage) {
      input.value = new URLSearchParams(location.search).get("q") || input.value;
      input.focus();
    }
    listen(form, input, box, isPage);
  };
})(bookSearch);
