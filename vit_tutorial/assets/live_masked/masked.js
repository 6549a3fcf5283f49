// Chapter 10: the masked autoencoder in plain JavaScript, from the parts of vit.js. No class token.
(function () {
  "use strict";
  const vit = globalThis.vitTutorial;

  const gather = (x, D, places) => {                                     // rows of (N, D) -> (V, D)
    const y = new Float32Array(places.length * D);
    places.forEach((place, i) => y.set(x.subarray(place * D, (place + 1) * D), i * D));
    return y;
  };

  function encode(w, name, x, T, depth, h, eps) {                        // blocks and the last norm: (T, D) -> (T, D)
    for (let l = 0; l < depth; l++) x = vit.encoderBlock(w, name + "blocks." + l + ".", x, T, h, eps).x;
    return vit.layerNorm(x, T, w[name + "norm.weight"], w[name + "norm.bias"], eps);
  }

  // pixels: (C, H, W) from -1 to 1; visible: places of patches. Guessed patches, (N, C·P·P).
  vit.guess = function (model, pixels, visible) {
    const { config: c, weights: w } = model, V = visible.length;
    const own = Object.fromEntries(Object.entries(w).filter(([name]) => name.startsWith("vit.")).map(([name, x]) => [name.slice(4), x]));
    const tokens = gather(vit.embed({ config: c, weights: own }, pixels, {}), c.embed_dim, visible);
    const seen = encode(own, "encoder.", tokens, V, c.depth, c.num_heads, c.layer_norm_eps);
    const small = vit.linear(seen, V, w["to_decoder.weight"], w["to_decoder.bias"]);
    const position = w["decoder_position"], mask = w["mask_token"], d = mask.length, N = position.length / d;
    let x = new Float32Array(N * d);
    for (let i = 0; i < N; i++) x.set(mask, i * d);
    visible.forEach((place, i) => x.set(small.subarray(i * d, (i + 1) * d), place * d));
    x = encode(w, "decoder.", vit.add(x, position), N, c.decoder_depth, c.decoder_heads, 1e-6);
    return vit.linear(x, N, w["to_pixels.weight"], w["to_pixels.bias"]);
  };

  // Mean squared error over the hidden patches: of the guess, and of another picture's patches. picture: (N, C·P·P).
  vit.errorOf = function (patches, picture, hidden) {
    const length = picture.length / (hidden.visible.length + hidden.places.length);
    let sum = 0;
    for (const place of hidden.places)
      for (let i = place * length; i < (place + 1) * length; i++) sum += (patches[i] - picture[i]) ** 2;
    return sum / (hidden.places.length * length);
  };
})();
