"""Model versions: what serves a style, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass, field

#: The version id of the shipped base model, which never changes.
BASE_VERSION = "base"

#: How a fine-tune may be done; the first is the default.
METHODS = ("lora", "loha", "lokr", "ia3", "bitfit", "norm", "full")

#: What holds the trained weights near where they were; the first is the default.
ANCHORS = ("l2sp", "ewc", "none")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a style is fine-tuned.

    ``distil``: weight of answering photos without a lesson as before; ``adversarial``: weight
    of the same answer under an adversary's small step (0: off).
    """

    method: str = METHODS[0]
    anchor: str = ANCHORS[0]
    distil: float = 0.05
    adversarial: float = 0.0


@dataclass(frozen=True, slots=True)
class GateReport:
    """The measured answer to "is the candidate better than what serves now?".

    Errors are mean absolute errors in J (just noticeable differences) on the held-out
    photos; ``gain_low`` is the 95 % lower bound of (current - candidate), bootstrapped over
    shoots; ``clipping`` is by how much the share of clipped pixels rises. ``reason`` says in
    plain words why it was published or kept back.
    """

    publish: bool
    reason: str
    photos: int = 0
    shoots: int = 0
    current_error: float = 0.0
    candidate_error: float = 0.0
    gain_low: float = 0.0
    parity: float = 0.0
    clipping: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A published version of one style: a folder with manifest, safetensors, model.onnx."""

    id: str
    style: str
    parent: str
    created_at: str
    method: str
    corrections: int
    base_sha256: str
    gate: GateReport
    files: dict[str, str] = field(default_factory=dict)  # name -> sha256
