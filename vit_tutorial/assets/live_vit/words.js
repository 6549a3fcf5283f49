// What the live model says, in the page's language. {…} is filled in.
(function () {
  "use strict";
  const vit = (globalThis.vitTutorial = globalThis.vitTutorial || {});

  vit.words = {
    en: {
      start: "Start the model", loading: "Loading the weights …", failed: "The weights did not load: {why}",
      pictures: "Pictures", picture: "The picture, {rows} × {columns} patches. Arrow keys move; space acts.", empty: "Empty",
      look: "Look", draw: "Draw", rub: "Rub out", hide: "Black out", modes: "What a tap does",
      squares: "On the picture", query: "Query: ", classToken: "class token", maps: "Attention maps: a row for each block, a column for each head",
      map: "block {block}, {head}", mean: "mean", head: "head",
      scale: "Share of the query's attention: 0 ", larger: "; on the picture: the larger, the more", answer: "The answer, read after each block", share: "{name} after block {block}: {share}",
      world: "Change the world", shuffle: "Shuffle the patches", positions: "Take the positions away", uniform: "Class token attends to all alike",
      undo: "Undo all", chosen: "In hand: {place}, which has {weight} of the query's attention (query: {query}; block {block}, {head}{self}).",
      patch: "row {row}, column {column}", hidden: "{hidden} of {all} patches are black.", says: "Answer: {answer}, {share}.",
      label: " Label: {label}\u00a0{mark}", before: "Untouched: {answer}, {share}. ", classes: {},
      most: "Block {block}, {head}: the query ({query}) gives most to {place}: {weight}{self}.", self: "; {weight} to the class token",
      note: "The model knows catalogue photos only; a drawing is none, and it answers all the same.",
      tour: "Tour", stop: "Stop {stop} of {stops}", next: "Next", back: "Back", free: "Play freely", again: "Take the tour again", open: "Your guess first, then open the answer",
      stops: [
        ["The squares are all that the model gets: {patches} patches, row by row.", "How many numbers is one patch?", "{numbers}: {side} × {side} pixels; channels: {channels}."],
        ["The query is now: {query}. Each small map is its row in one head of one block: how much it takes from each patch. Choose some maps.", "Which map puts most on a single patch?", "{sharpest}: {weight}. Spread evenly, each token would get {even}."],
        ["The bars are the answer, read after each block as if that block were the last. The head that reads was trained for the last one only.", "From which block on does the answer stand?", "From block {settled} on it is {answer}."],
        ["Tap patches to black them out.", "How few are enough to change the answer?", "{hiddenNow} {saysNow} Did the attention map tell you which? Chapter 08 puts that to a test."],
        ["The patches are shuffled now; each has the position of the place where it lies. “Take the positions away” would leave them in order and remove the positions.", "Which of the two harms the answer more?", "“{first}” has {before}; {shuffled} with this shuffle, {without} without positions."],
        ["In every block the class token now attends to all tokens alike: its attention can't choose anything.", "Does the model still know?", "“{first}” has {before} with its own attention and {alike} with even attention."]
      ]
    },
    zh: {
      start: "启动模型", loading: "正在载入权重……", failed: "权重没有载入：{why}",
      pictures: "图像", picture: "图像，{rows} × {columns} 个图像块。方向键移动，空格键执行。", empty: "空白",
      look: "查看", draw: "画", rub: "擦", hide: "涂黑", modes: "点按的作用",
      squares: "显示在图上", query: "查询：", classToken: "类别词元", maps: "注意力图：每行一个编码器块，每列一个头",
      map: "编码器块 {block}，{head}", mean: "平均", head: "头",
      scale: "占该查询注意力的比例：0 ", larger: "；图上的方块越大，比例越高", answer: "每个编码器块之后读出的答案", share: "编码器块 {block} 之后，{name}：{share}",
      world: "改变条件", shuffle: "打乱图像块", positions: "去掉位置嵌入", uniform: "类别词元对所有词元一视同仁",
      undo: "全部还原", chosen: "当前：{place}，占查询（{query}）注意力的 {weight}（编码器块 {block}，{head}{self}）。",
      patch: "第 {row} 行第 {column} 列", hidden: "{all} 个图像块中，{hidden} 个是黑的。", says: "答案：{answer}，{share}。",
      label: "标签：{label}\u00a0{mark}", before: "改动之前：{answer}，{share}。",
      classes: { "T-shirt/top": "T 恤", Trouser: "裤子", Pullover: "套头衫", Dress: "连衣裙", Coat: "外套", Sandal: "凉鞋", Shirt: "衬衫", Sneaker: "运动鞋", Bag: "包", "Ankle boot": "短靴" },
      most: "编码器块 {block}，{head}：查询（{query}）在{place}上放得最多，{weight}{self}。", self: "；类别词元上 {weight}",
      note: "模型只见过商品照片。手画的图不是商品照片，它照样会给出答案。",
      tour: "导览", stop: "第 {stop} 站，共 {stops} 站", next: "下一站", back: "上一站", free: "自由探索", again: "重新导览", open: "先猜，再看答案",
      stops: [
        ["模型看到的就是这些方块：{patches} 个图像块，一行一行地读。", "一个图像块是多少个数？", "{numbers} 个：{side} × {side} 像素，通道数 {channels}。"],
        ["现在的查询是：{query}。每张小图是它在某个编码器块、某个头里的那一行注意力，也就是它从各个图像块取多少。点几张看看。", "哪一张图在单独一个图像块上放得最多？", "{sharpest}：{weight}。要是平均分，每个词元只有 {even}。"],
        ["条形图是每个编码器块之后读出的答案，就当这一块是最后一块。负责读的分类头，训练时只见过最后一块的输出。", "从哪个编码器块起，答案就不再变了？", "从编码器块 {settled} 起，答案一直是{answer}。"],
        ["点一点图像块，把它涂黑。", "最少涂黑几个，答案就会变？", "{hiddenNow}{saysNow}注意力图告诉你该涂哪几个了吗？第 08 章会检验这一点。"],
        ["图像块的顺序打乱了，落到哪个位置，就用哪个位置的位置嵌入。“去掉位置嵌入”则是顺序不动，只把位置嵌入拿走。", "这两种做法，哪一种对答案的损害更大？", "“{first}”的概率原来是 {before}；这样打乱之后是 {shuffled}，去掉位置嵌入之后是 {without}。"],
        ["现在，在每个编码器块里，类别词元对所有词元一视同仁：它的注意力没法挑选了。", "模型还认得出来吗？", "“{first}”的概率，用原来的注意力是 {before}，一视同仁时是 {alike}。"]
      ]
    }
  };

  // The page says its language; JupyterLab's page does not know the notebook's, so there the notebook's text tells.
  vit.language = function (root) {
    const notebook = root.closest(".jp-Notebook"), page = document.documentElement.lang || navigator.language || "en";
    if (!notebook) return /^zh/i.test(page) ? "zh" : "en";
    const cells = [...notebook.querySelectorAll(".jp-MarkdownCell")];
    return cells.some((cell) => /[\u4e00-\u9fff]/.test(cell.textContent)) ? "zh" : "en";
  };

  vit.fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
})();
