"""Makes encoders.json: BERT4Rec-style and dual encoders, a title-only label (SASRec) and sampled soft-max, in PyTorch.

    python3 test/golden/make_encoders.py [folder]

Parameters, inputs and the Transformer block come from make_golden.py; float64, one thread. README.md describes the file.
"""

import math
import pathlib
import sys

import torch
import torch.nn.functional as F

import make_golden as base
from make_golden import HISTORY_LENGTHS, feed_forward, layer_norm, linear, self_attention

ENCODER = {**base.ENCODER, "numLayers": 1}
DUAL = {"numEmbeddings": 2, "labelFeature": "title", "temperature": 0.5}
SAMPLES = {"title": [3, 7, 7, 2, 10]}
VARIANTS = {
    "sasrec": {**ENCODER, "architecture": "autoregressive", "labels": ["title"]},
    "sampled": {**ENCODER, "architecture": "autoregressive", "sampledSoftmax": 5},
    "bert4rec": {**ENCODER, "architecture": "bert4rec"},
    "dual": {**ENCODER, "architecture": "dual", "dual": DUAL},
}


def parameter_shapes(shape):
    shapes, width = base.encoder_shapes(ENCODER), ENCODER["dModel"]
    if shape["architecture"] == "bert4rec":
        return shapes | {"encoder.position.weight": [ENCODER["maxHistory"] + 1, width], "encoder.head.mask": [width]}
    if shape["architecture"] == "autoregressive":
        labels = shape.get("labels", [name for name, _ in base.FEATURES])
        return {name: size for name, size in shapes.items() if ".head." not in name or name.split(".")[2] in labels}
    kept = {name: size for name, size in shapes.items() if ".embedding." in name or ".position." in name or ".finalNorm." in name}
    for name, _ in base.FEATURES:
        kept |= base.block_shapes(f"encoder.towers.{name}.layers.0", width)
        kept |= {f"encoder.towers.{name}.finalNorm.weight": [width], f"encoder.towers.{name}.finalNorm.bias": [width]}
    label_size = dict(base.FEATURES)[DUAL["labelFeature"]]
    for prefix, inputs, outputs in (
        ("encoder.fusion.in", 3 * width, 4 * width),
        ("encoder.fusion.out", 4 * width, DUAL["numEmbeddings"] * width),
        ("encoder.head.label.in", width, 4 * width),
        ("encoder.head.label.out", 4 * width, width),
    ):
        kept |= {f"{prefix}.weight": [inputs, outputs], f"{prefix}.bias": [outputs]}
    return kept | {"encoder.head.label.embedding.weight": [label_size, width]}


def inputs_of(variant):
    inputs = base.history_inputs() | base.label_inputs()
    if variant == "bert4rec":
        inputs["cloze.mask"] = torch.tensor([[0, 1, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0], [0] * 6])
    if variant == "dual":
        inputs["labels.logQ"] = -0.5 - 0.1 * (inputs["labels.title"] % 4).double()
    if variant == "sampled":
        inputs["samples.title"] = torch.tensor(SAMPLES["title"])
    return inputs


# --- autoregressive ---------------------------------------------------------------------------------------------------


def autoregressive(p, shape, inputs):
    events = base.encode_history(p, ENCODER, inputs)
    chosen = inputs["labels.mask"].bool()
    losses = []
    for name in shape.get("labels", [name for name, _ in base.FEATURES]):
        logits, targets = base.feature_logits(p, events, name)[chosen], inputs[f"labels.{name}"][chosen]
        if f"samples.{name}" in inputs:
            rows = []
            for row, target in zip(logits, targets.tolist()):
                others = [sample for sample in inputs[f"samples.{name}"].tolist() if sample != target]
                rows.append(torch.logsumexp(row[[target, *others]], 0) - row[target])
            losses.append(torch.stack(rows).mean())
        else:
            losses.append(F.cross_entropy(logits, targets))
    scores = [base.feature_logits(p, events[row, length - 1], "title") for row, length in enumerate(HISTORY_LENGTHS) if length > 0]
    return events, torch.stack(scores), sum(losses) / len(losses)


# --- BERT4Rec ---------------------------------------------------------------------------------------------------------


def both_ways(p, x, events):
    """One row of events [length, dModel], all of them visible to each other."""
    x = (x + p["encoder.position.weight"][: x.shape[0]])[None]
    x = feed_forward(p, "encoder.layers.0", self_attention(p, "encoder.layers.0", x, ENCODER["numHeads"], torch.ones(1, events, events, dtype=torch.bool)))
    return layer_norm(p, "encoder.finalNorm", x)[0]


def embed_events(p, inputs, row, length):
    parts = [p[f"encoder.embedding.{name}.weight"][inputs[f"history.{name}"][row, :length]] for name, _ in base.FEATURES]
    return linear(p, "encoder.eventProjection", torch.cat(parts, -1))


