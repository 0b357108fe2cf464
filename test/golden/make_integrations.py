"""Makes integrations.json: the Perceiver, soft prompts, both residual forms, cross-attention in some layers, and LoRA, in PyTorch.

    python3 test/golden/make_integrations.py [folder]

Parameters, inputs and the parts that were there before come from make_golden.py; float64, one thread. README.md describes the file.
"""

import pathlib
import sys

import torch

import make_golden as base
from make_golden import attend, feed_forward, layer_norm, linear

ENCODER = {**base.ENCODER, "numLayers": 1}
LANGUAGE_MODEL = base.LANGUAGE_MODEL
MEMORY = {"projectionSize": 4, "encoderWidth": 8, "maxHistory": 7}
CROSS_ATTENTION = {**MEMORY, "gated": True, "numHeads": 2, "dModel": 8, "numLayers": 2}
PERCEIVER = {"numLatents": 3, "numLayers": 2, "numHeads": 2}
SOFT_PROMPT = {**MEMORY, "taskPromptLength": 2, "dModel": 8}
LORA = {"rank": 2, "alpha": 6, "targets": ["attention", "feedForward"]}

VARIANTS = {
    "perceiver": {"crossAttention": {**CROSS_ATTENTION, "perceiver": PERCEIVER}},
    "paperResidual": {"crossAttention": {**CROSS_ATTENTION, "residual": "paper"}},
    "paperResidualUngated": {"crossAttention": {**CROSS_ATTENTION, "residual": "paper", "gated": False}},
    "everySecondLayer": {"crossAttention": {**CROSS_ATTENTION, "everyNthLayer": 2}},
    "softPrompt": {"softPrompt": SOFT_PROMPT},
    "softPromptPerceiver": {"softPrompt": {**SOFT_PROMPT, "perceiver": PERCEIVER}},
    "lora": {"crossAttention": CROSS_ATTENTION, "lora": LORA},
}


# --- parameters -------------------------------------------------------------------------------------------------------


def perceiver_shapes(shape, width):
    shapes = {"perceiver.latents": [shape["numLatents"], width], "perceiver.finalNorm.weight": [width], "perceiver.finalNorm.bias": [width]}
    for layer in range(shape["numLayers"]):
        prefix = f"perceiver.layers.{layer}"
        for part in ("eventNorm", "latentNorm", "feedForwardNorm"):
            shapes |= {f"{prefix}.{part}.weight": [width], f"{prefix}.{part}.bias": [width]}
        for part in ("query", "key", "value", "out"):
            shapes[f"{prefix}.{part}.weight"] = [width, width]
        shapes |= {
            f"{prefix}.feedForward.in.weight": [width, 4 * width],
            f"{prefix}.feedForward.in.bias": [4 * width],
            f"{prefix}.feedForward.out.weight": [4 * width, width],
            f"{prefix}.feedForward.out.bias": [width],
        }
    return shapes


def attends(shape, layer):
    return layer % shape.get("everyNthLayer", 1) == shape.get("everyNthLayer", 1) - 1


def cross_attention_shapes(shape):
    shapes = base.integration_shapes({**shape}, LANGUAGE_MODEL)
    kept = {}
    for name, size in shapes.items():
        layer = int(name.split(".")[2]) if ".layers." in name else None
        if layer is not None and not attends(shape, layer):
            continue
        if name.endswith(".gate") and not shape["gated"]:
            continue
        kept[name] = size
    return kept


def soft_prompt_shapes(shape):
    width, projection_size = shape["dModel"], shape["projectionSize"]
    return {
        "integration.projection.weight": [shape["encoderWidth"], projection_size],
        "integration.projection.bias": [projection_size],
        "integration.recency.weight": [shape["maxHistory"], projection_size],
        "softPrompt.task": [shape["taskPromptLength"], width],
        "softPrompt.out.weight": [projection_size, width],
    }


def lora_shapes(lora):
    shapes = {}
    for name, size in base.language_model_shapes(LANGUAGE_MODEL).items():
        if len(size) == 2 and name.endswith(".weight") and any(f".{target}." in name for target in lora["targets"]):
            prefix = name.removesuffix(".weight")
            shapes |= {f"{prefix}.lora.a": [size[0], lora["rank"]], f"{prefix}.lora.b": [lora["rank"], size[1]]}
    return shapes


def parameter_shapes(variant):
    shapes = base.encoder_shapes(ENCODER) | base.language_model_shapes(LANGUAGE_MODEL)
    shapes = {name: size for name, size in shapes.items() if not name.startswith("encoder.head.")}
    user = variant.get("crossAttention") or variant["softPrompt"]
    shapes |= cross_attention_shapes(user) if "crossAttention" in variant else soft_prompt_shapes(user)
    if "perceiver" in user:
        shapes |= perceiver_shapes(user["perceiver"], user["projectionSize"])
    return shapes | (lora_shapes(variant["lora"]) if "lora" in variant else {})


# --- the model --------------------------------------------------------------------------------------------------------


