"""Exercise 08.6, the case: solution, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch
from torch import nn

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.inspection.patient import HEALTHY, Patient, findings
from vit_tutorial.mlp import MLP
from vit_tutorial.patches import PatchEmbedding


class Mended(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embedding = PatchEmbedding(7, 1, 32)
        self.class_token = nn.Parameter(torch.zeros(1, 1, 32))  # one for all images
        self.position_embedding = nn.Parameter(torch.randn(1, 17, 32) * 0.02)
        self.norm1, self.norm2 = nn.LayerNorm(32), nn.LayerNorm(32)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.mlp = MLP(32, 64)
        self.head = nn.Linear(32, 10)

    def forward(self, images):
        x = self.patch_embedding(images)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)
        x = x + self.position_embedding
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])

    def optimizer(self):
        return torch.optim.AdamW(self.parameters(), lr=1e-3, weight_decay=0.1)


exercise = Exercise("08.6", Mended, run=findings)

_MESSAGES = {
    "class token": (
        "there is not one class token for all images, of shape (1, 1, 32). One for each place in the batch learns what "
        "stood at that place, and fits no other batch size. Make one and expand it.",
        "类别词元不是所有图像共用的一个，形状不是 (1, 1, 32)。给批里每个位置各配一个，它学的就是排在那里的图，"
        "批量大小一变还用不了。要只造一个，再 expand。",
    ),
    "positions": (
        "there is not a position for each of the 17 tokens: shape (1, 17, 32). One that is added to all of them says "
        "nothing about where a patch lies.",
        "17 个词元没有各自的位置嵌入：形状应为 (1, 17, 32)。所有词元加上同一个位置嵌入，等于没有说明图像块在哪里。",
    ),
    "attention": (
        "attention runs over the batch, from image to image: nn.MultiheadAttention takes the sequence first unless "
        "batch_first=True.",
        "注意力是在批里跑的，从一张图看到另一张图：nn.MultiheadAttention 默认序列在前，要写 batch_first=True。",
    ),
    "norms": (
        "attention and MLP do not have a LayerNorm each: one is used twice, or one is missing.",
        "注意力和 MLP 没有各用各的 LayerNorm：有一个用了两次，或者缺了一个。",
    ),
    "decay": (
        "Adam's weight_decay is coupled: it goes through the adaptive rate (chapter 06). Use AdamW.",
        "Adam 的 weight_decay 是耦合的，会经过自适应学习率（第 06 章）。请用 AdamW。",
    ),
    "rate": (
        "the learning rate is above 3e-3, and there is no warmup. Choose a smaller one.",
        "学习率超过了 3e-3，又没有预热。请选小一些的。",
    ),
}

for _name, (_en, _zh) in _MESSAGES.items():
    exercise.requires(_en, _zh)(
        lambda found, name=_name: found.get(name) == HEALTHY[name]
    )


class _Sick(Mended):
    """The mended model with one fault of the patient."""

    def __init__(self, fault):
        super().__init__()
        sick, self.fault = Patient(), fault
        if fault == "class token":
            self.class_token = sick.class_token
        if fault == "positions":
            self.position_embedding = sick.position_embedding
        if fault == "attention":
            self.attention = sick.attention
        if fault == "norms":
            self.norm2 = self.norm1

    def optimizer(self):
        if self.fault == "decay":
            return torch.optim.Adam(self.parameters(), lr=1e-3, weight_decay=0.1)
        rate = 1e-2 if self.fault == "rate" else 1e-3
        return torch.optim.AdamW(self.parameters(), lr=rate, weight_decay=0.1)


for _name, (_en, _zh) in _MESSAGES.items():
    exercise.variant(
        lambda fault: _Sick(fault),
        _en,
        _zh,
        name=f"{_name.replace(' ', '_')}_left",
        fault=_name,
    )
