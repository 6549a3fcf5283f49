// A query into units, each of which a section can meet in one of several ways: the words typed, or a synonym.
// unit = { ways: [{ terms, weight }] }
(function (search) {
  "use strict";
  // Words that say nothing about what is looked for.
  var EMPTY = new Set(("a an and are as at be but by can do does for from get has have how i if in into is it its me my no of"
    + " on or should so than that the their then there these they this to use vs was what when where which why will with"
    + " you your").split(" "));
  var HAN = /\p{Script=Han}/u;
  var EMPTY_CHINESE = /怎么样|怎么办|怎么|怎样|如何|为什么|什么|为何|是不是|哪些|哪个|区别|[的了吗呢吧么把被和与跟及或是在就都很要用]/gu;
  var OTHER_WORD = 0.8, OTHER_LANGUAGE = 0.5, OTHER_SPELLING = 0.7;

  function hanWay(text) {
    var found = search.terms(text).filter(function (each) { return text.length === 1 || each.term.length === 2; });
    return found.map(function (each) { return each.term; });
  }

  // The terms that a word or phrase asks for.
  function termsOf(phrase) {
    var pieces = search.pieces(phrase), telling = pieces.filter(function (piece) { return !EMPTY.has(piece.text); });
    return (telling.length ? telling : pieces).flatMap(function (piece) {
      return piece.han ? hanWay(piece.text) : [search.stem(piece.text.toLowerCase())];
    });
  }

  // How a phrase is recognised in a query: English by its stems, Chinese as it is written.
  var keyOf = search.keyOf = function (phrase) {
    return search.pieces(phrase).map(function (piece) {
      return piece.han ? piece.text : search.stem(piece.text.toLowerCase());
    }).join(" ");
  };

  search.readSynonyms = function (groups) {
    var english = new Map(), chinese = [];
    groups.forEach(function (group) {
      group.forEach(function (phrase) {
        english.set(keyOf(phrase), group);
        if (/^\p{Script=Han}{2,}$/u.test(phrase)) chinese.push(phrase);
      });
    });
    chinese.sort(function (a, b) { return b.length - a.length; });
    return { groups: english, chinese: chinese, longest: 5 };
  };

  function unitOf(phrase, group) {
    var keys = [keyOf(phrase)], others = (group || []).filter(function (other) {
      return !keys.includes(keyOf(other)) && keys.push(keyOf(other));
    });
    return {
      ways: [{ terms: termsOf(phrase), weight: 1 }].concat(others.map(function (other) {
        // In a Chinese text the English name stands in brackets and in code: a lesser find, if Chinese was asked for.
      return { terms: termsOf(other), weight: HAN.test(phrase) && !HAN.test(other) ? OTHER_LANGUAGE : OTHER_WORD };
      })),
    };
  }

  // A run of Chinese: known words are units, what lies between them is cut at words that say nothing.
  function hanUnits(run, synonyms) {
    if (synonyms.groups.has(run)) return [unitOf(run, synonyms.groups.get(run))];
    var word = synonyms.chinese.find(function (each) { return run.includes(each); });
    if (!word) {
      var rest = run.replace(EMPTY_CHINESE, " ").split(" ").filter(Boolean);
      return rest.map(function (part) { return unitOf(part, synonyms.groups.get(part)); });
    }
    var at = run.indexOf(word), sides = [run.slice(0, at), run.slice(at + word.length)].filter(Boolean);
    return [unitOf(word, synonyms.groups.get(word))].concat(sides.flatMap(function (side) {
      return hanUnits(side, synonyms);
    }));
  }

  // A single English word or code name: itself, or what it may be a misspelling of; a code name also by its parts.
  function wordUnit(piece, vocabulary, unfinished, synonyms) {
    var word = piece.text.toLowerCase(), spellings = search.candidates(word, vocabulary, unfinished);
    var ways = (spellings.length ? spellings : [word]).flatMap(function (spelling) {
      var weight = spelling === word ? 1 : OTHER_SPELLING;
      return unitOf(spelling, synonyms.groups.get(search.stem(spelling))).ways.map(function (way) {
        return { terms: way.terms, weight: way.weight * weight };
      });
    });
    if (!spellings.includes(word) && search.isCode(piece.text)) ways.push({ terms: termsOf(search.codeParts(piece.text).join(" ")), weight: 0.3 });
    return { ways: ways };
  }

  // The longest phrase of known synonyms that starts at piece `i`: [group, its length], or null.
  function phraseAt(words, i, synonyms) {
    for (var length = Math.min(synonyms.longest, words.length - i); length > 1; length--) {
      var key = words.slice(i, i + length).map(function (word) { return word.key; }).join(" ");
      if (synonyms.groups.has(key)) return { group: synonyms.groups.get(key), length: length };
    }
    return null;
  }

  search.readQuery = function (text, vocabulary, synonyms) {
    var pieces = search.pieces(text.normalize("NFKC"));
    var words = pieces.map(function (piece, i) {
      var lower = piece.text.toLowerCase();
      var spelling = piece.han ? lower : search.candidates(lower, vocabulary, i === pieces.length - 1)[0] || lower;
      return { piece: piece, spelling: spelling, key: piece.han ? lower : search.stem(spelling) };
    });
    var telling = words.some(function (word) { return !EMPTY.has(word.spelling); });
    var units = [], i = 0;
    while (i < words.length) {
      var phrase = phraseAt(words, i, synonyms), word = words[i];
      if (phrase) {
        units.push(unitOf(words.slice(i, i + phrase.length).map(function (each) { return each.spelling; }).join(" "), phrase.group));
      } else if (word.piece.han) {
        units = units.concat(hanUnits(word.piece.text, synonyms));
      } else if (!telling || !EMPTY.has(word.spelling)) {
        units.push(wordUnit(word.piece, vocabulary, i === words.length - 1, synonyms));
      }
      i += phrase ? phrase.length : 1;
    }
    return { units: units, extras: pairsOf(words).concat(exactly(words)) };
  };

  function exactly(words) {
    return words.filter(function (word) { return !word.piece.han && !EMPTY.has(word.spelling); })
      .map(function (word) { return "=" + word.spelling; });
  }

  // English words that stand side by side in the query, to prefer sections where they do, too.
  function pairsOf(words) {
    return words.slice(1).flatMap(function (word, i) {
      var both = [words[i], word];
      var plain = both.every(function (each) { return !each.piece.han && !EMPTY.has(each.spelling); });
      return plain ? [both[0].key + " " + both[1].key] : [];
    });
  }
})(bookSearch);
