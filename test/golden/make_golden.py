"""Makes the golden files: an independent PyTorch implementation of what the application computes.

    python3 test/golden/make_golden.py [folder]

Everything runs in float64 on one thread. README.md in this folder describes the files.
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
FEATURES = [("title", 11), ("genre", 5), ("rating", 4)]
ENCODER = {"features": FEATURES, "maxHistory": 7, "dModel": 8, "numLayers": 2, "numHeads": 2}
LANGUAGE_MODEL = {"vocabularySize": 13, "maxPositions": 7, "dModel": 8, "numLayers": 2, "numHeads": 2}
INTEGRATION = {"kind": "cross-attention", "gated": True, "projectionSize": 4, "numHeads": 2, "encoderWidth": 8, "maxHistory": 7}
HISTORY_LENGTHS = [6, 4, 0]  # the last user has no history at all
HISTORY_LENGTH = 6
TEXT_LENGTH = 5


# --- parameters -------------------------------------------------------------------------------------------------------


def block_shapes(prefix, width):
    return {
        f"{prefix}.attentionNorm.weight": [width],
        f"{prefix}.attentionNorm.bias": [width],
        f"{prefix}.attention.qkv.weight": [width, 3 * width],
        f"{prefix}.attention.qkv.bias": [3 * width],
        f"{prefix}.attention.out.weight": [width, width],
        f"{prefix}.attention.out.bias": [width],
        f"{prefix}.feedForwardNorm.weight": [width],
        f"{prefix}.feedForwardNorm.bias": [width],
        f"{prefix}.feedForward.in.weight": [width, 4 * width],
        f"{prefix}.feedForward.in.bias": [4 * width],
        f"{prefix}.feedForward.out.weight": [4 * width, width],
        f"{prefix}.feedForward.out.bias": [width],
    }


def encoder_shapes(shape):
    width = shape["dModel"]
    shapes = {
        "encoder.eventProjection.weight": [len(shape["features"]) * width, width],
        "encoder.eventProjection.bias": [width],
        "encoder.position.weight": [shape["maxHistory"], width],
        "encoder.finalNorm.weight": [width],
        "encoder.finalNorm.bias": [width],
    }
    for name, vocabulary_size in shape["features"]:
        shapes[f"encoder.embedding.{name}.weight"] = [vocabulary_size, width]
        shapes[f"encoder.head.{name}.weight"] = [width, width]
        shapes[f"encoder.head.{name}.bias"] = [vocabulary_size]
    for layer in range(shape["numLayers"]):
        shapes |= block_shapes(f"encoder.layers.{layer}", width)
    return shapes


def language_model_shapes(shape):
    width = shape["dModel"]
    shapes = {
        "lm.tokenEmbedding.weight": [shape["vocabularySize"], width],
        "lm.positionEmbedding.weight": [shape["maxPositions"], width],
        "lm.finalNorm.weight": [width],
        "lm.finalNorm.bias": [width],
    }
    for layer in range(shape["numLayers"]):
        shapes |= block_shapes(f"lm.layers.{layer}", width)
    return shapes


def integration_shapes(shape, language_model):
    width, projection_size = language_model["dModel"], shape["projectionSize"]
    shapes = {
        "integration.projection.weight": [shape["encoderWidth"], projection_size],
        "integration.projection.bias": [projection_size],
        "integration.recency.weight": [shape["maxHistory"], projection_size],
    }
    for layer in range(language_model["numLayers"]):
        prefix = f"integration.layers.{layer}"
        shapes |= {
            f"{prefix}.norm.weight": [width],
            f"{prefix}.norm.bias": [width],
            f"{prefix}.query.weight": [width, width],
            f"{prefix}.key.weight": [projection_size, width],
            f"{prefix}.value.weight": [projection_size, width],
            f"{prefix}.out.weight": [width, width],
            f"{prefix}.gate": [],
        }
    return shapes


def offset_of(name):
    if name.lower().endswith("norm.weight"):
        return 1.0
    return 0.4 if name.endswith(".gate") else 0.0


def make_parameters(shapes):
    """value[i] = 0.5 sin(1.7 i + 0.31 k + 0.005 i^2) + offset, i: row-major index, k: index of the name among the sorted names."""
    parameters = {}
    for k, name in enumerate(sorted(shapes)):
        i = numpy.arange(math.prod(shapes[name]), dtype=numpy.float64)
        scale = 0.1 if name.endswith((".bias", ".gate", "orm.weight")) else 0.5
        values = scale * numpy.sin(1.7 * i + 0.31 * k + 0.005 * i * i) + offset_of(name)
        rounded = [round_number(value) for value in values]
        parameters[name] = torch.tensor(rounded, dtype=torch.float64).reshape(shapes[name]).requires_grad_()
    return parameters


# --- the model --------------------------------------------------------------------------------------------------------


def layer_norm(p, prefix, x):
    return F.layer_norm(x, x.shape[-1:], p[f"{prefix}.weight"], p[f"{prefix}.bias"], eps=1e-5)


def linear(p, prefix, x):
    """y = x W + b, W stored input-first."""
    return x @ p[f"{prefix}.weight"] + p[f"{prefix}.bias"]


def split_heads(x, num_heads):
    batch, length, width = x.shape
    return x.reshape(batch, length, num_heads, width // num_heads).permute(0, 2, 1, 3)


def attention_weights(query, key, num_heads, may_attend):
    """[batch, heads, queries, keys]; may_attend [batch, queries, keys]. The row of a query that may attend to nothing is zero."""
    q, k = split_heads(query, num_heads), split_heads(key, num_heads)
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    allowed = may_attend[:, None]
    return scores.masked_fill(~allowed, -1e30).softmax(-1) * allowed


def attend(query, key, value, num_heads, may_attend):
    """Scaled dot-product attention. A query that may attend to nothing gets zero."""
    mixed = attention_weights(query, key, num_heads, may_attend) @ split_heads(value, num_heads)
    return mixed.permute(0, 2, 1, 3).reshape(query.shape)


def causal(batch, length, key_mask=None):
    allowed = torch.ones(length, length, dtype=torch.bool).tril().expand(batch, length, length)
    return allowed if key_mask is None else allowed & key_mask[:, None, :].bool()


def self_attention(p, prefix, x, num_heads, may_attend):
    h = layer_norm(p, f"{prefix}.attentionNorm", x)
    q, k, v = linear(p, f"{prefix}.attention.qkv", h).chunk(3, dim=-1)
    return x + linear(p, f"{prefix}.attention.out", attend(q, k, v, num_heads, may_attend))


def feed_forward(p, prefix, x):
    h = linear(p, f"{prefix}.feedForward.in", layer_norm(p, f"{prefix}.feedForwardNorm", x))
    return x + linear(p, f"{prefix}.feedForward.out", F.gelu(h, approximate="tanh"))


def encode_history(p, shape, inputs):
    """Event embeddings [batch, history, dModel]; zero at padded positions."""
    mask = inputs["history.mask"]
    batch, length = mask.shape
    rows = [p[f"encoder.embedding.{name}.weight"][inputs[f"history.{name}"]] for name, _ in shape["features"]]
    x = linear(p, "encoder.eventProjection", torch.cat(rows, dim=-1)) + p["encoder.position.weight"][:length]
    for layer in range(shape["numLayers"]):
        prefix = f"encoder.layers.{layer}"
        x = feed_forward(p, prefix, self_attention(p, prefix, x, shape["numHeads"], causal(batch, length, mask)))
    return layer_norm(p, "encoder.finalNorm", x) * mask[..., None]


def feature_logits(p, events, feature):
    return events @ p[f"encoder.head.{feature}.weight"] @ p[f"encoder.embedding.{feature}.weight"].T + p[f"encoder.head.{feature}.bias"]


def next_event_loss(p, shape, inputs):
    events = encode_history(p, shape, inputs)
    chosen = inputs["labels.mask"].bool()
    losses = {
        name: F.cross_entropy(feature_logits(p, events, name)[chosen], inputs[f"labels.{name}"][chosen]) for name, _ in shape["features"]
    }
    return sum(losses.values()) / len(losses), losses, events


def cross_attention(p, prefix, x, projected, num_heads, event_mask, kept=None):
    may_attend = event_mask.bool()[:, None, :].expand(-1, x.shape[1], -1)
    query = layer_norm(p, f"{prefix}.norm", x) @ p[f"{prefix}.query.weight"]
    key, value = projected @ p[f"{prefix}.key.weight"], projected @ p[f"{prefix}.value.weight"]
    if kept is not None:
        kept.append(attention_weights(query, key, num_heads, may_attend))
    return attend(query, key, value, num_heads, may_attend) @ p[f"{prefix}.out.weight"]


def recency(p, event_mask):
    """A vector per event for how many events come after it: row 0 of the table for the last event of a user."""
    positions = torch.arange(event_mask.shape[1])
    after = (event_mask.sum(1, keepdim=True) - 1 - positions).clamp(min=0)
    return p["integration.recency.weight"][after]


def language_model_logits(p, shape, integration, inputs, events, kept=None):
    """Token logits [batch, length, vocabulary]; `integration` None is the language model alone. `kept` receives cross-attention's weights."""
    tokens = inputs["tokens"]
    batch, length = tokens.shape
    projected = None if integration is None else linear(p, "integration.projection", events) + recency(p, inputs["history.mask"])
    x = p["lm.tokenEmbedding.weight"][tokens] + p["lm.positionEmbedding.weight"][:length]
    for layer in range(shape["numLayers"]):
        x = self_attention(p, f"lm.layers.{layer}", x, shape["numHeads"], causal(batch, length))
        if integration is not None:
            prefix = f"integration.layers.{layer}"
            gate = torch.tanh(p[f"{prefix}.gate"]) if integration["gated"] else 1.0
            x = x + gate * cross_attention(p, prefix, x, projected, integration["numHeads"], inputs["history.mask"], kept)
        x = feed_forward(p, f"lm.layers.{layer}", x)
    return layer_norm(p, "lm.finalNorm", x) @ p["lm.tokenEmbedding.weight"].T


