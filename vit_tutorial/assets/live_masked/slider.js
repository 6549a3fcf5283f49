// The page: choose a picture, hide a share of its patches, see the guess beside the picture and two numbers.
(function () {
  "use strict";
  const vit = globalThis.vitTutorial, fill = vit.fill;
  const WORDS = {
    en: { start: "Start the model", loading: "Loading the weights …", failed: "The weights did not load: {why}", picture: "Picture {n}",
      pictures: "Pictures", hide: "Hide {share} %", share: "Share of the patches that is hidden", again: "Hide others", seen: "The encoder sees {seen} of {all} patches.",
      guess: "Visible patches, and the guess for the others.", whole: "The picture.",
      errors: "Mean squared error over the {hidden} hidden patches: the guess {error}; the mean patch of each place {mean}." },
    zh: { start: "启动模型", loading: "正在加载权重……", failed: "权重没有加载成功：{why}", picture: "第 {n} 张图",
      pictures: "图片", hide: "遮住 {share} %", share: "遮住的图像块所占的比例", again: "换一批来遮", seen: "编码器看到的：{all} 块中的 {seen} 块。",
      guess: "可见的图像块，以及对其余部分的猜测。", whole: "原图。",
      errors: "被遮住的 {hidden} 块上的均方误差：猜测是 {error}；每个位置的平均图像块是 {mean}。" }
  };

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const pixels = (bytes) => Float32Array.from(bytes, (byte) => byte / 127.5 - 1);

  function draw(canvas, s, patches, shown) {                             // hidden patches grey, with a cross
    const context = canvas.getContext("2d"), side = canvas.width / s.W, length = s.P * s.P;
    context.fillStyle = "#5a626b";
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const place of shown)
      for (let i = 0; i < length; i++) {
        const value = Math.round(Math.min(255, Math.max(0, (patches[place * length + i] + 1) * 127.5)));
        context.fillStyle = "rgb(" + [value, value, value].join() + ")";
        const x = (place % s.columns) * s.P + (i % s.P), y = Math.floor(place / s.columns) * s.P + Math.floor(i / s.P);
        context.fillRect(x * side, y * side, side, side);
      }
  }

  const patchesOf = (s, image) => {                                      // (H·W) -> (N, P·P)
    const x = new Float32Array(image.length);
    for (let place = 0, k = 0; place < s.N; place++)
      for (let i = 0; i < s.P * s.P; i++, k++)
        x[k] = image[(Math.floor(place / s.columns) * s.P + Math.floor(i / s.P)) * s.W + (place % s.columns) * s.P + (i % s.P)];
    return x;
  };

  function open(root, data, model, words) {
    const [, H, W] = data.shape, P = model.config.patch_size, columns = W / P, N = (H / P) * columns;
    const s = { H, W, P, columns, N, image: 0, share: 75, order: vit.shuffled(N) };
    const pictures = data.images.map((text) => pixels(vit.pixelBytes(text))), mean = patchesOf(s, pixels(vit.pixelBytes(data.mean)));
    const canvas = () => make("canvas", { width: 8 * W, height: 8 * H, "aria-hidden": "true" });
    const three = [canvas(), canvas(), canvas()], captions = [words.seen, words.guess, words.whole].map((text) => make("figcaption", {}, text));
    const errors = make("p", { class: "live-masked-errors", role: "status" }), label = make("span", {});
    const all = [...Array(N).keys()];

    function update() {
      const hidden = N - Math.max(1, Math.round((N * (100 - s.share)) / 100)), visible = s.order.slice(hidden), places = s.order.slice(0, hidden);
      const truth = patchesOf(s, pictures[s.image]), guess = vit.guess(model, pictures[s.image], visible);
      const mixed = guess.slice(), length = P * P;
      visible.forEach((place) => mixed.set(truth.subarray(place * length, (place + 1) * length), place * length));
      draw(three[0], s, truth, visible);
      draw(three[1], s, mixed, all);
      draw(three[2], s, truth, all);
      captions[0].textContent = fill(words.seen, { seen: visible.length, all: N });
      label.textContent = fill(words.hide, { share: s.share });
      const error = (patches) => vit.errorOf(patches, truth, { visible, places }).toFixed(3);
      errors.textContent = fill(words.errors, { hidden: places.length, error: error(guess), mean: error(mean) });
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === s.image));
    }

    const buttons = pictures.map((image, i) => {
      const small = make("canvas", { width: W, height: H });
      draw(small, s, patchesOf(s, image), all);
      return make("button", { type: "button", "aria-label": fill(words.picture, { n: i + 1 }), onclick: () => { s.image = i; update(); } }, small);
    });
    const slider = make("input", { type: "range", min: 25, max: 90, step: 5, value: s.share, "aria-label": words.share,
      oninput: (event) => { s.share = Number(event.target.value); update(); } });
    const again = make("button", { type: "button", onclick: () => { s.order = vit.shuffled(N); update(); } }, words.again);
    root.querySelector(".live-vit-start").remove();
    root.append(make("div", { class: "live-vit-open" },
      make("div", { class: "live-vit-tray", role: "group", "aria-label": words.pictures }, ...buttons),
      make("label", { class: "live-masked-slider" }, label, slider), again,
      make("div", { class: "live-masked-three" }, ...three.map((picture, i) => make("figure", {}, picture, captions[i]))), errors));
    update();
  }

  vit.mountMasked = function (root) {
    const data = JSON.parse(root.querySelector("script.live-vit-data").textContent), lang = vit.language(root), words = WORDS[lang];
    data.weightsFrom = root.querySelector(".live-vit-weights")?.src;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    root.dataset.ready = "yes";
    const button = make("button", { type: "button", class: "live-vit-start" }, words.start);
    const start = async () => {
      if (button.disabled) return;
      button.disabled = true;
      button.textContent = words.loading;
      try {
        open(root, data, vit.readModel(await vit.loadWeights(data)), words);
      } catch (error) {
        button.textContent = fill(words.failed, { why: error.message });
      }
    };
    button.addEventListener("click", start);
    root.querySelector(".live-vit-still").append(button);
    if (data.weightsFrom && globalThis.IntersectionObserver)
      new IntersectionObserver((seen, observer) => { if (seen.some((one) => one.isIntersecting)) { observer.disconnect(); start(); } }).observe(root);
    else if (data.weights) start();
  };

  document.querySelectorAll(".live-vit[data-kind=masked]:not([data-ready])").forEach(vit.mountMasked);
})();
