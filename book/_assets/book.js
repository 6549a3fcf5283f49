// Small helpers of the book's pages. Without JavaScript the pages read just as well.

// Remember the edition that the reader chose (the site's first page obeys it), and keep the place within the page.
document.addEventListener("click", function (event) {
  var link = event.target.closest && event.target.closest("a[data-edition]");
  if (!link) return;
  try { localStorage.setItem("edition", link.dataset.edition); } catch (error) { /* storage may be switched off */ }
  link.hash = location.hash;
});

// What is folded must be on the printed page too; afterwards it is folded again.
addEventListener("beforeprint", function () {
  document.querySelectorAll("details:not([open])").forEach(function (details) {
    details.open = true;
    details.dataset.openedToPrint = "";
  });
});
addEventListener("afterprint", function () {
  document.querySelectorAll("details[data-opened-to-print]").forEach(function (details) {
    details.open = false;
    delete details.dataset.openedToPrint;
  });
});

// A box that scrolls sideways must be reachable by keyboard; one that does not scroll should be no tab stop.
var SCROLL_BOXES = ".bd-article pre, .bd-article .cell_output .output, .bd-article .pst-scrollable-table-container, .bd-article div.math";
function markScrollBoxes() {
  document.querySelectorAll(SCROLL_BOXES).forEach(function (box) {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
    } else if (box.tabIndex === 0) {
      box.removeAttribute("tabindex");
    }
  });
}
addEventListener("load", function () {
  markScrollBoxes();
  new ResizeObserver(markScrollBoxes).observe(document.body);   // also when a formula or a picture has arrived
});
