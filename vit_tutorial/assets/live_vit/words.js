// What the live model says, in the page's language. {…} is filled in.
(function () {
  "use strict";
  const vit = (globalThis.vitTutorial = globalThis.vitTutorial || {});

  vit.words = {
    en: {
      start: "Start the model", loading: "Loading the weights …", failed: "The weights did not load: {why}",
      pictures: "Pictures", picture: "The picture, {rows} × {columns} patches. Arrow keys move; space acts.", empty: "Empty",
      look: "Look", draw: "Draw", rub: "Rub out", hide: "Black out", modes: "What a tap does",
      squares: "Attention on the picture", query: "Query", classToken: "class token", maps: "Attention maps, a row for each block",
      map: "block {block}, {head}", mean: "mean", block: "block", head: "head",
      scale: "Share of the query's attention: 0", answer: "The answer, read after each block", share: "{name} after block {block}: {share}",
      world: "Change the world", shuffle: "Shuffle the patches", positions: "Take the positions away", uniform: "Class token attends to all alike",
      undo: "Undo all", chosen: "Row {row}, column {column}: {weight} of the attention of {query} (block {block}, {head})",
      patch: "row {row}, column {column}", hidden: "{hidden} of {all} patches are black.", says: "Answer: {answer}, {share}.",
      note: "The model knows catalogue photos only; a drawing is none, and it answers all the same.",
      tour: "Tour", stop: "Stop {stop} of {stops}", next: "Next", back: "Back", free: "Play freely", again: "Take the tour again", open: "Your guess first, then open the answer",
      stops: [
        ["The squares are all that the model gets: {patches} of them, row by row.", "How many numbers does it get of one square?", "{numbers}: {side} × {side} pixels."],
        ["Each small map is the class token's row in one head of one block: how much it takes from each patch. Choose some of them.", "Where is the most pointed one, the one that puts most on a single patch?", "In {sharpest}: {weight} on one patch. Spread evenly, each token would get {even}."],
        ["The bars are the class token, read after each block as if that block were the last.", "After which block does the answer stand?", "From block {settled} on it is {answer}."],
        ["Tap patches to black them out. Take as few as you can.", "How few change the answer? Does the attention map tell you which?", "{hiddenNow} {saysNow}"],
        ["Now the patches are shuffled, and their positions are those of the places where they lie. The next button below takes the positions away instead.", "What harms the answer more?", "“{first}” has {before}; {shuffled} with this shuffle, {without} without positions."],
        ["In every block the class token now attends to all tokens alike: its attention can't choose anything.", "Does the model still know?", "“{first}” has {before} with its own attention and {alike} with even attention."]
      ]
    },
    zh: {
      start: "启动模型", loading: "正在载入权重……", failed: "权重没有载入：{why}",
      pictures: "图像", picture: "图像，{rows} × {columns} 个图像块。方向键移动，空格键执行。", empty: "空白",
      look: "查看", draw: "画", rub: "擦", hide: "涂黑", modes: "点按的作用",
      squares: "在图上显示注意力", query: "查询", classToken: "类别词元", maps: "注意力图，每块一行",
      map: "第 {block} 块，{head}", mean: "平均", block: "块", head: "头",
      scale: "占查询的注意力的比例：0", answer: "每块之后读出的答案", share: "第 {block} 块之后，{name}：{share}",
      world: "改变条件", shuffle: "打乱图像块", positions: "去掉位置嵌入", uniform: "类别词元平均地注意所有词元",
      undo: "全部还原", chosen: "第 {row} 行第 {column} 列：占{query}的注意力的 {weight}（第 {block} 块，{head}）",
      patch: "第 {row} 行第 {column} 列", hidden: "{all} 个图像块中，{hidden} 个是黑的。", says: "答案：{answer}，{share}。",
      note: "模型只见过商品照片。手画的图不是商品照片，它照样会给出答案。",
      tour: "导览", stop: "第 {stop} 站，共 {stops} 站", next: "下一站", back: "上一站", free: "自由探索", again: "重新导览", open: "先猜，再看答案",
      stops: [
        ["模型看到的就是这些方块，一共 {patches} 个，逐行排列。", "每个方块给模型多少个数？", "{numbers} 个：{side} × {side} 像素。"],
        ["每张小图是类别词元在某一块、某个头里的那一行：它从每个图像块取多少。点几张看看。", "哪一张最集中，在单独一个图像块上放得最多？", "{sharpest}：一个图像块就占 {weight}。平均分的话，每个词元是 {even}。"],
        ["这些条形是每块之后的类别词元，假定这一块就是最后一块，读出来的结果。", "从哪一块之后起，答案就定了？", "从第 {settled} 块起，答案一直是 {answer}。"],
        ["点图像块，把它涂黑，涂得越少越好。", "最少涂几块，答案就会变？注意力图能告诉你涂哪几块吗？", "{hiddenNow}{saysNow}"],
        ["现在图像块被打乱了，位置嵌入还是它们所在的那些位置的。下面的另一个开关则是去掉位置嵌入。", "哪一种对答案的损害更大？", "“{first}”的概率原来是 {before}；这样打乱之后是 {shuffled}，去掉位置嵌入之后是 {without}。"],
        ["现在，每一块里类别词元都平均地注意所有词元：它的注意力什么也挑不了。", "模型还认得出来吗？", "“{first}”的概率，用它自己的注意力是 {before}，用平均的注意力是 {alike}。"]
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
