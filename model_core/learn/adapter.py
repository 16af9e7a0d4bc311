"""Small trainable weights over the frozen base, by the peft library.

LoRA on the pointwise convolutions of the last stages and on the linear layers of the head.
Depthwise convolutions refuse LoRA. The adapter is always relative to the shipped base, so
that a version is base + adapter however many trainings lie behind it.
"""

from __future__ import annotations

import json
from pathlib import Path

import peft
import torch
from peft import LoraConfig, PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from model_core.domain.errors import BrokenModel, CannotTrain
from model_core.learn.network import DevelopNet
from model_core.predict.fold import PERSONAL_FILE, folded_in

ADAPTER_FILE, CONFIG_FILE = "adapter.safetensors", "adapter.json"
#: Stages of the backbone from here on are adapted; the ones before only embed.
FIRST_STAGE = 6
METHODS = ("lora",)
_RANK = 8


def load_base(folder: Path) -> DevelopNet:
    """The shipped base model in torch, in eval mode. Raises BrokenModel."""
    net = DevelopNet()
    try:
        weights = load_file(folder / "weights.safetensors")
        net.load_state_dict({k: v.float() for k, v in weights.items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise BrokenModel(f"{folder}: the base model cannot be loaded ({error})") from None
    return net.eval()


def adapted(base: DevelopNet, method: str) -> PeftModel:
    """``base`` with a fresh adapter, which changes nothing yet. Raises CannotTrain."""
    if method not in METHODS:
        raise CannotTrain(f"there is no method {method!r}; known: {', '.join(METHODS)}")
    config = LoraConfig(
        r=_RANK,
        lora_alpha=2 * _RANK,
        lora_dropout=0.0,
        target_modules=_targets(base),
        bias="none",
    )
    return peft.get_peft_model(base, config)


def _targets(base: DevelopNet) -> list[str]:
    """Names of the layers that get an adapter."""
    names = []
    for name, module in base.named_modules():
        pointwise = isinstance(module, torch.nn.Conv2d) and module.kernel_size == (1, 1)
        late = name.startswith(tuple(f"backbone.blocks.{i}." for i in range(FIRST_STAGE, 7)))
        if pointwise and (late or name == "backbone.conv_head"):
            names.append(name)
        if isinstance(module, torch.nn.Linear) and name.startswith(("head.body", "head.settings")):
            names.append(name)
    return names


def personal_of(net: DevelopNet) -> Tensor:
    """The folded-in personal head, (Z, P): what to read and to write in place."""
    return net.head.personal


def save_adapter(model: PeftModel, folder: Path, method: str) -> None:
    """Writes the adapter's weights and its configuration to ``folder``."""
    state = peft.get_peft_model_state_dict(model)
    save_file({k: v.detach().cpu().contiguous() for k, v in state.items()}, folder / ADAPTER_FILE)
    personal = personal_of(model.get_base_model()).detach().cpu().contiguous()
    save_file({"personal": personal}, folder / PERSONAL_FILE)
    (folder / CONFIG_FILE).write_text(json.dumps(_config(method)) + "\n", encoding="utf-8")


def load_adapter(model: PeftModel, folder: Path, method: str) -> None:
    """Puts what a version has learned into a fresh adapter. A version without an adapter of
    this kind (a pack of the personal head alone, another method) gives its folded head only.
    Raises BrokenModel."""
    net = model.get_base_model()
    personal = folded_in(folder)
    if personal is not None:
        if personal.shape != tuple(personal_of(net).shape):
            raise BrokenModel(f"{folder / PERSONAL_FILE}: does not fit this version of imgtune")
        personal_of(net).copy_(torch.from_numpy(personal))
    config = folder / CONFIG_FILE
    try:
        if config.exists() and json.loads(config.read_text(encoding="utf-8")) == _config(method):
            peft.set_peft_model_state_dict(model, load_file(folder / ADAPTER_FILE))
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise BrokenModel(f"{folder}: the adapter is damaged ({error})") from None


def _config(method: str) -> dict[str, object]:
    return {"method": method, "rank": _RANK, "first_stage": FIRST_STAGE}


def merged(model: PeftModel, base_folder: Path) -> DevelopNet:
    """A plain network with the adapter folded in; ``model`` stays as it is."""
    fresh = adapted(load_base(base_folder), METHODS[0])
    peft.set_peft_model_state_dict(fresh, peft.get_peft_model_state_dict(model))
    personal_of(fresh.get_base_model()).copy_(personal_of(model.get_base_model()))
    net: DevelopNet = fresh.merge_and_unload()
    return net.eval().requires_grad_(False)