def text_loss(logits, inputs):
    losses = F.cross_entropy(logits.flatten(0, 1), inputs["targets"].flatten(), reduction="none")
    weights = inputs["targetWeights"].flatten()
    return (losses * weights).sum() / weights.sum()


# --- inputs -----------------------------------------------------------------------------------------------------------


def made_up_ids(rows, columns, vocabulary_size, salt):
    """Ids from 1 up, without a visible pattern: a quadratic in the position."""
    return torch.tensor([[1 + (7 * r * r + 5 * c + 3 * c * c * (r + 1) + salt) % (vocabulary_size - 1) for c in range(columns)] for r in range(rows)])


def history_inputs():
    mask = torch.tensor([[1 if t < length else 0 for t in range(HISTORY_LENGTH)] for length in HISTORY_LENGTHS])
    inputs = {"history.mask": mask}
    for salt, (name, vocabulary_size) in enumerate(FEATURES):
        inputs[f"history.{name}"] = made_up_ids(len(HISTORY_LENGTHS), HISTORY_LENGTH, vocabulary_size, salt) * mask
    return inputs


def label_inputs():
    mask = torch.tensor([[1, 1, 1, 1, 1, 0], [1, 1, 0, 1, 0, 0], [0] * 6])  # a held-out label among the trained ones
    inputs = {"labels.mask": mask}
    for salt, (name, vocabulary_size) in enumerate(FEATURES):
        inputs[f"labels.{name}"] = made_up_ids(len(HISTORY_LENGTHS), HISTORY_LENGTH, vocabulary_size, salt + 4) * mask
    return inputs


