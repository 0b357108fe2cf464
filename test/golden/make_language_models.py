"""Makes language-models.json: logits of small language models of every supported architecture, computed independently in PyTorch.

    python3 test/golden/make_language_models.py [folder]

float64, one thread, no random numbers. Where Hugging Face transformers is installed, its models compute the same logits first, and the
script ends with an error where the two differ by more than 1e-5. README.md in this folder describes the file.
"""

import json
import math
import pathlib
import platform
import sys

import numpy
import torch
import torch.nn.functional as F

SIGNIFICANT_DIGITS = 8
TOKENS = [[3, 14, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9], [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5]]
VOCABULARY_SIZE = 19
COMMON = {
    "vocab_size": VOCABULARY_SIZE,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32,
    "rms_norm_eps": 1e-5,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8,
}
CONFIGS = {
    "gpt2": {
        "model_type": "gpt2",
        "vocab_size": VOCABULARY_SIZE,
        "n_positions": 16,
        "n_embd": 16,
        "n_layer": 2,
        "n_head": 4,
        "layer_norm_epsilon": 1e-5,
        "activation_function": "gelu_new",
    },
    "llama, llama3 rope, biases, untied head": {
        **COMMON,
        "model_type": "llama",
        "rope_theta": 500.0,
        "rope_scaling": LLAMA3_ROPE,
        "attention_bias": True,
        "mlp_bias": True,
        "tie_word_embeddings": False,
    },
    "llama, linear rope, tied head": {
        **COMMON,
        "model_type": "llama",
        "rope_theta": 100.0,
        "rope_scaling": {"type": "linear", "factor": 2.0},
        "tie_word_embeddings": True,
    },
    "mistral, sliding window": {**COMMON, "model_type": "mistral", "rope_theta": 1000.0, "sliding_window": 4, "tie_word_embeddings": False},
    "qwen2": {**COMMON, "model_type": "qwen2", "rope_theta": 1000.0, "tie_word_embeddings": True},
    "qwen3": {**COMMON, "model_type": "qwen3", "head_dim": 6, "rope_theta": 1000.0, "tie_word_embeddings": False},
    "gemma2": {
        **COMMON,
        "model_type": "gemma2",
        "head_dim": 6,
        "rope_theta": 100.0,
        "query_pre_attn_scalar": 9,
        "attn_logit_softcapping": 2.0,
        "final_logit_softcapping": 3.0,
        "sliding_window": 4,
        "hidden_activation": "gelu_pytorch_tanh",
        "tie_word_embeddings": True,
    },
    "gemma3": {
        **COMMON,
        "model_type": "gemma3_text",
        "head_dim": 6,
        "rope_theta": 5000.0,
        "rope_local_base_freq": 50.0,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0},
        "query_pre_attn_scalar": 9,
        "sliding_window": 4,
        "sliding_window_pattern": 3,
        "hidden_activation": "gelu_pytorch_tanh",
        "tie_word_embeddings": True,
    },
}


# --- weights ----------------------------------------------------------------------------------------------------------


def shapes_of(config):
    """Every tensor of a checkpoint by its name."""
    return gpt_shapes(config) if config["model_type"] == "gpt2" else llama_shapes(config)


def gpt_shapes(config):
    width = config["n_embd"]
    shapes = {
        "transformer.wte.weight": [config["vocab_size"], width],
        "transformer.wpe.weight": [config["n_positions"], width],
        "transformer.ln_f.weight": [width],
        "transformer.ln_f.bias": [width],
    }
    linear = {"attn.c_attn": [width, 3 * width], "attn.c_proj": [width, width], "mlp.c_fc": [width, 4 * width], "mlp.c_proj": [4 * width, width]}
    for layer in range(config["n_layer"]):
        prefix = f"transformer.h.{layer}"
        for name in ["ln_1", "ln_2"]:
            shapes[f"{prefix}.{name}.weight"] = [width]
            shapes[f"{prefix}.{name}.bias"] = [width]
        for name, shape in linear.items():
            shapes[f"{prefix}.{name}.weight"] = shape
            shapes[f"{prefix}.{name}.bias"] = [shape[1]]
    return shapes


def llama_shapes(config):
    kind, width, inner = config["model_type"], config["hidden_size"], config["intermediate_size"]
    queries = config["num_attention_heads"] * head_dim(config)
    keys = config["num_key_value_heads"] * head_dim(config)
    shapes = {"model.embed_tokens.weight": [config["vocab_size"], width], "model.norm.weight": [width]}
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = [config["vocab_size"], width]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}"
        matrices = {
            "self_attn.q_proj": ([queries, width], config.get("attention_bias") or kind == "qwen2"),
            "self_attn.k_proj": ([keys, width], config.get("attention_bias") or kind == "qwen2"),
            "self_attn.v_proj": ([keys, width], config.get("attention_bias") or kind == "qwen2"),
            "self_attn.o_proj": ([width, queries], config.get("attention_bias")),
            "mlp.gate_proj": ([inner, width], config.get("mlp_bias")),
            "mlp.up_proj": ([inner, width], config.get("mlp_bias")),
            "mlp.down_proj": ([width, inner], config.get("mlp_bias")),
        }
        for name, (shape, has_bias) in matrices.items():
            shapes[f"{prefix}.{name}.weight"] = shape
            if has_bias:
                shapes[f"{prefix}.{name}.bias"] = [shape[0]]
        norms = ["input_layernorm", "post_attention_layernorm"]
        if kind.startswith("gemma"):
            norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
        for name in norms:
            shapes[f"{prefix}.{name}.weight"] = [width]
        if kind in ["qwen3", "gemma3_text"]:
            shapes[f"{prefix}.self_attn.q_norm.weight"] = [head_dim(config)]
            shapes[f"{prefix}.self_attn.k_norm.weight"] = [head_dim(config)]
    return shapes


