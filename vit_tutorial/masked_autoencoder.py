"""Chapter 10: learn without labels. Hide most patches of an image and guess them."""

from collections.abc import Iterable
from importlib import resources

import torch
from safetensors.torch import load
from torch import Tensor, nn
from torch.optim import AdamW

from vit_tutorial.checks import check_above_zero, check_positive, check_rate
from vit_tutorial.config import ViTConfig
from vit_tutorial.encoder import Encoder
from vit_tutorial.model import VisionTransformer
from vit_tutorial.patches import patchify
from vit_tutorial.training.schedule import warmup_cosine
from vit_tutorial.training.seeding import set_seed


def random_masking(
    batch_size: int, num_patches: int, mask_ratio: float
) -> tuple[Tensor, Tensor]:
    """Draw for each image which patches stay visible.

    Args:
        batch_size: B.
        num_patches: N.
        mask_ratio: the share that is hidden, in [0, 1); at least one patch stays.

    Returns:
        `visible` of shape (B, N_visible): the places of the visible patches in an image.
        `restore` of shape (B, N): where in the shuffled order (the visible patches
        first, then the hidden ones) the patch of each place stands.

    Source:
        He et al. 2022, "Masked Autoencoders Are Scalable Vision Learners", section 3.
    """
    order = torch.rand(batch_size, num_patches).argsort(dim=1)  # (B, N), shuffled
    kept = max(1, round((1 - mask_ratio) * num_patches))
    return order[:, :kept], order.argsort(dim=1)  # the shuffle, and its inverse


