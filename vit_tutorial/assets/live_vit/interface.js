// The live model's page: buttons, maps, bars and the tour, for mouse, touch, keyboard and screen readers.
(function () {
  "use strict";
  const vit = globalThis.vitTutorial, fill = vit.fill;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true || value === false) element.toggleAttribute(name, value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  // --- Start: a button, or the moment when a page of the book scrolls here. ---

  vit.mount = function (root) {
    const data = JSON.parse(root.querySelector("script.live-vit-data").textContent), lang = vit.language(root), words = vit.words[lang];
    data.weightsFrom = root.querySelector(".live-vit-weights")?.src;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    root.dataset.ready = "yes";
    const still = root.querySelector(".live-vit-still"), button = make("button", { type: "button", class: "live-vit-start" }, words.start);
    const start = async () => {
      if (button.disabled) return;
      button.disabled = true;
      button.textContent = words.loading;
      try {
        const model = vit.readModel(await vit.loadWeights(data));
        open(root, vit.newState(data, model), words);
      } catch (error) {
        button.textContent = fill(words.failed, { why: error.message });
      }
    };
    button.addEventListener("click", start);
    still.append(make("p", {}, words.note), button);
    if (data.weightsFrom && globalThis.IntersectionObserver)
      new IntersectionObserver((seen, observer) => { if (seen.some((s) => s.isIntersecting)) { observer.disconnect(); start(); } }).observe(root);
    else if (data.weights) start();
  };

  function open(root, s, words) {
    vit.choose(s, vit.firstImage(s));
    const ui = { root, s, words, parts: [] };
    ui.update = () => { vit.compute(s); ui.stale(); render(ui); };
    const left = make("div", {}, tray(ui), canvas(ui), status(ui), modes(ui), world(ui));
    const right = make("div", {}, maps(ui), bars(ui));
    root.querySelector(".live-vit-start").remove();
    root.append(make("div", { class: "live-vit-open" }, tour(ui), make("div", { class: "live-vit-bench" }, left, right), make("p", { class: "live-vit-note" }, words.note)));
    ui.update();
  }

  function render(ui) {
    ui.s.most = vit.mostOfQuery(ui.s);
    for (const part of ui.parts) part();
  }

  // Right below the picture: on a phone nothing else is in sight of the finger.
  function status(ui) {
    const { s, words } = ui, answer = make("p", { class: "live-vit-answer" }), looked = make("p");
    ui.parts.push(() => {
      const label = s.data.labels?.[s.image], now = says(ui), before = says(ui, s.untouched);
      const mark = label === vit.best(s.lens[s.L - 1]) ? "✓" : "✗";
      answer.textContent = fill(words.says, now) + (label == null ? "" : fill(words.label, { label: className(ui, label), mark }));
      looked.textContent = now.answer + now.share === before.answer + before.share ? "" : fill(words.before, before);
      looked.append(attended(ui));
    });
    return make("div", { class: "live-vit-status", role: "status" }, answer, looked);
  }

  function attended(ui) {  // by Look: where most goes; else: the patch in hand
    const { s, words } = ui, look = s.mode === "look", most = vit.mostIn(s, s.block, s.head), place = look ? most.place : s.cursor;
    return fill(look ? words.most : words.chosen, { place: placeName(ui, place), query: queryName(ui), block: s.block + 1, head: headName(ui, s.head),
      weight: vit.percent(vit.weight(s, s.block, s.head, place)), self: s.first ? fill(words.self, { weight: vit.percent(vit.weight(s, s.block, s.head, -1)) }) : "" });
  }

  const rowColumn = (s, place) => ({ row: Math.floor(place / s.columns) + 1, column: (place % s.columns) + 1 });
  const placeName = ({ s, words }, place) => fill(words.patch, rowColumn(s, place));
  const queryName = (ui) => (ui.s.query < ui.s.first ? ui.words.classToken : placeName(ui, ui.s.query - ui.s.first));
  const headName = ({ s, words }, head) => (head < s.h ? words.head + " " + (head + 1) : words.mean);
  const englishName = (s, k) => (s.data.classes ? s.data.classes[k] : String(k));
  const className = ({ s, words }, k) => words.classes[englishName(s, k)] || englishName(s, k);

  function says(ui, shares = ui.s.lens[ui.s.L - 1]) {
    const k = vit.best(shares);
    return { answer: className(ui, k), share: vit.percent(shares[k]) };
  }

  // --- A group of which one is chosen: one tab stop, arrow keys, as radio buttons are. ---

  function choice(label, items, columns, chosen, pick) {
    const group = make("div", { role: "radiogroup", "aria-label": label });
    const select = (i, focus) => { pick(i); if (focus) items[i].focus(); };
    items.forEach((item, i) => {
      item.setAttribute("role", "radio");
      item.addEventListener("click", () => select(i));
      item.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
        if (!step) return;
        event.preventDefault();
        if (items[i + step]) select(i + step, true);
      });
      group.append(item);
    });
    const mark = () => items.forEach((item, i) => {
      item.setAttribute("aria-checked", i === chosen());
      item.tabIndex = i === chosen() ? 0 : -1;
    });
    return { group, mark };
  }

  function tray(ui) {
    const { s, words } = ui;
    const items = [...s.data.images, null].map((image, i) => {
      const picture = make("canvas", { width: s.W, height: s.H });
      const label = s.data.labels?.[i] != null ? className(ui, s.data.labels[i]) : image ? words.pictures + " " + (i + 1) : words.empty;
      if (image) thumbnail(s, picture, vit.pixelBytes(image));
      return make("button", { type: "button", "aria-label": label, title: label }, picture);
    });
    const { group, mark } = choice(words.pictures, items, 6, () => s.image, (i) => {
      if (!s.data.images[i] !== !s.data.images[s.image]) s.mode = s.data.images[i] ? "look" : "draw";
      vit.choose(s, i);
      ui.update();
    });
    group.className = "live-vit-tray";
    ui.parts.push(mark);
    return group;
  }

  function thumbnail(s, picture, pixels) {
    const context = picture.getContext("2d"), image = context.createImageData(s.W, s.H), size = s.W * s.H;
    for (let i = 0; i < size; i++) image.data.set([...[0, 1, 2].map((c) => pixels[(c % s.C) * size + i]), 255], 4 * i);
    context.putImageData(image, 0, 0);
  }

  // --- The large picture. ---

  function canvas(ui) {
    const { s, words } = ui, scale = Math.max(1, Math.floor(560 / Math.max(s.W, s.H)));
    const picture = make("canvas", { class: "live-vit-picture", width: s.W * scale, height: s.H * scale, tabindex: 0, role: "application", "aria-label": fill(words.picture, s) });
    const at = (event) => {
      const box = picture.getBoundingClientRect();
      const x = Math.floor(((event.clientX - box.left) / box.width) * s.W), y = Math.floor(((event.clientY - box.top) / box.height) * s.H);
      return [Math.min(Math.max(x, 0), s.W - 1), Math.min(Math.max(y, 0), s.H - 1)];
    };
    onPointer(ui, picture, at);
    picture.addEventListener("keydown", (event) => onKey(ui, event));
    for (const name of ["focus", "blur"]) picture.addEventListener(name, () => render(ui));
    ui.parts.push(() => { vit.drawPicture(s, picture); picture.dataset.mode = s.mode; });
    return picture;
  }

  // A finger may also scroll the page: it looks or hides only when it is lifted. A mouse that hovers tries a query out.
  function onPointer(ui, picture, at) {
    const { s } = ui, finger = (event) => event.pointerType === "touch" && (s.mode === "look" || s.mode === "hide");
    const stroke = (event, goesOn) => {  // without gaps, however fast it is
      const [x, y] = at(event), [x0, y0] = goesOn ? ui.last : [x - 1, y], steps = Math.max(Math.abs(x - x0), Math.abs(y - y0));
      for (let i = 1; i <= steps; i++) vit.act(s, x0 + Math.round(((x - x0) * i) / steps), y0 + Math.round(((y - y0) * i) / steps), goesOn);
      Object.assign(ui, { last: [x, y], kept: s.query });
      if (steps) settle(ui, s.mode === "look");
    };
    const hover = (query) => { if (query !== s.query) { s.query = query; render(ui); } };
    const on = (name, action) => picture.addEventListener(name, action);
    on("pointerdown", (event) => { if (!finger(event)) { picture.setPointerCapture(event.pointerId); stroke(event); } });
    on("pointerup", (event) => { if (finger(event)) stroke(event); });
    on("pointermove", (event) => {
      if (finger(event)) return;
      if (event.buttons && picture.hasPointerCapture(event.pointerId)) return stroke(event, true);
      if (event.pointerType !== "mouse" || s.mode !== "look") return;
      ui.kept = ui.kept ?? s.query;
      hover(s.first + vit.patchAt(s, ...at(event)));
    });
    on("pointerleave", () => { if (ui.kept != null) hover(ui.kept); ui.kept = null; });
  }

  function settle(ui, looked) {  // a new query needs no new forward pass
    if (!looked) return ui.update();
    ui.stale();
    render(ui);
  }

  function onKey(ui, event) {
    const { s } = ui, { row, column } = rowColumn(s, s.cursor);
    const moves = { ArrowRight: column < s.columns && 1, ArrowLeft: column > 1 && -1, ArrowDown: row < s.rows && s.columns, ArrowUp: row > 1 && -s.columns };
    if (event.key in moves) {
      s.cursor += Number(moves[event.key]);
      if (s.mode === "look") s.query = s.first + s.cursor;
      ui.kept = null;
    } else if (event.key === " " || event.key === "Enter") {
      for (let i = 0; i < (s.mode === "draw" || s.mode === "rub" ? s.P * s.P : 1); i++)  // a whole patch with the pen
        vit.act(s, (column - 1) * s.P + Math.min(i % s.P, s.P - 2), (row - 1) * s.P + Math.min(Math.floor(i / s.P), s.P - 2));
    } else return;
    event.preventDefault();
    settle(ui, event.key in moves || s.mode === "look");
  }

  function modes(ui) {
    const { s, words } = ui, names = ["look", "hide", "draw", "rub"];
    const items = names.map((name) => make("button", { type: "button" }, words[name]));
    const { group, mark } = choice(words.modes, items, 1, () => names.indexOf(s.mode), (i) => { s.mode = names[i]; render(ui); });
    group.className = "live-vit-modes";
    ui.parts.push(mark);
    return group;
  }

  function switchButton(ui, label, isOn, flip) {
    const button = make("button", { type: "button", onclick: () => { flip(); ui.update(); } }, label);
    ui.parts.push(() => button.setAttribute("aria-pressed", isOn()));
    return button;
  }

  const hasPositions = (s) => Boolean(s.model.weights["embeddings.position_embedding"]);

  function world(ui) {
    const { s, words } = ui, buttons = [switchButton(ui, words.shuffle, () => Boolean(s.order), () => { s.order = s.order ? null : vit.shuffled(s.N); })];
    if (hasPositions(s))
      buttons.push(switchButton(ui, words.positions, () => !s.positions, () => { s.positions = !s.positions; }));
    if (s.first) buttons.push(switchButton(ui, words.uniform, () => s.uniform, () => { s.uniform = !s.uniform; }));
    buttons.push(make("button", { type: "button", onclick: () => { vit.undo(s); ui.update(); } }, words.undo));
    return make("div", { class: "live-vit-world", role: "group", "aria-label": words.world }, ...buttons);
  }

  // --- Attention: all maps at once; the chosen one lies on the picture. ---

  function maps(ui) {
    const { s, words } = ui, columns = s.h + 1, items = [];
    for (let block = 0; block < s.L; block++)
      for (let head = 0; head < columns; head++) {
        const label = fill(words.map, { block: block + 1, head: headName(ui, head) });
        const map = make("canvas", { width: s.columns * 8, height: s.rows * 8 });
        items.push(make("button", { type: "button", "aria-label": label, title: label }, map));
        ui.parts.push(() => vit.drawMap(s, map, block, head));
      }
    const pick = (i) => { s.block = Math.floor(i / columns); s.head = i % columns; s.squares = true; render(ui); };
    const { group, mark } = choice(words.maps, items, columns, () => s.block * columns + s.head, pick);
    group.className = "live-vit-maps";
    group.style.setProperty("--columns", columns);
    const number = (text) => make("span", { "aria-hidden": "true" }, text);
    for (let block = 0; block < s.L; block++) items[block * columns].before(number(block + 1));
    group.prepend(...["", ...Array(s.h).keys()].map((head) => number(head === "" ? "" : head + 1)), number(words.mean));
    ui.parts.push(mark);
    return make("div", {}, make("h4", {}, words.maps), queryLine(ui), group, scaleBar(ui));
  }

  function queryLine(ui) {
    const { s, words } = ui, name = make("b"), line = make("p", { class: "live-vit-query" }, words.query);
    if (s.first) line.append(switchButton(ui, words.classToken, () => s.query < s.first, () => { s.query = 0; }));
    line.append(name, switchButton(ui, words.squares, () => s.squares, () => { s.squares = !s.squares; }));
    ui.parts.push(() => { name.textContent = s.query < s.first ? "" : queryName(ui); });
    return line;
  }

  function scaleBar(ui) {
    const most = make("span"), colours = [...Array(9).keys()].map((i) => vit.colour(i * i / 64) + " " + 100 * i * i / 64 + "%");
    const bar = make("span", { class: "live-vit-scale" });
    bar.style.background = "linear-gradient(to right, " + colours.join() + ")";
    ui.parts.push(() => { most.textContent = vit.percent(ui.s.most.weight); });
    return make("p", { class: "live-vit-legend" }, ui.words.scale, bar, most, ui.words.larger);
  }

  // --- The answer after every block. ---

  function bars(ui) {
    const { s, words } = ui, K = s.model.config.num_classes, blocks = [...Array(s.L).keys()];
    let ranked = [...Array(K).keys()];  // of many classes: the twelve that lead now
    if (K > 12) ui.parts.push(() => { ranked = [...s.lens[s.L - 1].keys()].sort((a, b) => s.lens[s.L - 1][b] - s.lens[s.L - 1][a]); });
    const head = make("tr", {}, make("td"), ...blocks.map((l) => make("th", { scope: "col" }, String(l + 1))));
    const rows = [...Array(Math.min(K, 12)).keys()].map((i) => {
      const name = make("th", { scope: "row" });
      ui.parts.push(() => {
        name.textContent = className(ui, ranked[i]) + (ranked[i] === s.data.labels?.[s.image] ? " ✓" : "");
        name.title = englishName(s, ranked[i]);
      });
      return make("tr", {}, name, ...blocks.map((block) => barCell(ui, block, () => ranked[i])));
    });
    return make("div", {}, make("h4", {}, words.answer), make("table", { class: "live-vit-bars" }, make("thead", {}, head), make("tbody", {}, ...rows)));
  }

  function barCell(ui, block, ranked) {
    const { s, words } = ui, bar = make("span", { class: "live-vit-bar" }), text = make("span", { class: "live-vit-hidden" });
    const cell = make("td", {}, bar, text);
    ui.parts.push(() => {
      const k = ranked(), share = s.lens[block][k];
      bar.style.setProperty("--share", share);
      text.textContent = vit.percent(share);
      cell.title = fill(words.share, { name: className(ui, k), block: block + 1, share: text.textContent });
      bar.classList.toggle("first", k === vit.best(s.lens[block]));
    });
    return cell;
  }

  // --- The tour: six stops, each with a question whose answer is worked out from what is on the bench. ---

  function tour(ui) {
    const { s, words } = ui, panel = make("section", { class: "live-vit-tour", "aria-label": words.tour });
    const stops = words.stops.filter((text, i) => (i !== 4 || hasPositions(s)) && (i !== 5 || s.first)), last = stops.length - 1;
    const go = (stop) => {
      const i = words.stops.indexOf(stops[stop]);
      vit.undo(s);
      Object.assign(s, { query: 0, mode: i === 3 ? "hide" : "look", squares: i > 0, order: i === 4 ? vit.shuffled(s.N) : null, uniform: i === 5 });
      ui.update();
      show(stop);
    };
    const button = (label, action, name) => make("button", { type: "button", class: name || "", onclick: action }, label);
    const free = () => { vit.undo(s); s.mode = "look"; ui.update(); panel.replaceChildren(button(words.again, () => go(0))); };
    function show(stop) {
      const [text, question, reply] = stops[stop], answer = make("p");
      const guess = make("details", {}, make("summary", {}, words.open), answer), buttons = [button(words.free, free)];
      guess.addEventListener("toggle", () => { if (guess.open) answer.textContent = fill(reply, facts(ui)); });
      if (stop) buttons.unshift(button(words.back, () => go(stop - 1)));
      if (stop < last) buttons.unshift(button(words.next, () => go(stop + 1), "live-vit-next"));
      panel.replaceChildren(make("h4", {}, fill(words.stop, { stop: stop + 1, stops: last + 1 })), make("p", {}, fill(text, { patches: s.N, query: queryName(ui) })),
        make("p", {}, make("b", {}, question)), guess, make("div", { class: "live-vit-go" }, ...buttons));
    }
    ui.stale = () => panel.querySelector("details[open]")?.removeAttribute("open");
    s.squares = false;
    show(0);
    return panel;
  }

  function facts(ui) {
    const { s, words } = ui, answers = s.lens.map(vit.best), untouched = vit.shares(s, {}), k = vit.best(untouched);
    let settled = s.L;
    while (settled > 1 && answers[settled - 2] === answers[s.L - 1]) settled--;
    const share = (changes) => vit.percent(vit.shares(s, changes)[k]);
    return { side: s.P, channels: s.C, numbers: s.P * s.P * s.C, even: vit.percent(1 / s.T), weight: vit.percent(s.most.weight),
      sharpest: fill(words.map, { block: s.most.block + 1, head: headName(ui, s.most.head) }), settled, answer: says(ui).answer,
      hiddenNow: fill(words.hidden, { hidden: s.hidden.size, all: s.N }), saysNow: fill(words.says, says(ui)), first: className(ui, k),
      before: vit.percent(untouched[k]), shuffled: share({ order: s.order || vit.shuffled(s.N) }), without: share({ positions: false }), alike: share({ uniform: true }) };
  }

  document.querySelectorAll(".live-vit:not([data-ready], [data-kind])").forEach(vit.mount);
})();
