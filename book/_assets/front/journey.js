// The front page's garments: the trained model answers for the one that is chosen, here in the page, with the code and
// the weights of chapter 08 (vit_tutorial/assets/live_vit). Nothing is loaded before the first choice.
(function () {
  "use strict";
  const tray = document.querySelector(".journey-tray"), data = JSON.parse(tray.querySelector("script").textContent);
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let loading = null, chosen = data.chosen;

  function picture(width, height, colour) {  // of width × height pixels, as an address
    const canvas = Object.assign(document.createElement("canvas"), { width, height }), context = canvas.getContext("2d");
    for (let i = 0; i < width * height; i++) {
      context.fillStyle = colour(i % width, Math.floor(i / width));
      context.fillRect(i % width, Math.floor(i / width), 1, 1);
    }
    return canvas.toDataURL();
  }

  const garment = (i) => {
    const pixels = bytes(data.images[i]);
    return picture(28, 28, (x, y) => "rgb(" + Array(3).fill(pixels[28 * y + x]).join() + ")");
  };

  async function load() {
    const [code, weights] = [...tray.querySelectorAll("script[type='text/plain']")].map((script) => script.src);
    await new Promise((done, fail) => {
      const onerror = () => fail(new Error(code));
      document.head.append(Object.assign(document.createElement("script"), { src: code, onload: done, onerror }));
    });
    return vitTutorial.readModel(await vitTutorial.loadWeights({ weightsFrom: weights }));
  }

  async function choose(i) {
    chosen = i;
    status.textContent = loading ? "" : data.words.busy;
    try {
      const model = await (loading = loading || load());
      if (i === chosen) show(i, vitTutorial.forward(model, Float32Array.from(bytes(data.images[i]), (byte) => byte / 127.5 - 1)), model.config);
    } catch (error) {
      loading = null;
      status.textContent = fill(data.words.failed, { why: error.message });
    }
  }

  function show(i, run, { embed_dim: D, num_heads: heads, depth }) {
    const [pixels, patches, tokens, seen] = document.querySelectorAll(".journey-step img"), T = run.tokens.length / D;
    pixels.src = patches.src = garment(i);
    const low = Math.min(...run.tokens), high = Math.max(...run.tokens);  // colour() takes a root; here it shall not
    tokens.src = picture(T, D, (t, d) => vitTutorial.colour(((run.tokens[t * D + d] - low) / (high - low)) ** 2));
    const attention = new Float32Array(T - 1);  // of the class token in the last block, mean over the heads
    for (let head = 0; head < heads; head++)
      attention.forEach((sum, place) => { attention[place] = sum + run.maps[depth - 1][head * T * T + 1 + place] / heads; });
    const most = Math.max(...attention), columns = Math.sqrt(T - 1);
    seen.src = picture(columns, columns, (x, y) => vitTutorial.colour(attention[columns * y + x] / most));
    const shares = vitTutorial.softmax(run.logits), answer = vitTutorial.best(shares);
    document.querySelectorAll(".journey-step li").forEach((bar, k) => bar.style.setProperty("--share", 100 * shares[k] + "%"));
    status.textContent = fill(data.words.says, { answer: data.classes[answer], share: Math.round(100 * shares[answer]), label: data.classes[i] });
  }

  const group = document.createElement("fieldset"), legend = document.createElement("legend"), status = document.createElement("p");
  legend.textContent = data.words.choose;
  status.setAttribute("role", "status");
  group.append(legend, ...data.images.map((_, i) => {
    const label = document.createElement("label"), photo = Object.assign(new Image(56, 56), { loading: "lazy", src: garment(i), alt: data.classes[i] });
    const button = Object.assign(document.createElement("input"), { type: "radio", name: "garment", checked: i === chosen, autocomplete: "off" });
    button.addEventListener("change", () => choose(i));
    label.append(button, photo);
    return label;
  }));
  tray.append(group, status);
})();
