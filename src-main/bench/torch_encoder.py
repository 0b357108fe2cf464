"""Trains the title-only autoregressive encoder in PyTorch on what `userllm bench encoder` wrote: same first weights, same batches, own dropout.

    python3 src-main/bench/torch_encoder.py training.safetensors --seed 1 [--threads N]

Prints one JSON line: version, seconds, test (hitRate, ndcg at 10), curve (step, loss, hitRate, ndcg on the validation events).
"""

import argparse
import json
import math
import sys
import time

import numpy
import torch
import torch.nn.functional as F

CUTOFF = 10
FIRST_ITEM = 2  # 0 is padding, 1 stands for unknown items: neither is ranked


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    options = header.pop("__metadata__")
    types = {"F32": numpy.float32, "I32": numpy.int32}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(body[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, options


class Encoder:
    def __init__(self, parameters, layers, heads, dropout):
        self.p, self.layers, self.heads, self.rate = parameters, layers, heads, dropout

    def linear(self, prefix, x):
        return x @ self.p[f"{prefix}.weight"] + self.p[f"{prefix}.bias"]

    def norm(self, prefix, x):
        return F.layer_norm(x, x.shape[-1:], self.p[f"{prefix}.weight"], self.p[f"{prefix}.bias"], 1e-5)

    def drop(self, x, training):
        return F.dropout(x, self.rate, training)

    def attention(self, prefix, x):
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.linear(f"{prefix}.attention.qkv", x).chunk(3, -1))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.linear(f"{prefix}.attention.out", mixed.transpose(1, 2).reshape(batch, length, width))

    def encode(self, history, training):
        """Embeddings [batch, history, width]; padding comes after the events, so causal attention never lets an event see it."""
        x = self.linear("encoder.eventProjection", F.embedding(history, self.p["encoder.embedding.title.weight"]))
        x = self.drop(x + self.p["encoder.position.weight"], training)
        for layer in range(self.layers):
            prefix = f"encoder.layers.{layer}"
            x = x + self.drop(self.attention(prefix, self.norm(f"{prefix}.attentionNorm", x)), training)
            hidden = F.gelu(self.linear(f"{prefix}.feedForward.in", self.norm(f"{prefix}.feedForwardNorm", x)), approximate="tanh")
            x = x + self.drop(self.linear(f"{prefix}.feedForward.out", hidden), training)
        return self.norm("encoder.finalNorm", x)

    def logits(self, embeddings):
        hidden = embeddings @ self.p["encoder.head.title.weight"]
        return hidden @ self.p["encoder.embedding.title.weight"].T + self.p["encoder.head.title.bias"]

    def loss(self, history, labels):
        there = labels > 0
        return F.cross_entropy(self.logits(self.encode(history, True)[there]), labels[there])


@torch.no_grad()
def rank(encoder, history, targets, seen):
    """HR and NDCG at 10 among all items but those that the user has seen; ties count against the target."""
    last = (history > 0).sum(1) - 1
    scores = encoder.logits(encoder.encode(history, False)[torch.arange(len(history)), last])
    own = scores[torch.arange(len(history)), targets].clone()
    scores[seen[:, 0], seen[:, 1]] = -math.inf
    scores[:, :FIRST_ITEM] = -math.inf
    scores[torch.arange(len(history)), targets] = -math.inf
    ranks = 1 + (scores >= own[:, None]).sum(1)
    hits = ranks <= CUTOFF
    return {"hitRate": hits.double().mean().item(), "ndcg": (hits / torch.log2(ranks.double() + 1)).mean().item()}


def main():
    parser = argparse.ArgumentParser(description="Trains SASRec on prepared batches.")
    parser.add_argument("path")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    tensors, options = read_safetensors(arguments.path)
    names = [name.removeprefix("parameter.") for name in tensors if name.startswith("parameter.")]
    parameters = {name: tensors[f"parameter.{name}"].requires_grad_() for name in names}
    encoder = Encoder(parameters, int(options["numLayers"]), int(options["numHeads"]), float(options["dropout"]))
    decayed = set(json.loads(options["decayed"]))
    groups = [
        {"params": [parameters[name] for name in names if name in decayed], "weight_decay": float(options["weightDecay"])},
        {"params": [parameters[name] for name in names if name not in decayed], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=1e-8)
    history, labels, rates = tensors["history"].long(), tensors["labels"].long(), tensors["learningRates"].tolist()
    held_out = {name: [tensors[f"{name}.{part}"].long() for part in ("history", "targets", "seen")] for name in ("validation", "test")}
    every, curve, start = int(options["measureEvery"]), [], time.perf_counter()
    for step, rate in enumerate(rates, 1):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        loss = encoder.loss(history[step - 1], labels[step - 1])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), float(options["clipNorm"]))
        optimizer.step()
        if step % every == 0 or step == len(rates):
            curve.append({"step": step, "loss": loss.item(), **rank(encoder, *held_out["validation"])})
    seconds = time.perf_counter() - start
    result = {"version": torch.__version__, "seconds": seconds, "test": rank(encoder, *held_out["test"]), "curve": curve}
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    main()
