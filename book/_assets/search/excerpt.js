// What a result shows: the words around the hit as they stand in the section, and which of them are hits.
(function (search) {
  "use strict";
  var LENGTH = document.documentElement.lang.startsWith("zh") ? 90 : 180, BEFORE = LENGTH / 3;

  // Where the terms stand in a text: [[start, end, term]], in order.
  function hits(text, terms) {
    return search.terms(text).filter(function (each) { return terms.has(each.term); })
      .map(function (each) { return [each.start, each.end, each.term]; })
      .sort(function (a, b) { return a[0] - b[0] || b[1] - a[1]; });
  }

  // The text cut into parts, [{ text, hit }]; hits that touch are one.
  search.marked = function (text, terms) {
    var parts = [], at = 0;
    hits(text, terms).forEach(function (hit) {
      var last = parts[parts.length - 1];
      if (hit[1] <= at) return;
      if (last && last.hit && hit[0] <= at) last.text += text.slice(at, hit[1]);
      else parts.push({ text: text.slice(at, hit[0]), hit: false }, { text: text.slice(hit[0], hit[1]), hit: true });
      at = hit[1];
    });
    return parts.concat({ text: text.slice(at), hit: false }).filter(function (part) { return part.text; });
  };

  // The stretch of a line that has most different terms: { value, line, start }.
  function bestStretch(line, terms) {
    var found = hits(line, terms);
    return found.reduce(function (best, hit) {
      var within = found.filter(function (each) { return each[0] >= hit[0] && each[1] <= hit[0] + LENGTH - BEFORE; });
      var value = new Set(within.map(function (each) { return each[2]; })).size;
      return value > best.value ? { value: value, line: line, start: hit[0] } : best;
    }, { value: 0, line: line, start: 0 });
  }

  // Not in the middle of a word, if one ends nearby.
  function cut(line, start) {
    var from = Math.max(0, start - BEFORE), to = Math.min(line.length, from + LENGTH);
    var space = line.slice(from, start).search(/\s/);
    if (from > 0 && space >= 0) from += space + 1;
    var tail = line.slice(to).search(/[\s，。；：、？！]/);
    to = tail >= 0 && tail < 15 ? to + tail : to;
    return (from > 0 ? "…" : "") + line.slice(from, to) + (to < line.length ? "…" : "");
  }

  // The excerpt of a result: prose before code, and without a hit the section's first words.
  search.excerpt = function (section, terms) {
    var best = { value: 0 }, isCode = false;
    [section.text, section.code].forEach(function (part, code) {
      if (best.value) return;
      (part || "").split("\n").forEach(function (line) {
        var stretch = bestStretch(line, terms);
        if (code && /^\s*(?:def|class) /.test(line)) stretch.value *= 1.5;      // rather where it is made than where it is used
        if (stretch.value > best.value) { best = stretch; isCode = code === 1; }
      });
    });
    var line = best.value ? best.line : (section.text || section.code || "").split("\n")[0];
    return { isCode: isCode, parts: search.marked(cut(line.trimEnd(), best.start || 0).trimStart(), terms) };
  };

  // The spellings in which the terms stand in the section, for the page that the result leads to.
  search.spellings = function (section, terms) {
    var all = [section.title, section.text, section.code].filter(Boolean).join("\n"), counts = new Map();
    search.marked(all, terms).forEach(function (part) {
      if (part.hit) counts.set(part.text.toLowerCase(), (counts.get(part.text.toLowerCase()) || 0) + 1);
    });
    var words = Array.from(counts.keys()), telling = words.filter(function (word) { return word.length > 1; });
    return (telling.length ? telling : words).slice(0, 12);
  };
})(bookSearch);
