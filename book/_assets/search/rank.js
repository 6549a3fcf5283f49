// Which sections answer a query best: BM25 over weighted fields, for the section and, so that a chapter on the subject
// comes before a passing mention, for the whole page.
(function (search) {
  "use strict";
  var GLOSSARY = 0.3, EXERCISE = 0.8;     // what a find there is worth against one in a chapter
  var SECTION = 1.2, PAGE = 12;           // the count that is worth half of what no count exceeds
  var OTHER_WAYS = 0.3, EXTRA = 0.5;      // what a section gains by further synonyms, and by words side by side
  var COVERAGE = 1.5;                     // how much it loses by meeting a part of the query only
  var LEAST = 0.3;                        // what is worth less than this share of the best is left out
  var DEFINITION = 3;                     // how many results stand before the glossary's sentence

  function rarity(index, term) {
    if (!index.rarity.has(term)) {
      var places = index.sections.get(term), n = places ? places.size : 0;
      index.rarity.set(term, Math.log(1 + (index.size - n + 0.5) / (n + 0.5)));
    }
    return index.rarity.get(term);
  }

  function worth(index, term, postings, place, enough) {
    var places = postings.get(term), count = places && places.get(place);
    return count ? rarity(index, term) * count / (count + enough) : 0;
  }

  // How well a place meets a unit: by the best of its ways, [worth, share of what was asked, the way].
  function meet(index, unit, postings, place, enough) {
    var all = 0, best = unit.ways.reduce(function (best, way) {
      var asked = 0, met = 0, sum = 0;
      way.terms.forEach(function (term) {
        var got = worth(index, term, postings, place, enough), rare = rarity(index, term);
        asked += rare;
        if (got) { met += rare; sum += got; }
      });
      var share = asked ? met / asked : 0, value = way.weight * sum * share * share / Math.sqrt(way.terms.length);
      all += value;
      return value > best[0] ? [value, share, way] : best;
    }, [0, 0, null]);
    return [best[0] + OTHER_WAYS * (all - best[0]), best[1], best[2]];
  }

  function score(index, query, postings, place, enough) {
    var sum = 0, met = 0;
    query.units.forEach(function (unit) {
      var found = meet(index, unit, postings, place, enough);
      sum += found[0];
      met += found[1];
    });
    query.extras.forEach(function (term) { sum += EXTRA * worth(index, term, postings, place, enough); });
    return sum * Math.pow(met / query.units.length, COVERAGE);
  }

  // Everything that can be worked out before the first query.
  search.prepare = function (data) {
    var index = search.invert(data);
    return { data: data, index: index, vocabulary: search.vocabulary(index), synonyms: search.readSynonyms(data.synonyms) };
  };

  // The terms by which a result was found: what was typed if that stands there, else the synonym that does.
  search.termsMet = function (prepared, result) {
    var index = prepared.index;
    return new Set(result.query.units.flatMap(function (unit) {
      var typed = meet(index, { ways: unit.ways.slice(0, 1) }, index.sections, result.place, SECTION);
      var best = typed[1] >= 0.5 ? typed : meet(index, unit, index.sections, result.place, SECTION);
      return best[2] ? best[2].terms : [];
    }));
  };

  // Whether the section itself says something of what was asked.
  function saysIt(index, query, place) {
    return query.units.some(function (unit) {
      return unit.ways.some(function (way) {
        return way.terms.some(function (term) {
          var places = index.sections.get(term);
          return places && places.has(place) && !index.borrowed[place].has(term);
        });
      });
    });
  }

  // Who asks for a term of the glossary by its name sees its sentence, too, behind the first three.
  function withDefinition(results, found, key) {
    var definition = found.find(function (result) {
      var names = result.section.title.split(/[（）()\/]/);
      return result.page.glossary && names.some(function (name) { return search.keyOf(name) === key; });
    });
    if (!definition || results.slice(0, DEFINITION).includes(definition)) return results;
    var others = results.filter(function (result) { return result !== definition; });
    return others.slice(0, DEFINITION).concat(definition, others.slice(DEFINITION));
  }

  // The sections that answer `text`, best first: [{ section, page, place, score, query }].
  search.find = function (prepared, text) {
    var index = prepared.index, data = prepared.data, query = search.readQuery(text, prepared.vocabulary, prepared.synonyms);
    if (!query.units.length) return [];
    var pages = data.pages.map(function (page, place) { return score(index, query, index.pages, place, PAGE); });
    var found = data.sections.map(function (section, place) {
      var page = data.pages[section.page], own = score(index, query, index.sections, place, SECTION);
      var part = (page.glossary ? GLOSSARY : 1) * (section.exercise ? EXERCISE : 1);
      return {
        section: section, page: page, place: place, query: query,
        score: own && (own + pages[section.page]) * part,
      };
    }).sort(function (a, b) { return b.score - a.score; });
    return withDefinition(found.filter(function (result) {
      return result.score > LEAST * found[0].score && saysIt(index, query, result.place);
    }), found, search.keyOf(text));
  };
})(bookSearch);
