"""What the benchmarks print of two times that were measured in turn, round after round."""

from __future__ import annotations

import statistics


def report(name: str, pairs: list[tuple[float, float]], limit: float) -> None:
    """Print how many times as long the first takes as the second, and the limit that we set ourselves.

    Args:
        name: what is compared with what.
        pairs: two times of each round; the ratio of the two medians is printed, with the middle half of the
            rounds' own ratios.
        limit: the largest ratio that is all right.
    """
    ratio = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
    low, _, high = statistics.quantiles([a / b for a, b in pairs], n=4)
    verdict = "within" if ratio <= limit else "OVER"
    print(f"{name:44} {ratio:5.3f}  ({low:.3f} to {high:.3f})  {verdict} {limit}")
