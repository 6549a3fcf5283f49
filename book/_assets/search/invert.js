// From sections to postings: for each term the sections that have it, and how much it counts there.
(function (search) {
  "use strict";
  // What a word counts, by where it stands; in the first two less the longer they are.
  var FIELDS = { text: 1, code: 0.4, title: 5, trail: 1, chapter: 1.5, names: 2, defines: 8 };
  var LENGTH = { text: 0.4, code: 0.4 };

  function averages(counted) {
    var sums = {};
    counted.forEach(function (fields) {
      Object.keys(fields).forEach(function (field) { sums[field] = (sums[field] || 0) + fields[field].length; });
    });
    Object.keys(sums).forEach(function (field) { sums[field] = sums[field] / counted.length || 1; });
    return sums;
  }

  function countTerms(found) {
    var counts = new Map();
    found.forEach(function (each) { counts.set(each.term, (counts.get(each.term) || 0) + 1); });
    return counts;
  }

  function add(postings, term, place, share) {
    var places = postings.get(term);
    if (!places) postings.set(term, places = new Map());
    places.set(place, (places.get(place) || 0) + share);
  }

  // The terms that a section has from the titles around it alone: they help, but are nothing to be led to.
  function borrowed(fields) {
    var own = new Set();
    ["text", "code", "title", "names", "defines"].forEach(function (field) {
      fields[field].forEach(function (each) { own.add(each.term); });
    });
    var around = fields.trail.concat(fields.chapter).map(function (each) { return each.term; });
    return new Set(around.filter(function (term) { return !own.has(term); }));
  }

  // { sections, pages: term -> Map(place -> weighted count), … }; a word counts less in a longer text.
  search.invert = function (data) {
    var sections = new Map(), pages = new Map();
    var counted = data.sections.map(function (section) {
      var fields = {};
      Object.keys(FIELDS).forEach(function (field) {
        fields[field] = search.terms(field === "chapter" ? data.pages[section.page].title : section[field] || "");
      });
      return fields;
    });
    var usual = averages(counted);
    counted.forEach(function (fields, place) {
      Object.keys(fields).forEach(function (field) {
        var length = LENGTH[field] || 0, share = FIELDS[field] / (1 - length + length * Math.max(1, fields[field].length / usual[field]));
        countTerms(fields[field]).forEach(function (count, term) {
          add(sections, term, place, share * count);
          add(pages, term, data.sections[place].page, share * count);
        });
      });
    });
    return { sections: sections, pages: pages, borrowed: counted.map(borrowed), size: counted.length, rarity: new Map() };
  };

  // How often the book has each word, to find what a misspelt one was meant to be.
  search.vocabulary = function (index) {
    var counts = new Map();
    index.sections.forEach(function (places, term) {
      if (term[0] === "=") counts.set(term.slice(1), places.size);
    });
    return counts;
  };
})(bookSearch);
