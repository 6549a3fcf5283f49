// The live model without its page: what is the case, what it is drawn like, what a tap changes.
(function () {
  "use strict";
  const vit = (globalThis.vitTutorial = globalThis.vitTutorial || {});
  const CIVIDIS = [[0, 34, 78], [26, 56, 111], [67, 78, 108], [97, 101, 111], [125, 124, 120], [155, 148, 118], [188, 174, 108], [222, 201, 88], [254, 232, 56]];
  const QUERY = "#ffb347", CURSOR = "#8ab4ff";
  const percent = (share) => (100 * share).toFixed(share < 0.095 ? 1 : 0) + " %";

  // --- The weights: in the page, or in a file that is loaded when they are wanted. ---

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const provided = {}, waiting = {};
  vit.provide = (name, text) => { provided[name] = text; (waiting[name] || []).forEach((done) => done()); };

  vit.loadWeights = async function (data) {
    if (data.weights) return bytes(data.weights).buffer;
    const name = data.weightsFrom.split("/").pop();  // a script, since it loads from a disk, too
    if (!provided[name]) await new Promise((done, fail) => {
      (waiting[name] = waiting[name] || []).push(done);
      const script = document.createElement("script");
      script.src = data.weightsFrom;
      script.onerror = () => fail(new Error(data.weightsFrom));
      document.head.append(script);
    });
    return bytes(provided[name]).buffer;
  };

  // --- What is the case: a picture, what was done to it, what is looked at. ---

  function newState(data, model) {
    const [C, H, W] = data.shape, P = model.config.patch_size, rows = H / P, columns = W / P;
    const first = model.config.pooling === "cls" ? 1 : 0;  // tokens in front of the patches
    return { data, model, C, H, W, P, rows, columns, N: rows * columns, first, T: rows * columns + first,
      L: model.config.depth, h: model.config.num_heads, image: 0, pixels: null, hidden: new Set(), order: null,
      positions: true, uniform: false, query: 0, block: model.config.depth - 1, head: model.config.num_heads - 1,
      mode: "look", squares: true, cursor: 0 };
  }

  const source = (s, place) => (s.order ? s.order[place] : place);  // which patch lies at a place

  function modelPixels(s) {  // bytes to -1 … 1; hidden patches are black
    const x = Float32Array.from(s.pixels, (byte) => byte / 127.5 - 1);
    for (let i = 0; i < x.length; i++) if (s.hidden.has(patchAt(s, i % s.W, Math.floor(i / s.W) % s.H))) x[i] = -1;
    return x;
  }

  const patchAt = (s, x, y) => Math.floor(y / s.P) * s.columns + Math.floor(x / s.P);

  function compute(s) {
    s.run = vit.forward(s.model, modelPixels(s), { order: s.order, positions: s.positions, uniform: s.uniform });
    s.lens = s.run.lens.map(vit.softmax);
    const changed = s.hidden.size || s.order || !s.positions || s.uniform;
    s.untouched = s.untouched || (changed ? shares(s, {}, new Set()) : s.lens[s.L - 1]);
  }

  const best = (shares) => shares.indexOf(Math.max(...shares));

  function firstImage(s) {  // one named rightly, but not at first sight
    const found = (s.data.labels || []).findIndex((label, i) => {
      choose(s, i);
      const answers = vit.forward(s.model, modelPixels(s)).lens.map(best);
      return answers[s.L - 1] === label && (s.L < 3 || answers[1] !== label);
    });
    return Math.max(0, found);
  }

  function weight(s, block, head, place) {  // head h is the mean over the heads
    const at = (k) => s.run.maps[block][(k * s.T + s.query) * s.T + s.first + place];
    if (head < s.h) return at(head);
    let sum = 0;
    for (let k = 0; k < s.h; k++) sum += at(k);
    return sum / s.h;
  }

  function mostIn(s, block, head) {  // what one map gives to a single patch
    let most = { weight: 0, place: 0 };
    for (let place = 0; place < s.N; place++)
      if (weight(s, block, head, place) > most.weight) most = { weight: weight(s, block, head, place), block, head, place };
    return most;
  }

  function mostOfQuery(s) {  // the scale that all maps of this query share
    const maps = [...Array(s.L * s.h).keys()].map((i) => mostIn(s, Math.floor(i / s.h), i % s.h));
    return maps.reduce((most, map) => (map.weight > most.weight ? map : most));
  }

  function shares(s, changes, hidden = s.hidden) {  // of all classes, under other changes
    return vit.softmax(vit.forward(s.model, modelPixels({ ...s, hidden }), changes).logits);
  }

  // --- Drawing. ---

  function heat(share) {  // the root: or small weights would all be dark
    const at = Math.sqrt(Math.min(1, Math.max(0, share))) * (CIVIDIS.length - 1), i = Math.min(CIVIDIS.length - 2, Math.floor(at));
    return CIVIDIS[i].map((low, k) => Math.round(low + (at - i) * (CIVIDIS[i + 1][k] - low)));
  }

  const colour = (share) => "rgb(" + heat(share).join() + ")";
  const corner = (s, place, step) => [(place % s.columns) * step, Math.floor(place / s.columns) * step];

  function drawMap(s, canvas, block, head) {
    const context = canvas.getContext("2d"), step = canvas.width / s.columns;
    for (let place = 0; place < s.N; place++) {
      context.fillStyle = colour(weight(s, block, head, place) / s.most.weight);
      context.fillRect(...corner(s, place, step), step, step);
    }
    if (s.query >= s.first) frame(s, context, s.query - s.first, step, QUERY, 2);
  }

  function drawPicture(s, canvas) {
    const context = canvas.getContext("2d"), side = canvas.width / s.W, step = side * s.P;
    for (let y = 0; y < s.H; y++) for (let x = 0; x < s.W; x++) {
      context.fillStyle = "rgb(" + pixelAt(s, x, y).join() + ")";
      context.fillRect(x * side, y * side, side, side);
    }
    for (let place = 0; place < s.N; place++) {
      const [left, top] = corner(s, place, step);
      context.strokeStyle = "rgb(128 128 128 / .55)";
      context.strokeRect(left, top, step, step);
      if (s.hidden.has(source(s, place))) cross(context, left, top, step);
      if (s.squares) square(context, left + step / 2, top + step / 2, step, weight(s, s.block, s.head, place) / s.most.weight);
    }
    if (s.query >= s.first) frame(s, context, s.query - s.first, step, QUERY, 5);
    if (document.activeElement === canvas) frame(s, context, s.cursor, step, CURSOR, 5);
  }

  function square(context, x, y, step, share) {  // its area says how much, and the picture stays in sight
    const side = step * Math.max(0.05, 0.9 * Math.sqrt(share));
    context.fillStyle = "#000";
    context.fillRect(x - side / 2 - 2, y - side / 2 - 2, side + 4, side + 4);
    context.fillStyle = QUERY;
    context.fillRect(x - side / 2, y - side / 2, side, side);
  }

  function cross(context, left, top, step) {  // or black on black would not be seen
    context.beginPath();
    for (const [x, y] of [[0, 1], [1, 0]]) {
      context.moveTo(left + x * step, top);
      context.lineTo(left + y * step, top + step);
    }
    context.strokeStyle = "#888";
    context.stroke();
  }

  function frame(s, context, place, step, tint, width) {  // dark around light: seen on any ground
    const [left, top] = corner(s, place, step);
    for (const [style, thick] of [["#000", 2 * width], [tint, width]]) {
      Object.assign(context, { lineWidth: thick, strokeStyle: style });
      context.strokeRect(left + width, top + width, step - 2 * width, step - 2 * width);
    }
    context.lineWidth = 1;
  }

  function pixelAt(s, x, y) {  // as shown: shuffled, and black where hidden
    const patch = source(s, patchAt(s, x, y));
    if (s.hidden.has(patch)) return [0, 0, 0];
    const sx = (patch % s.columns) * s.P + (x % s.P), sy = Math.floor(patch / s.columns) * s.P + (y % s.P);
    return [0, 1, 2].map((c) => s.pixels[((c % s.C) * s.H + sy) * s.W + sx]);
  }

  // --- Acting on the picture. ---

  function act(s, x, y, goesOn) {  // at a pixel; a stroke goes on as it began
    const place = (s.cursor = patchAt(s, x, y)), patch = source(s, place);
    if (s.mode === "look") s.query = s.first + place;
    else if (s.mode === "hide") {
      if (!goesOn) s.hides = !s.hidden.has(patch);
      s.hidden[s.hides ? "add" : "delete"](patch);
    } else paint(s, x, y, s.mode === "draw" ? 255 : 0);
  }

  function paint(s, x, y, value) {  // a pen of two pixels
    for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      const patch = source(s, patchAt(s, Math.min(x + dx, s.W - 1), Math.min(y + dy, s.H - 1)));
      const sx = (patch % s.columns) * s.P + (Math.min(x + dx, s.W - 1) % s.P);
      const sy = Math.floor(patch / s.columns) * s.P + (Math.min(y + dy, s.H - 1) % s.P);
      for (let c = 0; c < s.C; c++) s.pixels[(c * s.H + sy) * s.W + sx] = value;
    }
  }

  function choose(s, image) {  // an image of the tray; after the last: empty
    Object.assign(s, { image, untouched: null });
    s.pixels = image < s.data.images.length ? bytes(s.data.images[image]) : new Uint8Array(s.C * s.H * s.W);
    s.hidden.clear();
  }

  function undo(s) {
    Object.assign(s, { order: null, positions: true, uniform: false });
    choose(s, s.image);
  }

  function shuffled(n) {
    const order = [...Array(n).keys()];
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  Object.assign(vit, { newState, compute, best, firstImage, weight, mostIn, mostOfQuery, shares, drawMap, drawPicture, act, choose, undo, shuffled, patchAt, percent, pixelBytes: bytes, colour });
})();
