// Cut a query into words of the search index: in each run of Chinese characters take the longest word that the
// index holds, then go on behind it. Characters that no indexed word starts with are skipped.
var splitQuery = function (query) {
  var LONGEST_WORD = 8;
  var index = (typeof Search !== "undefined" && Search._index) || { terms: {}, titleterms: {} };
  var isIndexed = function (word) {
    return Object.hasOwn(index.terms, word) || Object.hasOwn(index.titleterms, word);
  };
  var cutChinese = function (run) {
    var words = [];
    for (var start = 0, length; start < run.length; start += length) {
      length = Math.min(LONGEST_WORD, run.length - start);
      while (length > 1 && !isIndexed(run.slice(start, start + length))) length--;
      if (isIndexed(run.slice(start, start + length))) words.push(run.slice(start, start + length));
    }
    return words.length ? words : [run];   // an unknown word must find nothing, not everything
  };
  return query
    .split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu)
    .flatMap(function (part) { return part.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) || []; })
    .flatMap(function (run) { return /\p{Script=Han}/u.test(run) ? cutChinese(run) : [run]; });
};