class MaskedAutoencoder(nn.Module):
    """A Vision Transformer that learns by guessing hidden patches, with a small decoder.

    Attributes:
        vit: sees only the visible patches; afterwards it is used like any other.
        mask_ratio: the share of the patches that `forward` hides.
        normalize: whether each target patch is brought to mean 0 and variance 1.

    Args:
        vit: the model to pre-train; with or without a class token. Its head is not used.
        decoder_dim: width of the decoder's tokens.
        decoder_depth: its blocks, at least 1.
        decoder_heads: its heads; divides `decoder_dim`.
        mask_ratio: in [0, 1).
        normalize: see above.

    Source:
        He et al. 2022, section 3: encoder on visible patches only, mask tokens in a light
        decoder with positions of its own, normalised pixels as targets.
    """

    def __init__(
        self,
        vit: VisionTransformer,
        decoder_dim: int = 32,
        decoder_depth: int = 2,
        decoder_heads: int = 4,
        mask_ratio: float = 0.75,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.vit, self.normalize = vit, normalize
        self.mask_ratio = check_rate(mask_ratio, "mask_ratio")
        d = check_positive(decoder_dim, "decoder_dim")
        config = vit.config
        self.to_decoder = nn.Linear(config.embed_dim, d)
        self.mask_token = nn.Parameter(nn.init.normal_(torch.empty(1, 1, d), std=0.02))
        table = nn.init.normal_(torch.empty(1, config.num_patches, d), std=0.02)
        self.decoder_position = nn.Parameter(table)
        self.decoder = Encoder(decoder_depth, d, decoder_heads, 2 * d)
        self.to_pixels = nn.Linear(d, config.in_channels * config.patch_size**2)

    def encode(self, images: Tensor, visible: Tensor) -> Tensor:
        """Tokens of the visible patches alone: (B, C, H, W), (B, V) -> (B, [1 +] V, D).

        Positions are added before any patch goes. The class token, if any, stays.
        """
        x = self.vit.embeddings(images)  # (B, [1 +] N, D)
        first = x.shape[1] - self.decoder_position.shape[1]
        rows = torch.arange(len(x), device=x.device)[:, None]
        return self.vit.encoder(torch.cat([x[:, :first], x[rows, visible + first]], 1))

    def decode(self, tokens: Tensor, restore: Tensor) -> Tensor:
        """Guess all patches: (B, [1 +] V, D), (B, N) -> (B, N, C·P·P)."""
        b, n = restore.shape
        x = self.to_decoder(tokens)
        x = x[:, self.vit.embeddings.num_tokens - n :]  # without the class token
        masks = self.mask_token.expand(b, n - x.shape[1], -1)
        # The visible ones first, (B, N, decoder_dim); then each at its place.
        shuffled = torch.cat([x, masks], dim=1)
        rows = torch.arange(b, device=x.device)[:, None]
        x = shuffled[rows, restore] + self.decoder_position  # in the image's order
        return self.to_pixels(self.decoder(x))

    def targets(self, images: Tensor) -> Tensor:
        """What is to be guessed: (B, C, H, W) -> (B, N, C·P·P)."""
        patches = patchify(images, self.vit.config.patch_size)
        if not self.normalize:
            return patches
        variance, mean = torch.var_mean(patches, dim=-1, keepdim=True)
        return (patches - mean) / (variance + 1e-6).sqrt()

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Hide patches at random and guess them.

        Args:
            images: shape (B, C, H, W).

        Returns:
            The loss, a number: the mean squared error over the hidden patches alone.
            The guessed patches, shape (B, N, C·P·P), normalised if the targets are.
            Which patches were hidden, shape (B, N), true or false.

        Raises:
            TypeError, ValueError: as in `VisionTransformer.forward`.
        """
        n = self.decoder_position.shape[1]
        visible, restore = random_masking(len(images), n, self.mask_ratio)
        visible, restore = visible.to(images.device), restore.to(images.device)
        guesses = self.decode(self.encode(images, visible), restore)
        hidden = restore >= visible.shape[1]  # they come after the visible ones
        errors = (guesses - self.targets(images)).square().mean(dim=-1)  # (B, N)
        return errors[hidden].mean(), guesses, hidden


def pretrain(
    model: MaskedAutoencoder,
    loader: Iterable[tuple[Tensor, Tensor]],
    epochs: int,
    learning_rate: float = 2e-3,
    weight_decay: float = 0.05,
    seed: int = 0,
) -> list[float]:
    """Train a masked autoencoder; labels in the loader are not looked at.

    AdamW with betas (0.9, 0.95), warmup over a twentieth of the steps, then a cosine.

    Returns:
        The mean loss of each epoch.

    Source:
        He et al. 2022, appendix A.1, Table 8.
    """
    check_positive(epochs, "epochs")
    rate = check_above_zero(learning_rate, "learning_rate", "Try 2e-3.")
    set_seed(seed)
    optimizer = AdamW(
        model.parameters(), rate, betas=(0.9, 0.95), weight_decay=weight_decay
    )
    steps = epochs * len(loader)
    schedule = warmup_cosine(optimizer, steps, steps // 20)
    device, means = next(model.parameters()).device, []
    model.train()
    for _ in range(epochs):
        total = torch.zeros(())
        for images, _ in loader:
            loss, _, _ = model(images.to(device))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.detach().cpu()
        means.append(float(total / len(loader)))
    return means


def load_example() -> MaskedAutoencoder:
    """The book's own, which guesses raw pixels of clothes.

    Pre-trained on the 10,000 training images of `data.fashion_mnist()`, 20 epochs, seed 0,
    by `experiments/masked_autoencoder.py` ("raw pixels"); stored in half precision.
    """
    sizes = {"embed_dim": 64, "depth": 4, "num_heads": 4, "mlp_dim": 128}
    config = ViTConfig(28, 4, 1, num_classes=10, pooling="mean", **sizes)
    model = MaskedAutoencoder(VisionTransformer(config), normalize=False)
    folder = resources.files("vit_tutorial") / "assets" / "masked_fashion"
    weights = load((folder / "model.safetensors").read_bytes())
    model.load_state_dict({name: weight.float() for name, weight in weights.items()})
    return model.eval()
