# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Whisper model that knows nothing: the right shape, weights by chance. What it hears is noise,
and all of faster-whisper runs to hear it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_WIDE, _MELS, _HEARD, _SAID = 64, 80, 1500, 448
_SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>",
    "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip


def write_model(folder: Path, *, seed: int = 11) -> Path:
    """Write the model into *folder*, as faster-whisper takes one."""
    from ctranslate2.specs.whisper_spec import WhisperSpec
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    times = [f"<|{each * 2 / 100:.2f}|>" for each in range(1501)]
    tokens = [*alphabet, *_SPECIAL, *times]
    tokenizer = Tokenizer(
        models.BPE(vocab={each: at for at, each in enumerate(alphabet)}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([*_SPECIAL, *times])
    assert [tokenizer.token_to_id(each) for each in tokens] == list(range(len(tokens)))
    spec = WhisperSpec(1, 1, 1, 1)
    _fill(spec, np.random.default_rng(seed), len(tokens))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [tokens.index("<|en|>"), tokens.index("<|de|>")]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    folder.mkdir()
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    assert json.loads((folder / "config.json").read_text("utf-8"))
    return folder


def _fill(spec: Any, chance: np.random.Generator, words: int) -> None:
    def weights(*shape: int) -> np.ndarray:
        return (chance.standard_normal(shape) * 0.1).astype(np.float32)

    def line(part: Any, out: int, into: int) -> None:
        part.weight, part.bias = weights(out, into), weights(out)

    def norm(part: Any) -> None:
        part.gamma, part.beta = np.ones(_WIDE, np.float32), np.zeros(_WIDE, np.float32)

    def attention(part: Any, *sizes: int) -> None:
        norm(part.layer_norm)
        for linear, size in zip(part.linear, sizes, strict=True):
            line(linear, size * _WIDE, _WIDE)

    def feed(part: Any) -> None:
        norm(part.layer_norm)
        line(part.linear_0, 4 * _WIDE, _WIDE)
        line(part.linear_1, _WIDE, 4 * _WIDE)

    hears, says = spec.encoder, spec.decoder
    hears.conv1.weight, hears.conv1.bias = weights(_WIDE, _MELS, 3), weights(_WIDE)
    hears.conv2.weight, hears.conv2.bias = weights(_WIDE, _WIDE, 3), weights(_WIDE)
    hears.position_encodings.encodings = weights(_HEARD, _WIDE)
    says.position_encodings.encodings = weights(_SAID, _WIDE)
    says.embeddings.weight = weights(words, _WIDE)
    says.projection.weight = says.embeddings.weight
    for part in (hears, says):
        norm(part.layer_norm)
        for layer in part.layer:
            attention(layer.self_attention, 3, 1)
            feed(layer.ffn)
    for layer in says.layer:
        attention(layer.attention, 1, 2, 1)
