"""What is measured rather than trained: scales, projections, and how sure to be."""

from __future__ import annotations

import torch
from torch import nn

from model_core.learn.base_course import Course, embedded, unseen_answers
from model_core.learn.network import DevelopNet


def standardise(net: DevelopNet, course: Course, features: str) -> None:
    """Mean and scale of both blocks; a block that is left out of the ablation scales to 0."""
    rows = course.learned
    embedding = torch.from_numpy(course.lessons.embedding)[rows]
    for name, values, used in (
        ("stats", course.stats[rows], features != "cnn"),
        ("embedding", embedding, features != "statistics"),
    ):
        getattr(net.head, f"{name}_mean").copy_(values.mean(0))
        getattr(net.head, f"{name}_scale").copy_(float(used) / (values.std(0) + 1e-3))


def fit_projections(net: DevelopNet, course: Course) -> None:
    """Whitened principal components of both blocks: what the personal head works on, and
    all that the head gets to see of the embedding."""
    head, rows = net.head, course.learned
    stats = course.stats[rows].to(course.device)
    embedding = torch.from_numpy(course.lessons.embedding)[rows].to(course.device)
    with torch.no_grad():
        blocks = head.normalised(stats, embedding)
        for block, target in zip(blocks, (head.z_statistics, head.z_embedding), strict=True):
            if not block.any():
                continue
            variance, vectors = torch.linalg.eigh(torch.cov(block.T.double()))
            count = target.shape[1]
            # Directions in which a small set of lessons does not vary must not blow up.
            variance = variance[-count:].flip(0).clamp_min(1e-3 * float(variance[-1]))
            target.copy_(vectors[:, -count:].flip(1) / variance.sqrt())


def fit_spread(net: DevelopNet, course: Course, trained_backbone: bool) -> None:
    """Fits the log spread to the errors on photos not learned from (Gaussian likelihood) on half
    of them; the other half then scales each slider so that 90 % of them lie inside."""
    head, device, rows = net.head, course.device, course.held
    stats, embedding, _, _, labels = course.of_rows(rows)
    if trained_backbone:
        embedding = embedded(net, course, rows)
    head.requires_grad_(False).eval()
    nn.init.zeros_(head.log_spread.weight)
    error = unseen_answers(net, course, rows, embedding) - labels
    head.log_spread.bias.copy_(torch.log(error.std(0) + 1e-3))
    head.unknown_spread.copy_(torch.log(1.5 * labels.std(0) + 0.5))
    half = torch.from_numpy(course.lessons.photo // 5 % 2 == 0)[rows].to(device)
    if bool(half.all()):  # too few photos to halve: halve the lessons
        half = torch.arange(len(half), device=device) % 2 == 0
    with torch.no_grad():
        hidden = head.hidden(stats, embedding)
    head.log_spread.requires_grad_(True)
    optimiser = torch.optim.AdamW(head.log_spread.parameters(), lr=1e-3, weight_decay=0.1)
    for _ in range(300):
        optimiser.zero_grad()
        log_spread = head.log_spreads(stats[half], hidden[half])
        squares = error[half] ** 2 * torch.exp(-2 * log_spread)
        (log_spread + 0.5 * squares).mean().backward()
        optimiser.step()
    head.log_spread.requires_grad_(False)
    ratio = error.abs() * torch.exp(-head.log_spreads(stats, hidden))
    # All of them, weighted to the half that was not fitted to.
    scale = (ratio[~half].quantile(0.9, 0) * 2 + ratio[half].quantile(0.9, 0)) / 3 / 1.645
    head.log_spread.bias.add_(torch.log(scale.clamp(0.5, 3.0)))