def head_dim(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def make_weights(config):
    """((31 i^2 + 17 i + 101 k) mod 997) / 997 - 0.5 for element i of the k-th tensor by name, rounded to float32."""
    weights = {}
    for k, (name, shape) in enumerate(sorted(shapes_of(config).items())):
        i = numpy.arange(numpy.prod(shape), dtype=numpy.int64)
        values = ((31 * i * i + 17 * i + 101 * k) % 997) / 997 - 0.5
        is_gain = len(shape) == 1 and not name.endswith("bias")
        if is_gain and not config["model_type"].startswith("gemma"):
            values = values + 1
        weights[name] = torch.from_numpy(values.reshape(shape).astype(numpy.float32).astype(numpy.float64))
    return weights


# --- GPT-2 ------------------------------------------------------------------------------------------------------------


def gpt_logits(config, w, tokens):
    width, heads = config["n_embd"], config["n_head"]
    x = w["transformer.wte.weight"][tokens] + w["transformer.wpe.weight"][: tokens.shape[1]]
    future = torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool).triu(1)
    for layer in range(config["n_layer"]):
        p = f"transformer.h.{layer}"
        h = F.layer_norm(x, [width], w[f"{p}.ln_1.weight"], w[f"{p}.ln_1.bias"], config["layer_norm_epsilon"])
        q, k, v = (h @ w[f"{p}.attn.c_attn.weight"] + w[f"{p}.attn.c_attn.bias"]).split(width, -1)
        q, k, v = (t.unflatten(-1, (heads, -1)).transpose(1, 2) for t in (q, k, v))
        scores = (q @ k.transpose(2, 3) / math.sqrt(width / heads)).masked_fill(future, -math.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        x = x + mixed @ w[f"{p}.attn.c_proj.weight"] + w[f"{p}.attn.c_proj.bias"]
        h = F.layer_norm(x, [width], w[f"{p}.ln_2.weight"], w[f"{p}.ln_2.bias"], config["layer_norm_epsilon"])
        h = F.gelu(h @ w[f"{p}.mlp.c_fc.weight"] + w[f"{p}.mlp.c_fc.bias"], approximate="tanh")
        x = x + h @ w[f"{p}.mlp.c_proj.weight"] + w[f"{p}.mlp.c_proj.bias"]
    x = F.layer_norm(x, [width], w["transformer.ln_f.weight"], w["transformer.ln_f.bias"], config["layer_norm_epsilon"])
    return x @ w["transformer.wte.weight"].T


# --- Llama's family ---------------------------------------------------------------------------------------------------


def rms_norm(config, x, weight):
    gain = 1 + weight if config["model_type"].startswith("gemma") else weight
    return x / (x.pow(2).mean(-1, keepdim=True) + config["rms_norm_eps"]).sqrt() * gain


def linear(w, name, x):
    y = x @ w[f"{name}.weight"].T
    return y + w[f"{name}.bias"] if f"{name}.bias" in w else y


def is_sliding(config, layer):
    kind = config["model_type"]
    if kind == "gemma2":
        return layer % 2 == 0
    if kind == "gemma3_text":
        return (layer + 1) % config["sliding_window_pattern"] != 0
    return kind == "mistral"


def frequencies(config, sliding):
    """Angle per position of each pair of elements, one after the other."""
    half = head_dim(config) // 2
    if config["model_type"] == "gemma3_text" and sliding:
        return [config["rope_local_base_freq"] ** (-i / half) for i in range(half)]
    plain = [config["rope_theta"] ** (-i / half) for i in range(half)]
    scaling = config.get("rope_scaling")
    if not scaling:
        return plain
    if scaling.get("rope_type", scaling.get("type")) == "linear":
        return [f / scaling["factor"] for f in plain]
    return [stretch_llama3(f, scaling) for f in plain]


def stretch_llama3(frequency, scaling):
    wavelength = 2 * math.pi / frequency
    original = scaling["original_max_position_embeddings"]
    if wavelength < original / scaling["high_freq_factor"]:
        return frequency
    if wavelength > original / scaling["low_freq_factor"]:
        return frequency / scaling["factor"]
    smooth = (original / wavelength - scaling["low_freq_factor"]) / (scaling["high_freq_factor"] - scaling["low_freq_factor"])
    return (1 - smooth) * frequency / scaling["factor"] + smooth * frequency


def rotate(x, freqs):
    """Complex multiplication of the pairs (element i, element i + half): x [batch, heads, length, headDim]."""
    half = x.shape[-1] // 2
    pairs = torch.complex(x[..., :half], x[..., half:])
    angles = torch.outer(torch.arange(x.shape[2], dtype=torch.float64), torch.tensor(freqs, dtype=torch.float64))
    turned = pairs * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], -1)