def bert4rec(p, shape, inputs):
    embeddings = torch.zeros(len(HISTORY_LENGTHS), base.HISTORY_LENGTH, ENCODER["dModel"], dtype=torch.float64)
    mask_vector = p["encoder.head.mask"]
    scores, hidden, targets = [], [], {name: [] for name, _ in base.FEATURES}
    for row, length in enumerate(HISTORY_LENGTHS):
        events = embed_events(p, inputs, row, length)
        if length > 0:
            embeddings[row, :length] = both_ways(p, events, length)
        next_hidden = both_ways(p, torch.cat([events, mask_vector[None]]), length + 1)[-1]
        scores.append(base.feature_logits(p, next_hidden, "title"))
        masked = inputs["cloze.mask"][row, :length].bool()
        read = both_ways(p, torch.cat([torch.where(masked[:, None], mask_vector, events), mask_vector[None]]), length + 1)
        places = [t for t in range(length) if masked[t]]
        hidden += [read[t] for t in places]
        for name, _ in base.FEATURES:
            targets[name] += [int(inputs[f"history.{name}"][row, t]) for t in places]
        if length > 0 and inputs["labels.mask"][row, length - 1]:
            hidden.append(read[length])
            for name, _ in base.FEATURES:
                targets[name].append(int(inputs[f"labels.{name}"][row, length - 1]))
    hidden = torch.stack(hidden)
    losses = [F.cross_entropy(base.feature_logits(p, hidden, name), torch.tensor(targets[name])) for name, _ in base.FEATURES]
    return embeddings, torch.stack(scores), sum(losses) / len(losses)


# --- dual encoder -----------------------------------------------------------------------------------------------------


def towers(p, inputs):
    mask = inputs["history.mask"]
    batch, length = mask.shape
    states = []
    for name, _ in base.FEATURES:
        prefix = f"encoder.towers.{name}"
        x = p[f"encoder.embedding.{name}.weight"][inputs[f"history.{name}"]] + p["encoder.position.weight"][:length]
        x = feed_forward(p, f"{prefix}.layers.0", self_attention(p, f"{prefix}.layers.0", x, ENCODER["numHeads"], base.causal(batch, length)))
        states.append(layer_norm(p, f"{prefix}.finalNorm", x))
    return torch.cat(states, -1)


def two_layers(p, prefix, x):
    return linear(p, f"{prefix}.out", F.gelu(linear(p, f"{prefix}.in", x), approximate="tanh"))


def fuse(p, states):
    fused = two_layers(p, "encoder.fusion", states).unflatten(-1, (DUAL["numEmbeddings"], ENCODER["dModel"]))
    return layer_norm(p, "encoder.finalNorm", fused)


def dual(p, shape, inputs):
    users = fuse(p, towers(p, inputs))
    embeddings = torch.zeros(len(HISTORY_LENGTHS), DUAL["numEmbeddings"], ENCODER["dModel"], dtype=torch.float64)
    for row, length in enumerate(HISTORY_LENGTHS):
        if length > 0:
            embeddings[row] = users[row, length - 1]
    label_table = F.normalize(two_layers(p, "encoder.head.label", p["encoder.head.label.embedding.weight"]), dim=-1)
    scores = F.normalize(embeddings[:2].mean(1), dim=-1) @ label_table.T / DUAL["temperature"]
    chosen = inputs["labels.mask"].bool()
    rows, ids, log_q = F.normalize(users.mean(2), dim=-1)[chosen], inputs["labels.title"][chosen], inputs["labels.logQ"][chosen]
    losses = []
    for i in range(len(ids)):
        columns = [j for j in range(len(ids)) if j == i or ids[j] != ids[i]]
        logits = torch.stack([rows[i] @ label_table[ids[j]] / DUAL["temperature"] - log_q[j] for j in columns])
        losses.append(torch.logsumexp(logits, 0) - logits[columns.index(i)])
    assert any(ids[i] == ids[j] for i in range(len(ids)) for j in range(i)), "an accidental hit must be among the labels"
    return embeddings, scores, torch.stack(losses).mean()


FORWARD = {"sasrec": autoregressive, "sampled": autoregressive, "bert4rec": bert4rec, "dual": dual}


def golden(variant):
    shape = VARIANTS[variant]
    parameters = base.make_parameters(parameter_shapes(shape))
    inputs = inputs_of(variant)
    embeddings, scores, loss = FORWARD[variant](parameters, shape, inputs)
    assert math.isfinite(loss.item())
    return {
        "shape": base.written_shape(shape),
        "shapes": {name: list(tensor.shape) for name, tensor in sorted(parameters.items())},
        "inputs": base.all_data(inputs),
        "embeddings": base.as_data(embeddings),
        "titleLogits": base.as_data(scores),
        "loss": base.round_number(loss.item()),
        "gradients": base.all_data(base.gradients_of(loss, parameters)),
    }


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    base.write(folder, "encoders.json", {"variants": {variant: golden(variant) for variant in VARIANTS}})


if __name__ == "__main__":
    main()
