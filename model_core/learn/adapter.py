"""Small trainable weights over the frozen base: seven ways, one interface.

``lora``, ``loha``, ``lokr`` and ``ia3`` are adapters of the peft library on the pointwise
convolutions of the last stage and the linear layers of the head (depthwise convolutions
refuse them). ``bitfit`` moves biases only, ``norm`` the affine part of BatchNorm and the
head's biases, ``full`` all weights from the last stage on. What is learned is always relative
to the shipped base, so that a version is base + adapter however many trainings lie behind it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peft
import torch
from peft import IA3Config, LoHaConfig, LoKrConfig, LoraConfig, PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from model_core.domain.errors import BrokenModel, CannotTrain
from model_core.domain.version import METHODS
from model_core.learn.network import DevelopNet
from model_core.predict.fold import PERSONAL_FILE, folded_in

ADAPTER_FILE, CONFIG_FILE = "adapter.safetensors", "adapter.json"
#: Stages of the backbone from here on are adapted; the ones before only embed.
FIRST_STAGE = 6
_RANK = 8

_PEFT: dict[str, Callable[[list[str]], Any]] = {
    "lora": lambda names: LoraConfig(
        r=_RANK, lora_alpha=2 * _RANK, lora_dropout=0.0, target_modules=names, bias="none"
    ),
    "loha": lambda names: LoHaConfig(r=_RANK, alpha=2 * _RANK, target_modules=names),
    "lokr": lambda names: LoKrConfig(r=_RANK, alpha=2 * _RANK, target_modules=names),
    "ia3": lambda names: IA3Config(target_modules=names, feedforward_modules=[]),
}
#: Weights of the network itself: (the module, the parameter's own name) -> trained or not.
_PLAIN: dict[str, Callable[[nn.Module, str], bool]] = {
    "bitfit": lambda module, name: name == "bias",
    "norm": lambda module, name: (
        isinstance(module, nn.BatchNorm2d) or (isinstance(module, nn.Linear) and name == "bias")
    ),
    "full": lambda module, name: True,
}
#: Steps that suit each: a few multipliers move far, all weights together move little.
LEARNING_RATE = {"ia3": 3e-3, "bitfit": 2e-3, "norm": 2e-3, "full": 5e-5}
USUAL_RATE = 3e-4


def load_base(folder: Path) -> DevelopNet:
    """The shipped base model in torch, in eval mode. Raises BrokenModel."""
    net = DevelopNet()
    try:
        weights = load_file(folder / "weights.safetensors")
        net.load_state_dict({k: v.float() for k, v in weights.items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise BrokenModel(f"{folder}: the base model cannot be loaded ({error})") from None
    return net.eval()


class Adapted:
    """A network with trainable weights over the frozen base. ``net``: the network as it
    answers now, with whatever the method added; everything else in it is frozen."""

    def __init__(self, base: DevelopNet, method: str) -> None:
        """Fresh, which changes nothing yet; ``base`` is taken over. Raises CannotTrain."""
        if method not in METHODS:
            raise CannotTrain(f"there is no method {method!r}; known: {', '.join(METHODS)}")
        self.method, self.net = method, base
        self._peft: PeftModel | None = None
        if method in _PEFT:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)  # a fresh adapter is always the same
                self._peft = peft.get_peft_model(base, _PEFT[method](_targets(base)))
        else:
            self._named = _chosen(base, _PLAIN[method])
            base.requires_grad_(False)
            for parameter in self._named.values():
                parameter.requires_grad_(True)

    def to(self, device: torch.device) -> Adapted:
        (self._peft or self.net).to(device)
        return self

    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [p for p in self.net.parameters() if p.requires_grad]

    def state(self) -> dict[str, Tensor]:
        """A copy of what is trained, by name."""
        found = (
            peft.get_peft_model_state_dict(self._peft) if self._peft is not None else self._named
        )
        return {name: tensor.detach().clone() for name, tensor in found.items()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Puts a :meth:`state` back. Raises RuntimeError or KeyError for one of another kind."""
        if self._peft is not None:
            peft.set_peft_model_state_dict(self._peft, state)
            return
        with torch.no_grad():
            for name, parameter in self._named.items():
                parameter.copy_(state[name])

    @property
    def personal(self) -> Tensor:
        """The folded-in personal head, (Z, P): what to read and to write in place."""
        return self.net.head.personal

    def save(self, folder: Path) -> None:
        """Writes the trained weights and their configuration to ``folder``."""
        state = {k: v.cpu().contiguous() for k, v in self.state().items()}
        save_file(state, folder / ADAPTER_FILE)
        save_file({"personal": self.personal.detach().cpu().contiguous()}, folder / PERSONAL_FILE)
        text = json.dumps(_config(self.method)) + "\n"
        (folder / CONFIG_FILE).write_text(text, encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Puts what a version has learned into a fresh adapter. A version without an adapter
        of this kind (a pack of the personal head alone, another method) gives its folded head
        only. Raises BrokenModel."""
        personal = folded_in(folder)
        if personal is not None:
            if personal.shape != tuple(self.personal.shape):
                raise BrokenModel(f"{folder / PERSONAL_FILE}: does not fit this version of imgtune")
            with torch.no_grad():
                self.personal.copy_(torch.from_numpy(personal))
        config = folder / CONFIG_FILE
        try:
            wanted = _config(self.method)
            if config.exists() and json.loads(config.read_text(encoding="utf-8")) == wanted:
                self.restore(load_file(folder / ADAPTER_FILE))
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise BrokenModel(f"{folder}: the adapter is damaged ({error})") from None

    def merged(self) -> DevelopNet:
        """A plain network with all that was learned in its weights; this one stays as it is."""
        net: DevelopNet = copy.deepcopy(self.net)
        if self._peft is not None:
            net = copy.deepcopy(self._peft).merge_and_unload()
        return net.cpu().eval().requires_grad_(False)


def _trained_part(name: str) -> bool:
    late = tuple(f"backbone.blocks.{i}." for i in range(FIRST_STAGE, 7))
    return name.startswith((*late, "backbone.conv_head", "backbone.bn2", "head.body",
                            "head.settings", "head.semantic"))  # fmt: skip


def _targets(base: DevelopNet) -> list[str]:
    """Names of the layers that get an adapter."""
    names = []
    for name, module in base.named_modules():
        pointwise = isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1)
        linear = isinstance(module, nn.Linear) and not name.startswith("head.semantic")
        if _trained_part(name) and (pointwise or linear):
            names.append(name)
    return names


def _chosen(base: DevelopNet, trained: Callable[[nn.Module, str], bool]) -> dict[str, nn.Parameter]:
    return {
        f"{name}.{own}": parameter
        for name, module in base.named_modules()
        for own, parameter in module.named_parameters(recurse=False)
        if _trained_part(f"{name}.{own}") and trained(module, own)
    }


def _config(method: str) -> dict[str, object]:
    return {"method": method, "rank": _RANK, "first_stage": FIRST_STAGE}