def perceive(p, shape, events, mask):
    """Latents [batch, numLatents, width] from events [batch, history, width]."""
    batch = events.shape[0]
    z = p["perceiver.latents"].expand(batch, -1, -1)
    allowed = torch.cat([mask.bool(), torch.ones(batch, shape["numLatents"], dtype=torch.bool)], 1)
    may_attend = allowed[:, None, :].expand(-1, shape["numLatents"], -1)
    for layer in range(shape["numLayers"]):
        prefix = f"perceiver.layers.{layer}"
        queries = layer_norm(p, f"{prefix}.latentNorm", z)
        sources = torch.cat([layer_norm(p, f"{prefix}.eventNorm", events), queries], 1)
        q, k, v = queries @ p[f"{prefix}.query.weight"], sources @ p[f"{prefix}.key.weight"], sources @ p[f"{prefix}.value.weight"]
        z = z + attend(q, k, v, shape["numHeads"], may_attend) @ p[f"{prefix}.out.weight"]
        z = feed_forward(p, prefix, z)
    return layer_norm(p, "perceiver.finalNorm", z)


def memory(p, shape, events, mask):
    vectors = linear(p, "integration.projection", events) + base.recency(p, mask)
    if "perceiver" not in shape:
        return vectors, mask
    latents = perceive(p, shape["perceiver"], vectors, mask)
    return latents, mask.amax(1, keepdim=True).expand(-1, latents.shape[1])


def adapted(p, lora):
    """Parameters with W + alpha / rank A B in place of every adapted W."""
    if lora is None:
        return p
    merged = dict(p)
    for name in p:
        if name.endswith(".lora.a"):
            prefix = name.removesuffix(".lora.a")
            merged[f"{prefix}.weight"] = p[f"{prefix}.weight"] + lora["alpha"] / lora["rank"] * (p[name] @ p[f"{prefix}.lora.b"])
    return merged


def add_user(p, shape, layer, x, vectors, mask):
    if not attends(shape, layer):
        return x
    prefix = f"integration.layers.{layer}"
    gate = torch.tanh(p[f"{prefix}.gate"]) if shape["gated"] else 1.0
    added = gate * base.cross_attention(p, prefix, x, vectors, shape["numHeads"], mask)
    if shape.get("residual", "add") == "add":
        return x + added
    present = mask.amax(1).bool()[:, None, None]
    return torch.where(present, layer_norm(p, f"{prefix}.norm", x) + added, x)


def transform(p, x, between=lambda layer, x: x):
    """Blocks and final norm over embedded positions [batch, length, width]."""
    batch, length, _ = x.shape
    for layer in range(LANGUAGE_MODEL["numLayers"]):
        x = base.self_attention(p, f"lm.layers.{layer}", x, LANGUAGE_MODEL["numHeads"], base.causal(batch, length))
        x = feed_forward(p, f"lm.layers.{layer}", between(layer, x))
    return layer_norm(p, "lm.finalNorm", x)


def embed(p, tokens):
    return p["lm.tokenEmbedding.weight"][tokens] + p["lm.positionEmbedding.weight"][: tokens.shape[-1]]


def logits_of(p, variant, inputs):
    events, mask = base.encode_history(p, ENCODER, inputs), inputs["history.mask"]
    q = adapted(p, variant.get("lora"))
    if "crossAttention" in variant:
        shape = variant["crossAttention"]
        vectors, slots = memory(p, shape, events, mask)
        hidden = transform(q, embed(q, inputs["tokens"]), lambda layer, x: add_user(q, shape, layer, x, vectors, slots))
        return hidden @ q["lm.tokenEmbedding.weight"].T
    shape = variant["softPrompt"]
    vectors, slots = memory(p, shape, events, mask)
    rows = []
    for row, text in enumerate(embed(q, inputs["tokens"])):
        user = vectors[row][slots[row].bool()] @ p["softPrompt.out.weight"]
        sequence = torch.cat([p["softPrompt.task"], user, text])
        rows.append(transform(q, sequence[None])[0, -text.shape[0] :])
    return torch.stack(rows) @ q["lm.tokenEmbedding.weight"].T


def golden(variant):
    parameters = base.make_parameters(parameter_shapes(variant))
    inputs = base.history_inputs() | base.text_inputs()
    logits = logits_of(parameters, variant, inputs)
    loss = base.text_loss(logits, inputs)
    return {
        "shape": variant,
        "shapes": {name: list(tensor.shape) for name, tensor in sorted(parameters.items())},
        "logits": base.as_data(logits),
        "loss": base.round_number(loss.item()),
        "gradients": base.all_data(base.gradients_of(loss, parameters)),
    }


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    content = {
        "encoder": base.written_shape(ENCODER),
        "languageModel": LANGUAGE_MODEL,
        "inputs": base.all_data(base.history_inputs() | base.text_inputs()),
        "variants": {name: golden(variant) for name, variant in VARIANTS.items()},
    }
    base.write(folder, "integrations.json", content)


if __name__ == "__main__":
    main()
