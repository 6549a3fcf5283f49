// Small helpers of the book's pages. Without JavaScript the pages read just as well.

// The place that the reader is at, as an id that both editions have (book/_ext/anchors.py): what the address names, as
// long as it is in view, else the last heading above the upper third of the window. Empty at the top of the page.
function placeOfReader() {
  var shown = function (element) { return element && element.getClientRects().length > 0; };
  var named = document.getElementById(location.hash.slice(1));
  var mark = named && named.matches("section") ? named.querySelector("h1, h2, h3, h4, h5, h6") : named;
  if (location.hash && shown(mark)) {
    var box = mark.getBoundingClientRect();
    if (box.bottom > 0 && box.top < innerHeight) return location.hash;
  }
  var place = "";
  document.querySelectorAll(".bd-article section[id] > :is(h2, h3, h4, h5, h6)").forEach(function (heading) {
    if (shown(heading) && heading.getBoundingClientRect().top <= innerHeight / 3) place = heading.parentElement.id;
  });
  return place && "#" + place;
}

// The language switch leads there; also into a new tab, with the middle button or from the menu. The choice of edition
// is remembered: the site's first page obeys it.
["pointerdown", "click"].forEach(function (kind) {
  document.addEventListener(kind, function (event) {
    var link = event.target.closest && event.target.closest("a[data-edition]");
    if (!link) return;
    link.hash = placeOfReader();
    if (kind === "pointerdown") return;
    try { localStorage.setItem("edition", link.dataset.edition); } catch (error) { /* storage may be switched off */ }
  });
});

// Paper is light whatever the screen is, and shows the code that is folded; hints and solutions stay as the reader left
// them. Afterwards all is as before.
var beforePrint = null;
function dressForPaper(printing) {
  var root = document.documentElement;
  if (printing === (beforePrint !== null)) return;      // both the events and the query below call
  if (printing) {
    beforePrint = {theme: root.dataset.theme, folded: document.querySelectorAll("details.hide:not([open])")};
    root.dataset.theme = "light";
  } else {
    root.dataset.theme = beforePrint.theme;
  }
  beforePrint.folded.forEach(function (details) { details.open = printing; });
  if (!printing) beforePrint = null;
}
addEventListener("beforeprint", function () { dressForPaper(true); });
addEventListener("afterprint", function () { dressForPaper(false); });
matchMedia("print").addEventListener("change", function (query) { dressForPaper(query.matches); });

// A drawer (the chapters or the page's contents, on a narrow window) closes once an entry is chosen.
document.addEventListener("click", function (event) {
  var drawer = event.target.closest && event.target.closest("a[href]") && event.target.closest("dialog[open]");
  if (drawer) drawer.close();
});

// A cell is one stop of the Tab key: its copy button, put into the code that it copies. There the code need be no stop
// of its own to be scrolled: the button passes on the arrow keys.
addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll(".bd-article pre + button.copybtn").forEach(function (button) {
    var code = button.previousElementSibling;
    code.append(button);
    button.addEventListener("keydown", function (event) {
      var step = {ArrowLeft: -48, ArrowRight: 48}[event.key];
      if (!step || code.scrollWidth <= code.clientWidth) return;
      code.scrollLeft += step;
      event.preventDefault();
    });
  });
});

// A box that scrolls sideways must be reachable by keyboard; one that does not scroll should be no tab stop.
var SCROLL_BOXES = ".bd-article pre, .bd-article .cell_output .output, .bd-article .drawing-box, .bd-article .pst-scrollable-table-container, .bd-article .math";
function markScrollBoxes() {
  document.querySelectorAll(SCROLL_BOXES).forEach(function (box) {
    if (box.scrollWidth > box.clientWidth + 1 && !box.querySelector("button.copybtn")) {
      box.tabIndex = 0;
    } else if (box.tabIndex === 0) {
      box.removeAttribute("tabindex");
    }
  });
}
addEventListener("load", function () {
  markScrollBoxes();
  new ResizeObserver(markScrollBoxes).observe(document.body);   // also when a picture has arrived
  Promise.resolve(window.MathJax && MathJax.startup.promise)    // and once the formulas have their fonts
    .then(function () { return document.fonts.ready; }).then(markScrollBoxes);
});

// On a phone a wide table's rows are cards (styles/tables.css), and each cell says its column's name.
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll(".bd-article table.table").forEach(function (table) {
    var names = Array.from(table.querySelectorAll("thead th"), function (head) { return head.textContent.trim(); });
    if (names.length < 3) return;
    table.classList.add("cards");
    table.querySelectorAll("tbody tr").forEach(function (row) {
      Array.from(row.cells).forEach(function (cell, i) { cell.dataset.column = names[i] || ""; });
    });
  });
});

// What a cell prints is folded to its first lines (styles/folds.css) when it has more than these.
var MOST_LINES = 20;
var LINES = {en: ["Show all N lines", "Show fewer lines"], zh: ["展开全部 N 行", "收起"]};
addEventListener("DOMContentLoaded", function () {
  var words = LINES[document.documentElement.lang.slice(0, 2)] || LINES.en;
  document.querySelectorAll(".bd-article .cell_output pre").forEach(function (output) {
    var count = output.textContent.trimEnd().split("\n").length, button = document.createElement("button");
    if (count <= MOST_LINES) return;
    function fold(folded) {
      output.classList.toggle("folded-lines", folded);
      button.textContent = folded ? words[0].replace("N", count) : words[1];
      button.setAttribute("aria-expanded", !folded);
    }
    button.className = "all-lines";
    button.addEventListener("click", function () { fold(!output.classList.contains("folded-lines")); });
    output.after(button);
    fold(true);
  });
});