def llama_logits(config, w, tokens):
    kind, length = config["model_type"], tokens.shape[1]
    gemma = kind.startswith("gemma")
    x = w["model.embed_tokens.weight"][tokens]
    if gemma:
        x = x * math.sqrt(config["hidden_size"])
    for layer in range(config["num_hidden_layers"]):
        p = f"model.layers.{layer}"
        attended = attend(config, w, f"{p}.self_attn", rms_norm(config, x, w[f"{p}.input_layernorm.weight"]), is_sliding(config, layer))
        if gemma:
            attended = rms_norm(config, attended, w[f"{p}.post_attention_layernorm.weight"])
        x = x + attended
        before = "pre_feedforward_layernorm" if gemma else "post_attention_layernorm"
        h = rms_norm(config, x, w[f"{p}.{before}.weight"])
        gate = linear(w, f"{p}.mlp.gate_proj", h)
        gate = F.gelu(gate, approximate="tanh") if gemma else F.silu(gate)
        h = linear(w, f"{p}.mlp.down_proj", gate * linear(w, f"{p}.mlp.up_proj", h))
        if gemma:
            h = rms_norm(config, h, w[f"{p}.post_feedforward_layernorm.weight"])
        x = x + h
    x = rms_norm(config, x, w["model.norm.weight"])
    logits = x @ w["model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"].T
    cap = config.get("final_logit_softcapping")
    return torch.tanh(logits / cap) * cap if cap else logits


def attend(config, w, p, h, sliding):
    length, dim = h.shape[1], head_dim(config)
    heads = lambda name: linear(w, f"{p}.{name}", h).unflatten(-1, (-1, dim)).transpose(1, 2)
    q, k, v = heads("q_proj"), heads("k_proj"), heads("v_proj")
    if f"{p}.q_norm.weight" in w:
        q, k = rms_norm(config, q, w[f"{p}.q_norm.weight"]), rms_norm(config, k, w[f"{p}.k_norm.weight"])
    freqs = frequencies(config, sliding)
    q, k = rotate(q, freqs), rotate(k, freqs)
    repeats = config["num_attention_heads"] // config["num_key_value_heads"]
    k, v = k.repeat_interleave(repeats, 1), v.repeat_interleave(repeats, 1)
    scores = q @ k.transpose(2, 3) / math.sqrt(config.get("query_pre_attn_scalar", dim))
    cap = config.get("attn_logit_softcapping")
    if cap:
        scores = torch.tanh(scores / cap) * cap
    distance = torch.arange(length)[:, None] - torch.arange(length)
    hidden = distance < 0
    if sliding:
        hidden = hidden | (distance >= config["sliding_window"])
    mixed = scores.masked_fill(hidden, -math.inf).softmax(-1) @ v
    return linear(w, f"{p}.o_proj", mixed.transpose(1, 2).flatten(2))


# --- check, output ----------------------------------------------------------------------------------------------------


def check(name, config, weights, tokens, logits):
    """Compares with Hugging Face transformers, where it is installed."""
    try:
        import transformers
    except ImportError:
        return None
    explicit = {**config, "pad_token_id": 0, "attn_implementation": "eager"}
    if config["model_type"] == "gemma3_text":
        explicit["layer_types"] = ["sliding_attention" if is_sliding(config, i) else "full_attention" for i in range(config["num_hidden_layers"])]
        explicit["rope_parameters"] = {
            "full_attention": {**config["rope_scaling"], "rope_theta": config["rope_theta"]},
            "sliding_attention": {"rope_type": "default", "rope_theta": config["rope_local_base_freq"]},
        }
        del explicit["rope_scaling"]
    model = transformers.AutoModelForCausalLM.from_config(transformers.AutoConfig.for_model(**explicit)).to(torch.float64).eval()
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (name, missing, unexpected)
    model.tie_weights()
    with torch.no_grad():
        difference = (model(tokens).logits - logits).abs().max().item()
    # transformers rotates in float32 whatever the model's type.
    print(f"{name}: {difference:.1e} from transformers {transformers.__version__}")
    assert difference < 1e-5, name
    return transformers.__version__


def rounded(tensor):
    return [float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in tensor.flatten().tolist()]


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    tokens = torch.tensor(TOKENS)
    models = {}
    for name, config in CONFIGS.items():
        weights = make_weights(config)
        logits = gpt_logits(config, weights, tokens) if config["model_type"] == "gpt2" else llama_logits(config, weights, tokens)
        check(name, config, weights, tokens, logits)
        models[name] = {"config": config, "tensors": shapes_of(config), "logits": rounded(logits)}
    made_with = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__}
    document = {"madeWith": made_with, "tokens": TOKENS, "models": models}
    (folder / "language-models.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


main()
