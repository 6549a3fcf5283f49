// Exercises that are answered by values, on the page: the same verdicts as `check` gives in Python
// (vit_tutorial/exercises/judge.py), with the values and the messages of _ext/value_exercises.py.
(function () {
  "use strict";
  const WORDS = {
    en: { colon: ": ", check: "Check", title: "Answer it here", note: "Numbers or formulas, such as 4 * 384**2.", choose: "choose", right: "correct", none: "not attempted yet", solved: "solved", all: "all that can be answered on the page is solved", save: "Save my record", kept: "This browser keeps your answers, what is solved and which mistakes were met; nothing is sent. In Python, check.load(\"ledger.json\") takes the record in.",
      empty: "something is still missing: {keys}.", number: "{key}: expected a number, got {got}.", whole: "{key}: expected a whole number, got {got}.", wrong: "not right yet: {keys}." },
    zh: { colon: "：", check: "检查", title: "就在这里作答", note: "可以填数，也可以填算式，比如 4 * 384**2。", choose: "请选择", right: "正确", none: "尚未作答", solved: "已做对", all: "能在网页上作答的题都做对了", save: "导出我的记录", kept: "你填的答案、做对了哪些题、犯过哪些错误，都只保存在这个浏览器里，不会发送出去。在 Python 里用 check.load(\"ledger.json\") 可以读入这份记录。",
      empty: "还没填完：{keys}。", number: "{key}：应为 一个数，得到 {got}。", whole: "{key}：应为 一个整数，得到 {got}。", wrong: "还不对的是：{keys}。" },
  };
  const words = WORDS[document.documentElement.lang.slice(0, 2)] || WORDS.en;
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);

  // --- A number, or a formula of + - * / ** and brackets, as Python reads it; NaN if it is neither. ---

  function number(text) {
    const tokens = text.replace(/[_\s]|,(?=\d{3})|，/g, "").replace(/[×·]/g, "*").replace(/÷/g, "/").replace(/\^/g, "**").match(/\*\*|\d+(\.\d*)?(e[+-]?\d+)?|\.\d+|[^]/gi) || [];
    let at = 0;
    const take = (...wanted) => (wanted.includes(tokens[at]) ? tokens[at++] : null);
    function atom() {
      if (take("(")) {
        const value = sum();
        return take(")") ? value : NaN;
      }
      return /^[\d.]/.test(tokens[at] || "") ? Number(tokens[at++]) : NaN;
    }
    function power() { const base = atom(); return take("**") ? base ** sign() : base; }
    function sign() { return take("-") ? -sign() : take("+") ? sign() : power(); }
    function product() {
      let value = sign();
      for (let by; (by = take("*", "/")); ) value = by === "*" ? value * sign() : value / sign();
      return value;
    }
    function sum() {
      let value = product();
      for (let by; (by = take("+", "-")); ) value = by === "+" ? value + product() : value - product();
      return value;
    }
    const value = sum();
    return at === tokens.length ? value : NaN;
  }

  // --- The verdict. ---

  const same = (got, want) => got === want || (typeof want === "number" && Math.abs(got - want) <= 1e-9 * Math.abs(want));

  function judge(exercise, texts) {  // {ok, text, mistake}; texts: what stands in each field
    const keys = Object.keys(exercise.values), empty = keys.filter((key) => !texts[key].trim()), got = {};
    if (empty.length === keys.length) return { text: words.none };
    if (empty.length) return { text: fill(words.empty, { keys: empty.join(", ") }) };
    for (const key of keys) {
      const want = exercise.values[key];
      got[key] = typeof want === "string" ? texts[key] : number(texts[key]);
      if (Number.isNaN(got[key])) return { text: fill(words.number, { key, got: texts[key] }) };
      if (Number.isInteger(want) && Math.abs(got[key] - Math.round(got[key])) > 1e-9) return { text: fill(words.whole, { key, got: texts[key] }) };
    }
    const wrong = keys.filter((key) => !same(got[key], exercise.values[key]));
    if (!wrong.length) return { ok: true, text: words.right };
    for (const key of keys) {  // of two causes that look alike, neither is named
      const causes = exercise.mistakes.filter((mistake) => key in mistake.wrong && same(got[key], mistake.wrong[key]));
      if (new Set(causes.map((cause) => cause.text)).size === 1) return { text: causes[0].text, mistake: causes[0].name };
    }
    return { text: fill(words.wrong, { keys: wrong.join(", ") }) };
  }

  // --- What this browser keeps: the answers, and a record as vit_tutorial/exercises/ledger.py writes it. ---

  function kept(place, missing) {
    try { return JSON.parse(localStorage.getItem(place)) || missing; } catch { return missing; }  // some keep nothing
  }
  function keep(place, value) {
    try { localStorage.setItem(place, JSON.stringify(value)); } catch { /* nor do they here */ }
  }
  const ledger = () => kept("vit-ledger", { last: "", exercises: {} });

  function record(number, found) {
    const all = ledger(), entry = (all.exercises[number] ||= { wrong: 0, mistakes: {}, solved: "" });
    all.last = number;
    if (found.ok) entry.solved ||= new Date().toISOString().slice(0, 10);
    else entry.wrong += 1;
    if (found.mistake) entry.mistakes[found.mistake] = (entry.mistakes[found.mistake] || 0) + 1;
    keep("vit-ledger", all);
  }

  function save() {
    const url = URL.createObjectURL(new Blob([JSON.stringify(ledger(), null, 1) + "\n"], { type: "application/json" }));
    make("a", { href: url, download: "ledger.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  // --- A tick in the contents: at each exercise that is solved, and at each chapter where all are. ---

  function tick() {
    const chapterOf = (address) => (/(\d\d)_\w+\.html$/.exec(address.pathname) || [])[1], forms = document.querySelectorAll("form.value-answer");
    const totals = kept("vit-chapters", {}), done = Object.entries(ledger().exercises).filter(([, entry]) => entry.solved).map(([number]) => number);
    if (forms.length) keep("vit-chapters", Object.assign(totals, { [chapterOf(location)]: forms.length }));
    const mark = (link, solved, title) => {
      if (solved && link && !link.querySelector(".solved-tick")) link.append(make("span", { className: "solved-tick", textContent: " ✓", title }));
    };
    for (const form of forms) mark(document.querySelector(`.page-toc a[href="#${form.closest("section").id}"]`), done.includes(form.dataset.number), words.solved);
    for (const link of document.querySelectorAll(".bd-links a.reference")) {
      const of = chapterOf(link);
      mark(link, totals[of] && done.filter((number) => number.startsWith(of)).length >= totals[of], words.all);
    }
  }

  // --- The fields. ---

  function make(tag, attributes, ...children) {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children);
    return element;
  }

  function field(exercise, key, before) {
    const choices = exercise.choices.map((choice) => make("option", { value: choice, textContent: choice }));
    const input = choices.length ? make("select", {}, make("option", { value: "", textContent: words.choose }), ...choices) : make("input", { type: "text", autocomplete: "off", spellcheck: false });
    Object.assign(input, { name: key, value: before[key] || "" });
    const asked = exercise.asked[key] ? make("span", { textContent: exercise.asked[key] }) : "";
    return make("label", {}, make("code", { textContent: key }), asked, input);
  }

  function mount(form) {
    const exercise = JSON.parse(form.dataset.exercise), place = "vit-exercise-" + exercise.number, status = make("p", {});
    const before = kept(place, {}), keys = Object.keys(exercise.values), fields = make("div", {}, ...keys.map((key) => field(exercise, key, before)));
    status.setAttribute("role", "status");
    const note = exercise.choices.length ? "" : make("p", { className: "value-note", textContent: words.note });
    form.append(make("p", { className: "value-title", textContent: words.title }), fields, note, make("button", { type: "submit", textContent: words.check }), status, remembered());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const texts = Object.fromEntries(keys.map((key) => [key, form.elements[key].value])), found = judge(exercise, texts);
      const mark = found.ok ? "✓ " : found.text === words.none ? "" : "✗ ";
      status.textContent = mark + exercise.number + " " + exercise.name + words.colon + found.text;
      status.className = found.ok ? "right" : "";
      keep(place, texts);
      if (found.text !== words.none) record(exercise.number, found);
      tick();
    });
  }

  function remembered() {
    const button = make("button", { type: "button", className: "value-save", textContent: words.save });
    button.addEventListener("click", save);
    return make("p", { className: "value-note" }, words.kept, button);
  }

  globalThis.valueExercises = { judge, number };
  document.querySelectorAll("form.value-answer").forEach(mount);
  tick();
})();
