// The words of the book that one slip of the finger makes into what was typed: a letter too many, missing, wrong,
// or two changed over. Also what a word that is still being typed may become.
(function (search) {
  "use strict";

  function oneSlip(a, b) {
    if (Math.abs(a.length - b.length) > 1) return false;
    var start = 0, end = 0;
    while (start < a.length && a[start] === b[start]) start++;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
    var restA = a.slice(start, a.length - end), restB = b.slice(start, b.length - end);
    if (restA.length <= 1 && restB.length <= 1) return true;
    return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
  }

  // The book's words that a typed one may be, the commonest first; itself if the book has it.
  // `vocabulary` counts the words of the book; `unfinished`: the reader may still be typing.
  search.candidates = function (word, vocabulary, unfinished) {
    var found = [], stems = search.stem(word);
    vocabulary.forEach(function (count, other) {
      if (other === word || search.stem(other) === stems) found.push([other, Infinity]);
      else if (unfinished && word.length > 2 && other.startsWith(word)) found.push([other, count]);
      else if (word.length > 3 && /^\p{L}/u.test(word) && oneSlip(word, other)) found.push([other, count / 2]);
    });
    found.sort(function (a, b) { return b[1] - a[1]; });
    if (found.length && found[0][1] === Infinity) return [word];
    return found.slice(0, 4).map(function (each) { return each[0]; });
  };
})(bookSearch);