def text_inputs():
    lengths, prompt_lengths = [5, 4, 5], [2, 1, 3]
    batch = len(lengths)
    tokens = made_up_ids(batch, TEXT_LENGTH + 1, LANGUAGE_MODEL["vocabularySize"], 2)
    tokens = torch.tensor([[int(tokens[r, c]) if c <= lengths[r] else 0 for c in range(TEXT_LENGTH + 1)] for r in range(batch)])
    weights = [[1.0 if prompt_lengths[r] - 1 <= c < lengths[r] else 0.0 for c in range(TEXT_LENGTH)] for r in range(batch)]
    return {"tokens": tokens[:, :-1], "targets": tokens[:, 1:], "targetWeights": torch.tensor(weights, dtype=torch.float64)}


# --- files ------------------------------------------------------------------------------------------------------------


def round_number(value):
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def as_data(tensor):
    tensor = tensor.detach()
    if tensor.dtype.is_floating_point:
        data = [round_number(value) for value in tensor.flatten().tolist()]
        return {"dtype": "float32", "shape": list(tensor.shape), "data": data}
    return {"dtype": "int32", "shape": list(tensor.shape), "data": tensor.flatten().tolist()}


def all_data(tensors):
    return {name: as_data(tensors[name]) for name in sorted(tensors)}


