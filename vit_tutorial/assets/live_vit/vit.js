// A Vision Transformer in plain JavaScript: what vit_tutorial computes with PyTorch, in the order of the chapters.
// It reads the safetensors file that save_model writes. A tensor of shape (T, D) is a Float32Array, row after row.
(function () {
  "use strict";
  const vit = (globalThis.vitTutorial = globalThis.vitTutorial || {});

  // --- The file: eight bytes of length, JSON that says where each tensor lies, then the numbers. ---------------------

  vit.readModel = function (buffer) {
    const view = new DataView(buffer);
    const start = buffer.byteLength > 8 ? 8 + Number(view.getBigUint64(0, true)) : Infinity;
    if (!(start <= buffer.byteLength)) throw new Error("not a safetensors file, or a truncated one: " + buffer.byteLength + " bytes");
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, start - 8)));
    const { config, classes } = head.__metadata__ || {};
    if (!config) throw new Error("the file does not say the sizes of its model: write it with save_model");
    const weights = {};
    for (const name of Object.keys(head)) if (name !== "__metadata__") weights[name] = readTensor(view, start, name, head[name]);
    return { config: JSON.parse(config), classes: JSON.parse(classes || "null"), weights };
  };

  function readTensor(view, start, name, { dtype, data_offsets: [from, to] }) {
    const bytes = { F16: 2, F32: 4 }[dtype];
    if (!bytes) throw new Error(name + " is of type " + dtype + "; this reads F16 and F32: save model.half() or model.float()");
    const numbers = new Float32Array((to - from) / bytes);
    for (let i = 0; i < numbers.length; i++) {
      const at = start + from + i * bytes;
      numbers[i] = bytes === 2 ? fromHalf(view.getUint16(at, true)) : view.getFloat32(at, true);
    }
    return numbers;
  }

  function fromHalf(bits) {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = (bits & 1023) / 1024;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction) : sign * 2 ** -14 * fraction;
  }

  // --- Linear layer and LayerNorm, of T tokens. ---------------------------------------------------------------------

  function linear(x, T, weight, bias) {                                  // (T, D) -> (T, K); weight (K, D), bias (K)
    const D = x.length / T, K = bias.length, y = new Float32Array(T * K);
    for (let t = 0; t < T; t++) {
      for (let k = 0; k < K; k++) {
        let sum = bias[k];
        for (let d = 0, i = t * D, j = k * D; d < D; d++) sum += x[i + d] * weight[j + d];
        y[t * K + k] = sum;
      }
    }
    return y;
  }

  function layerNorm(x, T, weight, bias, eps) {                          // (T, D) -> (T, D)
    const D = x.length / T, y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i += D) {
      let mean = 0, variance = 0;
      for (let d = 0; d < D; d++) mean += x[i + d] / D;
      for (let d = 0; d < D; d++) variance += (x[i + d] - mean) ** 2 / D;
      for (let d = 0; d < D; d++) y[i + d] = ((x[i + d] - mean) / Math.sqrt(variance + eps)) * weight[d] + bias[d];
    }
    return y;
  }

  vit.softmax = function (scores) {
    const largest = Math.max(...scores), y = scores.map((s) => Math.exp(s - largest));
    const sum = y.reduce((a, b) => a + b, 0);
    return y.map((e) => e / sum);
  };

  // --- Chapter 01: patches. The order inside of a patch is channel, row, column. ------------------------------------

  function patchify(pixels, [H, W], C, P) {                              // (C, H, W) -> (N, C·P·P)
    const patches = new Float32Array(pixels.length);
    let i = 0;
    for (let top = 0; top < H; top += P)
      for (let left = 0; left < W; left += P)
        for (let c = 0; c < C; c++)
          for (let y = 0; y < P; y++)
            for (let x = 0; x < P; x++) patches[i++] = pixels[(c * H + top + y) * W + left + x];
    return patches;
  }

  // --- Chapter 02: embeddings: patches to tokens, the class token in front, positions added. ------------------------

  function embed(model, pixels, { order, positions = true }) {           // (C, H, W) -> (T, D)
    const { config: c, weights: w } = model, table = w["embeddings.position_embedding"];
    const size = vit.imageSize(c), N = (size[0] / c.patch_size) * (size[1] / c.patch_size), D = c.embed_dim;
    const projection = "embeddings.patch_embedding.projection.";
    const patches = linear(patchify(pixels, size, c.in_channels, c.patch_size), N, w[projection + "weight"], w[projection + "bias"]);
    const first = c.pooling === "cls" ? 1 : 0, x = new Float32Array((N + first) * D);
    if (first) x.set(w["embeddings.class_token"]);
    for (let i = 0; i < N; i++) {
      const from = order ? order[i] : i;                                 // which patch stands at place i
      x.set(patches.subarray(from * D, (from + 1) * D), (i + first) * D);
    }
    return positions && table ? add(x, table) : x;
  }

  vit.imageSize = ({ image_size: size }) => (Array.isArray(size) ? size : [size, size]);

  // --- Chapter 03: attention. ---------------------------------------------------------------------------------------

  function attention(x, T, h, layer, uniform) {                          // (T, D) -> (T, D) and weights (h, T, T)
    const D = x.length / T, Dh = D / h, qkv = linear(x, T, layer("qkv.weight"), layer("qkv.bias"));
    const weights = new Float32Array(h * T * T), mixed = new Float32Array(T * D);
    for (let head = 0; head < h; head++) {
      for (let i = 0; i < T; i++) {
        const row = uniform && i === 0 ? new Float32Array(T).fill(1 / T) : attentionRow(qkv, i, T, D, head * Dh, Dh);
        weights.set(row, (head * T + i) * T);
        for (let j = 0; j < T; j++) {
          const share = row[j], value = (3 * j + 2) * D + head * Dh, out = i * D + head * Dh;
          for (let d = 0; d < Dh; d++) mixed[out + d] += share * qkv[value + d];
        }
      }
    }
    return { x: linear(mixed, T, layer("projection.weight"), layer("projection.bias")), weights };
  }

  function attentionRow(qkv, i, T, D, at, Dh) {                          // softmax of query i times all keys, (T)
    const scores = new Float32Array(T), query = 3 * i * D + at;
    for (let j = 0; j < T; j++) {
      const key = (3 * j + 1) * D + at;
      let sum = 0;
      for (let d = 0; d < Dh; d++) sum += qkv[query + d] * qkv[key + d];
      scores[j] = sum / Math.sqrt(Dh);
    }
    return vit.softmax(scores);
  }

  // --- Chapter 04: MLP. ---------------------------------------------------------------------------------------------

  function mlp(x, T, layer) {                                            // (T, D) -> (T, D_mlp) -> (T, D)
    const hidden = linear(x, T, layer("linear1.weight"), layer("linear1.bias")).map(gelu);
    return linear(hidden, T, layer("linear2.weight"), layer("linear2.bias"));
  }

  const gelu = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));

  function erf(x) {                                                      // Abramowitz and Stegun 7.1.26, to 1.5e-7
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return Math.sign(x) * (1 - sum * Math.exp(-x * x));
  }

  // --- Chapter 05: the encoder and the whole model. -----------------------------------------------------------------

  const add = (x, y) => x.map((value, i) => value + y[i]);

  vit.encoderBlock = function (w, name, x, T, h, eps, uniform) {         // (T, D) -> (T, D) and weights (h, T, T)
    const layer = (part) => (rest) => w[name + part + rest];
    const norm = (y, which) => layerNorm(y, T, w[name + which + ".weight"], w[name + which + ".bias"], eps);
    const attended = attention(norm(x, "norm1"), T, h, layer("attention."), uniform);
    x = add(x, attended.x);
    return { x: add(x, mlp(norm(x, "norm2"), T, layer("mlp."))), weights: attended.weights };
  };

  // pixels: (C, H, W) from -1 to 1. changes: {order, positions: false, uniform: true} shuffle the patches, leave the
  // positions out, make the class token attend to all tokens alike. For each of the L blocks: maps (h, T, T), the
  // read-out token (D) and, through the last norm and the head, lens (K); the last lens are the logits.
  vit.forward = function (model, pixels, changes = {}) {
    const { config: c, weights: w } = model, run = { maps: [], readOuts: [], lens: [] };
    const norm = (x, T, name) => layerNorm(x, T, w[name + ".weight"], w[name + ".bias"], c.layer_norm_eps);
    let x = (run.tokens = embed(model, pixels, changes));
    const T = x.length / c.embed_dim;
    for (let l = 0; l < c.depth; l++) {
      const block = vit.encoderBlock(w, "encoder.blocks." + l + ".", x, T, c.num_heads, c.layer_norm_eps, changes.uniform);
      x = block.x;
      run.maps.push(block.weights);
      run.readOuts.push(readOut(x, T, c.pooling));
      run.lens.push(linear(readOut(norm(x, T, "encoder.norm"), T, c.pooling), 1, w["head.weight"], w["head.bias"]));
    }
    run.logits = run.lens[c.depth - 1];
    return run;
  };

  function readOut(x, T, pooling) {                                      // (T, D) -> (D): class token, or mean
    const D = x.length / T, y = x.slice(0, D);
    if (pooling === "mean") for (let i = D; i < x.length; i++) y[i % D] += x[i];
    return pooling === "mean" ? y.map((sum) => sum / T) : y;
  }

  Object.assign(vit, { linear, layerNorm, embed, add });
})();
