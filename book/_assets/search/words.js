// Text into the words that the search compares. English words by their stems, code names whole and in parts,
// Chinese by pairs of neighbouring characters, so that no dictionary has to say where a word ends.
(function (search) {
  "use strict";
  var stemmer = new Stemmer();
  var PIECE = /\p{Script=Han}+|\d+(?:[.,]\d+)*(?:e-?\d+)?(?![\p{L}_])|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+|√/gu;
  var HAN = /^\p{Script=Han}/u;
  var CODE = /[a-z\d][A-Z]|[A-Za-z\d]_[A-Za-z\d]/;
  var stems = new Map(), words = new Map();

  // normalise and normalize, initialised and initialized are one word to us.
  function stem(word) {
    if (!stems.has(word)) stems.set(word, stemmer.stemWord(word.replace(/is(?=(?:e|ed|es|ing|ations?)$)/, "iz")));
    return stems.get(word);
  }

  function codeParts(name) {
    return name.replace(/([a-z\d])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
      .toLowerCase().split("_").filter(Boolean);
  }

  // The runs of letters, digits or Chinese characters of a text, each with its place.
  function pieces(text) {
    return Array.from(text.matchAll(PIECE), function (found) {
      return { text: found[0], start: found.index, end: found.index + found[0].length, han: HAN.test(found[0]) };
    });
  }

  function addHan(piece, found) {
    for (var i = 0; i < piece.text.length; i++) {
      var start = piece.start + i;
      found.push({ term: piece.text[i], start: start, end: start + 1 });
      if (i + 1 < piece.text.length) found.push({ term: piece.text.slice(i, i + 2), start: start, end: start + 2 });
    }
  }

  // The terms of one word, its stem first; worked out once, since a text repeats its words.
  function termsOfWord(word) {
    if (!words.has(word)) {
      var lower = word.toLowerCase(), parts = CODE.test(word) ? codeParts(word).map(stem) : [];
      words.set(word, [stem(lower), "=" + lower].concat(parts));
    }
    return words.get(word);
  }

  // Every term of a text with its place: stems and ("=word") the words as they stand, two English words in a row,
  // Chinese characters and pairs of them.
  function terms(text) {
    var found = [], before = null;
    pieces(text).forEach(function (piece) {
      if (piece.han) {
        addHan(piece, found);
        before = null;
        return;
      }
      var own = termsOfWord(piece.text);
      own.forEach(function (term) { found.push({ term: term, start: piece.start, end: piece.end }); });
      if (before) found.push({ term: before.stem + " " + own[0], start: before.start, end: piece.end });
      before = { stem: own[0], start: piece.start };
    });
    return found;
  }

  Object.assign(search, {
    stem: stem, codeParts: codeParts, pieces: pieces, terms: terms,
    isCode: function (name) { return CODE.test(name); },
  });
})(bookSearch);
