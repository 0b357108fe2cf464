"""Makes adapters.json: the names and shapes that Hugging Face's PEFT gives to the adapters of small models.

    python3 test/golden/make_adapters.py

Needs torch, transformers and peft; README.md describes the file.
"""

import json
import tempfile
from pathlib import Path

from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import GPT2Config, GPT2LMHeadModel, Qwen3Config, Qwen3ForCausalLM

RANK = 3
GPT = GPT2Config(vocab_size=300, n_positions=32, n_embd=8, n_layer=2, n_head=2)
QWEN = Qwen3Config(
    vocab_size=320,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=6,
    max_position_embeddings=256,
    tie_word_embeddings=True,
)
ATTENTION = {"gpt": ["attn.c_attn", "attn.c_proj"], "qwen3": [f"self_attn.{name}_proj" for name in "qkvo"]}
FEED_FORWARD = {"gpt": ["mlp.c_fc", "mlp.c_proj"], "qwen3": [f"mlp.{name}_proj" for name in ("gate", "up", "down")]}


def adapters(model, modules):
    config = LoraConfig(r=RANK, lora_alpha=6, target_modules=modules, task_type="CAUSAL_LM")
    with tempfile.TemporaryDirectory() as folder:
        get_peft_model(model, config).save_pretrained(folder)
        written = json.loads((Path(folder) / "adapter_config.json").read_text())
        with safe_open(Path(folder) / "adapter_model.safetensors", "pt") as file:
            shapes = {name: list(file.get_slice(name).get_shape()) for name in sorted(file.keys())}
    return {"fan_in_fan_out": written["fan_in_fan_out"], "tensors": shapes}


def main():
    models = {"gpt": lambda: GPT2LMHeadModel(GPT), "qwen3": lambda: Qwen3ForCausalLM(QWEN)}
    golden = {
        name: {
            "attention": adapters(make(), ATTENTION[name]),
            "attention,feedForward": adapters(make(), ATTENTION[name] + FEED_FORWARD[name]),
        }
        for name, make in models.items()
    }
    Path(__file__).with_name("adapters.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