def gradients_of(loss, parameters):
    names = sorted(parameters)
    found = torch.autograd.grad(loss, [parameters[name] for name in names], allow_unused=True)
    return {name: torch.zeros_like(parameters[name]) if gradient is None else gradient for name, gradient in zip(names, found)}


def written_shape(shape):
    return {**shape, "features": [{"name": name, "vocabularySize": size} for name, size in shape["features"]]}


def write(folder, name, content):
    made_with = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__}
    text = json.dumps({"madeWith": made_with, **content}, separators=(",", ":"))
    (folder / name).write_text(text.replace('},"', '},\n"') + "\n")
    print(f"{name}: {len(text) / 1000:.0f} kB")


def user_encoder():
    parameters = make_parameters(encoder_shapes(ENCODER))
    inputs = history_inputs() | label_inputs()
    loss, by_feature, events = next_event_loss(parameters, ENCODER, inputs)
    at_last = torch.zeros(len(HISTORY_LENGTHS), FEATURES[0][1], dtype=torch.float64)
    for row, length in enumerate(HISTORY_LENGTHS):
        if length > 0:
            at_last[row] = feature_logits(parameters, events[row, length - 1], FEATURES[0][0])
    return {
        "shape": written_shape(ENCODER),
        "parameters": all_data(parameters),
        "inputs": all_data(inputs),
        "outputs": all_data({"embeddings": events, f"nextEventLogits.{FEATURES[0][0]}": at_last}),
        "losses": {"total": round_number(loss.item()), "byFeature": {name: round_number(value.item()) for name, value in by_feature.items()}},
        "gradients": all_data(gradients_of(loss, parameters)),
    }


def cross_attention_lm():
    shapes = encoder_shapes(ENCODER) | language_model_shapes(LANGUAGE_MODEL) | integration_shapes(INTEGRATION, LANGUAGE_MODEL)
    parameters = make_parameters(shapes)
    inputs = history_inputs() | text_inputs()
    events = encode_history(parameters, ENCODER, inputs)
    variants = {"gated": INTEGRATION, "ungated": {**INTEGRATION, "gated": False}, "withoutUser": None}
    logits = {name: language_model_logits(parameters, LANGUAGE_MODEL, variant, inputs, events) for name, variant in variants.items()}
    losses = {name: text_loss(value, inputs) for name, value in logits.items()}
    weights = []
    language_model_logits(parameters, LANGUAGE_MODEL, INTEGRATION, inputs, events, weights)
    attention = {f"weights.{layer}": value for layer, value in enumerate(weights)}
    return {
        "encoder": written_shape(ENCODER),
        "languageModel": LANGUAGE_MODEL,
        "integration": INTEGRATION,
        "parameters": all_data(parameters),
        "inputs": all_data(inputs),
        "outputs": all_data({f"logits.{name}": value for name, value in logits.items()} | {"embeddings": events} | attention),
        "losses": {name: round_number(value.item()) for name, value in losses.items()},
        "gradients": all_data(gradients_of(losses["gated"], parameters)),
    }


# --- AdamW ------------------------------------------------------------------------------------------------------------

ADAMW = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1, "decayed": ["weight"], "clipNorm": 1.0}
STEPS = 50
SNAPSHOTS = [1, 2, 10, 25, 50]


def learning_rate(step):
    """Warm-up over five steps, then cosine to 0; steps count from 1."""
    if step <= 5:
        return 0.05 * step / 5
    return 0.05 * 0.5 * (1 + math.cos(math.pi * (step - 5) / (STEPS - 5)))


def small_problem_loss(p):
    """A regression whose gradient norm starts above 1 and ends below it."""
    i = torch.arange(15, dtype=torch.float64)
    x = torch.sin(1.3 * i).reshape(5, 3) * 2
    y = torch.cos(0.7 * torch.arange(20, dtype=torch.float64)).reshape(5, 4)
    return 3 * ((torch.tanh(x @ p["weight"] + p["bias"]) * torch.exp(p["gate"]) - y) ** 2).mean()


