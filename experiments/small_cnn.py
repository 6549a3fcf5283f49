"""The small convolutional network that the Vision Transformer of chapter 6 is compared with."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from vit_tutorial.checks import check_positive
from vit_tutorial.tensor_checks import check_images


class SmallCNN(nn.Module):
    """Three convolutions of 3×3, each normalised, and a mean over the whole image.

    With its default widths and one input channel it has as many parameters as the
    Vision Transformer of chapter 6, to within a thousandth.

    Args:
        num_classes: K.
        in_channels: C.
        widths: channels after the first, second and third convolution.

    Raises:
        TypeError, ValueError: an argument is no whole number of at least 1.
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        widths: tuple[int, int, int] = (32, 64, 219),
    ) -> None:
        super().__init__()
        channels = [check_positive(in_channels, "in_channels")]
        channels += [check_positive(width, "widths") for width in widths]
        layers = []
        for before, after in pairwise(channels):
            layers += [
                nn.Conv2d(before, after, kernel_size=3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2),  # half the height, half the width
            ]
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(channels[-1], check_positive(num_classes, "num_classes"))

    def forward(self, images: Tensor) -> Tensor:
        """Classify images.

        Args:
            images: shape (B, C, H, W), H and W at least 8.

        Returns:
            Logits, shape (B, K).

        Raises:
            TypeError, ValueError: `images` is no tensor of four axes.
        """
        check_images(images)
        x = self.features(images)  # (B, C, H, W) -> (B, 219, H // 8, W // 8)
        return self.head(x.mean(dim=(2, 3)))  # -> (B, 219) -> (B, K)
