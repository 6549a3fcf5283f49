// Loads the search when the reader opens it, and not before: the index is as large as a chapter.
var bookSearch = {};
(function (search) {
  "use strict";
  var FILES = ["stemmer", "words", "typos", "query", "invert", "rank", "excerpt", "results", "index"];
  var folder = document.currentScript.src.replace(/[^/]*$/, ""), loading = null;
  // The scripts may lie beside both editions (tools/shared_files.py); the index lies in the page's own.
  var ownFolder = document.documentElement.dataset.content_root + "_static/search/";

  function add(name) {
    return new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = (name === "index" ? ownFolder : folder) + name + ".js";
      script.async = false;             // run them in this order, fetch them side by side
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  // Once; after a failure (the network is gone) it is tried again.
  function load() {
    loading = loading || Promise.all(FILES.map(add)).catch(function (error) { loading = null; throw error; });
    return loading;
  }

  // A form lists its results below itself as soon as the search is there; until then Enter leads to the search page.
  function open(form) {
    load().then(function () { search.attach(form); }, function () { /* typing tries again, Enter still leads on */ });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var ownPage = document.querySelector(".bd-search-container form.bd-search");
    if (ownPage) open(ownPage);
    document.addEventListener("input", function (event) {
      var form = event.target.closest("form.bd-search");
      if (form) open(form);
    });
    var dialog = document.getElementById("pst-search-dialog");
    if (!dialog) return;
    new MutationObserver(function () {
      if (dialog.open) open(dialog.querySelector("form"));
    }).observe(dialog, { attributeFilter: ["open"] });
  });
})(bookSearch);