def small_problem_parameters():
    return make_parameters({"weight": [3, 4], "bias": [4], "gate": []})


def torch_trajectory(clip):
    """Steps of torch.optim.AdamW; yields what went in and what came out."""
    p = small_problem_parameters()
    decayed, others = [p[n] for n in p if n in ADAMW["decayed"]], [p[n] for n in p if n not in ADAMW["decayed"]]
    groups = [{"params": decayed, "weight_decay": ADAMW["weightDecay"]}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"])
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = round_number(learning_rate(step))
        loss = small_problem_loss(p)
        optimizer.zero_grad()
        loss.backward()
        gradients = {name: value.grad.clone() for name, value in p.items()}
        norm = clip(list(p.values()))
        optimizer.step()
        moments = [{n: optimizer.state[p[n]][key].clone() for n in p} for key in ("exp_avg", "exp_avg_sq")]
        yield step, loss.item(), gradients, float(norm), {n: v.detach().clone() for n, v in p.items()}, moments


def exact_clip(parameters):
    """g min(1, clipNorm / ||g||), without the 1e-6 that clip_grad_norm_ adds to the norm."""
    norm = math.sqrt(sum(float((p.grad**2).sum()) for p in parameters))
    for p in parameters:
        p.grad.mul_(min(1.0, ADAMW["clipNorm"] / norm))
    return norm


def numpy_trajectory(trajectory):
    """The same updates written out by hand, fed with the recorded gradients."""
    p = {name: value.detach().numpy().copy() for name, value in small_problem_parameters().items()}
    m, v = ({name: numpy.zeros_like(value) for name, value in p.items()} for _ in range(2))
    b1, b2 = ADAMW["beta1"], ADAMW["beta2"]
    for step, _, gradients, _, _, _ in trajectory:
        norm = math.sqrt(sum(float((g.numpy() ** 2).sum()) for g in gradients.values()))
        for name, value in p.items():
            g = gradients[name].numpy() * min(1.0, ADAMW["clipNorm"] / norm)
            m[name] = b1 * m[name] + (1 - b1) * g
            v[name] = b2 * v[name] + (1 - b2) * g * g
            direction = m[name] / (1 - b1**step) / (numpy.sqrt(v[name] / (1 - b2**step)) + ADAMW["epsilon"])
            decay = ADAMW["weightDecay"] if name in ADAMW["decayed"] else 0.0
            p[name] = value - round_number(learning_rate(step)) * (direction + decay * value)
    return p


def largest_difference(a, b):
    return max(float(numpy.abs(numpy.asarray(a[name]) - numpy.asarray(b[name])).max()) for name in a)


def adamw():
    steps = list(torch_trajectory(exact_clip))
    by_torch_clip = list(torch_trajectory(lambda parameters: torch.nn.utils.clip_grad_norm_(parameters, ADAMW["clipNorm"])))
    by_hand = numpy_trajectory(steps)
    hand_difference = largest_difference(steps[-1][4], by_hand)
    clip_difference = largest_difference(steps[-1][4], by_torch_clip[-1][4])
    print(f"adamw: torch.optim against numpy by hand {hand_difference:.1e}; exact clip against clip_grad_norm_ {clip_difference:.1e}")
    assert hand_difference < 1e-12 and clip_difference < 1e-5
    norms = [step[3] for step in steps]
    assert max(norms) > 1 > min(norms), "the trajectory must contain clipped and unclipped steps"
    return {
        "options": ADAMW,
        "start": all_data(small_problem_parameters()),
        "steps": [
            {"learningRate": round_number(learning_rate(step)), "loss": round_number(loss), "gradientNorm": round_number(norm), "gradients": all_data(gradients)}
            for step, loss, gradients, norm, _, _ in steps
        ],
        "parametersAfter": {str(step[0]): all_data(step[4]) for step in steps if step[0] in SNAPSHOTS},
        "firstMoments": all_data(steps[-1][5][0]),
        "secondMoments": all_data(steps[-1][5][1]),
    }


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    write(folder, "user-encoder.json", user_encoder())
    write(folder, "cross-attention-lm.json", cross_attention_lm())
    write(folder, "adamw.json", adamw())


if __name__ == "__main__":
    main()
