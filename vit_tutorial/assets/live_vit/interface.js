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

  // --- Start: a button, or the moment when a page of the book scrolls here. ------------------------------------------

  vit.mount = function (root) {
    const data = JSON.parse(root.querySelector("script.live-vit-data").textContent), lang = vit.language(root), words = vit.words[lang];
    data.weightsFrom = root.querySelector(".live-vit-weights")?.src;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    root.dataset.ready = "yes";
    root.querySelector("figcaption").textContent = words.note;
    const button = make("button", { type: "button", class: "live-vit-start" }, words.start);
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
    root.querySelector(".live-vit-still").append(button);
    if (data.weightsFrom && globalThis.IntersectionObserver)
      new IntersectionObserver((seen, observer) => { if (seen.some((s) => s.isIntersecting)) { observer.disconnect(); start(); } }).observe(root);
    else if (data.weights) start();
  };

  function open(root, s, words) {
    vit.choose(s, 0);
    const ui = { root, s, words, parts: [] };
    const update = () => { vit.compute(s); render(ui); };
    Object.assign(ui, { update, show: () => { s.most = undefined; update(); } });
    const left = make("div", { class: "live-vit-left" }, tray(ui), canvas(ui), modes(ui), world(ui));
    const right = make("div", { class: "live-vit-right" }, maps(ui), bars(ui));
    root.querySelector(".live-vit-start").remove();
    root.append(make("div", { class: "live-vit-open" }, tour(ui), make("div", { class: "live-vit-bench" }, left, right), note(ui)));
    update();
  }

  function render(ui) { for (const part of ui.parts) part(); }

  function note(ui) {
    const status = make("p", { class: "live-vit-status", role: "status" });
    ui.parts.push(() => {
      const { s, words } = ui, place = s.cursor, query = s.query < s.first ? words.classToken : placeName(ui, s.query - s.first);
      status.textContent = fill(words.says, says(ui)) + " " + fill(words.chosen, { ...rowColumn(s, place), query, block: s.block + 1,
        head: headName(ui, s.head), weight: vit.percent(vit.weight(s, s.block, s.head, place)) });
    });
    return make("div", {}, status, make("p", { class: "live-vit-note" }, ui.words.note));
  }

  const rowColumn = (s, place) => ({ row: Math.floor(place / s.columns) + 1, column: (place % s.columns) + 1 });
  const placeName = ({ s, words }, place) => fill(words.patch, rowColumn(s, place));
  const headName = ({ s, words }, head) => (head < s.h ? words.head + " " + (head + 1) : words.mean);
  const className = (s, k) => (s.data.classes ? s.data.classes[k] : String(k));

  function says({ s }) {
    const shares = s.lens[s.L - 1], k = shares.indexOf(Math.max(...shares));
    return { answer: className(s, k), share: vit.percent(shares[k]) };
  }

  // --- A group of which one is chosen: one tab stop, arrow keys, as radio buttons are. --------------------------------

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
      const label = s.data.labels && i < s.data.labels.length ? className(s, s.data.labels[i]) : image ? words.pictures + " " + (i + 1) : words.empty;
      if (image) thumbnail(s, picture, vit.pixelBytes(image));
      return make("button", { type: "button", "aria-label": label, title: label }, picture);
    });
    const { group, mark } = choice(words.pictures, items, 6, () => s.image, (i) => { vit.choose(s, i); if (!s.data.images[i]) s.mode = "draw"; ui.update(); });
    group.className = "live-vit-tray";
    ui.parts.push(mark);
    return group;
  }

  function thumbnail(s, picture, pixels) {
    const context = picture.getContext("2d"), image = context.createImageData(s.W, s.H), size = s.W * s.H;
    for (let i = 0; i < size; i++) image.data.set([...[0, 1, 2].map((c) => pixels[(c % s.C) * size + i]), 255], 4 * i);
    context.putImageData(image, 0, 0);
  }

  // --- The large picture. ----------------------------------------------------------------------------------------------

  function canvas(ui) {
    const { s, words } = ui, scale = Math.max(1, Math.floor(560 / Math.max(s.W, s.H)));
    const picture = make("canvas", { class: "live-vit-picture", width: s.W * scale, height: s.H * scale, tabindex: 0, role: "application", "aria-label": fill(words.picture, s) });
    const at = (event) => {
      const box = picture.getBoundingClientRect();
      const x = Math.floor(((event.clientX - box.left) / box.width) * s.W), y = Math.floor(((event.clientY - box.top) / box.height) * s.H);
      return [Math.min(Math.max(x, 0), s.W - 1), Math.min(Math.max(y, 0), s.H - 1)];
    };
    const touch = (event, moved) => {
      const [x, y] = at(event), place = vit.patchAt(s, x, y);
      if (moved && (s.mode === "hide" || s.mode === "look") && place === s.cursor) return;
      vit.act(s, place, x, y);
      ui.update();
    };
    picture.addEventListener("pointerdown", (event) => { picture.setPointerCapture(event.pointerId); touch(event); });
    picture.addEventListener("pointermove", (event) => { if (picture.hasPointerCapture(event.pointerId)) touch(event, true); });
    picture.addEventListener("keydown", (event) => onKey(ui, event));
    for (const name of ["focus", "blur"]) picture.addEventListener(name, () => render(ui));
    ui.parts.push(() => { vit.drawPicture(s, picture); picture.dataset.mode = s.mode; });
    ui.picture = picture;
    return picture;
  }

  function onKey(ui, event) {
    const { s } = ui, { row, column } = rowColumn(s, s.cursor);
    const moves = { ArrowRight: column < s.columns && 1, ArrowLeft: column > 1 && -1, ArrowDown: row < s.rows && s.columns, ArrowUp: row > 1 && -s.columns };
    if (event.key in moves) {
      s.cursor += Number(moves[event.key]);
      if (s.mode === "look") s.query = s.first + s.cursor;
    } else if (event.key === " " || event.key === "Enter") {
      for (let i = 0; i < (s.mode === "draw" || s.mode === "rub" ? s.P * s.P : 1); i++)   // a whole patch with the pen
        vit.act(s, s.cursor, (column - 1) * s.P + Math.min(i % s.P, s.P - 2), (row - 1) * s.P + Math.min(Math.floor(i / s.P), s.P - 2));
    } else return;
    event.preventDefault();
    ui.update();
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

  function world(ui) {
    const { s, words } = ui, buttons = [
      switchButton(ui, words.squares, () => s.squares, () => { s.squares = !s.squares; }),
      switchButton(ui, words.shuffle, () => Boolean(s.order), () => { s.order = s.order ? null : vit.shuffled(s.N); })
    ];
    if (s.model.weights["embeddings.position_embedding"])
      buttons.push(switchButton(ui, words.positions, () => !s.positions, () => { s.positions = !s.positions; }));
    if (s.first) buttons.push(switchButton(ui, words.uniform, () => s.uniform, () => { s.uniform = !s.uniform; }));
    buttons.push(make("button", { type: "button", onclick: () => { vit.undo(s); ui.update(); } }, words.undo));
    return make("div", { class: "live-vit-world", role: "group", "aria-label": words.world }, ...buttons);
  }

  // --- Attention: all maps at once; the chosen one lies on the picture. ------------------------------------------------

  function maps(ui) {
    const { s, words } = ui, columns = s.h + 1, items = [];
    for (let block = 0; block < s.L; block++)
      for (let head = 0; head < columns; head++) {
        const label = fill(words.map, { block: block + 1, head: headName(ui, head) });
        const map = make("canvas", { width: s.columns, height: s.rows });
        items.push(make("button", { type: "button", "aria-label": label, title: label }, map));
        ui.parts.push(() => vit.drawMap(s, map, block, head));
      }
    const pick = (i) => { s.block = Math.floor(i / columns); s.head = i % columns; s.squares = true; render(ui); };
    const { group, mark } = choice(words.maps, items, columns, () => s.block * columns + s.head, pick);
    group.className = "live-vit-maps";
    group.style.setProperty("--columns", columns);
    ui.parts.push(mark);
    return make("div", {}, make("h4", {}, words.maps), queryLine(ui), group, scaleBar(ui));
  }

  function queryLine(ui) {
    const { s, words } = ui, name = make("b"), line = make("p", { class: "live-vit-query" }, words.query + ": ", name);
    const button = make("button", { type: "button", onclick: () => { s.query = 0; ui.update(); } }, words.classToken);
    if (s.first) line.append(" ", button);
    ui.parts.push(() => {
      name.textContent = s.query < s.first ? words.classToken : placeName(ui, s.query - s.first);
      button.hidden = s.query < s.first;
    });
    return line;
  }

  function scaleBar(ui) {
    const most = make("span"), colours = [...Array(9).keys()].map((i) => "rgb(" + vit.heat(i * i / 64).join() + ") " + 100 * i * i / 64 + "%");
    const bar = make("span", { class: "live-vit-scale" });
    bar.style.background = "linear-gradient(to right, " + colours.join() + ")";
    ui.parts.push(() => { most.textContent = vit.percent(ui.s.most.weight); });
    return make("p", { class: "live-vit-legend" }, ui.words.scale + " ", bar, " ", most);
  }

  // --- The answer after every block. -------------------------------------------------------------------------------------

  function bars(ui) {
    const { s, words } = ui, K = s.model.config.num_classes, shown = [...Array(Math.min(K, 12)).keys()];
    const head = make("tr", {}, make("td"), ...[...Array(s.L).keys()].map((l) => make("th", { scope: "col" }, String(l + 1))));
    const rows = shown.map((k) => make("tr", {}, make("th", { scope: "row" }, className(s, k)), ...[...Array(s.L).keys()].map((block) => {
      const bar = make("span", { class: "live-vit-bar" }), text = make("span", { class: "live-vit-hidden" });
      ui.parts.push(() => {
        const share = s.lens[block][k];
        bar.style.setProperty("--share", share);
        text.textContent = vit.percent(share);
        bar.parentElement.title = fill(words.share, { name: className(s, k), block: block + 1, share: vit.percent(share) });
        bar.classList.toggle("first", share === Math.max(...s.lens[block]));
      });
      return make("td", {}, bar, text);
    })));
    const says_ = make("p", { class: "live-vit-answer" });
    ui.parts.push(() => { says_.textContent = fill(words.says, says(ui)); });
    return make("div", {}, make("h4", {}, words.answer), make("table", { class: "live-vit-bars" }, make("thead", {}, head), make("tbody", {}, ...rows)), says_);
  }

  // --- The tour: six stops, each with a question whose answer is worked out from what is on the bench. ----------------

  function tour(ui) {
    const { s, words } = ui, panel = make("section", { class: "live-vit-tour", "aria-label": words.tour });
    const last = words.stops.length - 1;
    const go = (stop) => {
      vit.undo(s);
      Object.assign(s, { query: 0, mode: stop === 3 ? "hide" : "look", squares: stop > 0, order: stop === 4 ? vit.shuffled(s.N) : null, uniform: stop === 5 && s.first > 0 });
      ui.update();
      show(stop);
    };
    const button = (label, action, name) => make("button", { type: "button", class: name || "", onclick: action }, label);
    const free = () => { vit.undo(s); ui.update(); panel.replaceChildren(button(words.again, () => go(0))); };
    function show(stop) {
      const [text, question] = words.stops[stop], answer = make("p");
      const details = make("details", {}, make("summary", {}, words.open), answer);
      details.addEventListener("toggle", () => { if (details.open) answer.textContent = fill(words.stops[stop][2], facts(ui)); });
      const buttons = [button(words.free, free)];
      if (stop) buttons.unshift(button(words.back, () => go(stop - 1)));
      if (stop < last) buttons.unshift(button(words.next, () => go(stop + 1), "live-vit-next"));
      panel.replaceChildren(make("h4", {}, fill(words.stop, { stop: stop + 1, stops: last + 1 })), make("p", {}, fill(text, facts(ui))),
        make("p", {}, make("b", {}, question)), details, make("div", { class: "live-vit-go" }, ...buttons));
    }
    ui.parts.push(() => { const open = panel.querySelector("details[open]"); if (open) open.open = false; });
    vit.compute(s);
    s.squares = false;
    show(0);
    return panel;
  }

  function facts(ui) {
    const { s, words } = ui, answers = s.lens.map((shares) => shares.indexOf(Math.max(...shares))), now = { order: s.order, positions: s.positions };
    const untouched = vit.softmax(vit.forward(s.model, Float32Array.from(s.pixels, (byte) => byte / 127.5 - 1)).logits);
    const k = untouched.indexOf(Math.max(...untouched)), order = s.order || vit.shuffled(s.N);
    let settled = s.L;
    while (settled > 1 && answers[settled - 2] === answers[s.L - 1]) settled--;
    const share = (changes) => vit.percent(vit.probability(s, k, changes));
    return { patches: s.N, side: s.P, numbers: s.P * s.P * s.C, even: vit.percent(1 / s.T), weight: vit.percent(s.most.weight),
      sharpest: fill(words.map, { block: s.most.block + 1, head: headName(ui, s.most.head) }), settled, answer: says(ui).answer,
      hiddenNow: fill(words.hidden, { hidden: s.hidden.size, all: s.N }), saysNow: fill(words.says, says(ui)), first: className(s, k),
      before: vit.percent(untouched[k]), shuffled: share({ order }), without: share({ positions: false }), alike: share({ ...now, uniform: true }) };
  }

  document.querySelectorAll(".live-vit:not([data-ready])").forEach(vit.mount);
})();
