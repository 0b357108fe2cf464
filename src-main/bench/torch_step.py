"""PyTorch's time for the training steps of `userllm bench step`: forward, backward, clipping at 1, AdamW; fp32.

    python3 src-main/bench/torch_step.py --benchmark encoder|lm [--steps 20] [--warmup 5] [--threads N] [--compile]

Prints one JSON line: benchmark, torchVersion, threads, optimizer, compiled, milliseconds (median), mean, min, samples and losses (one per timed step).
Both implementations of AdamW (fused and foreach) are tried briefly and the faster one is timed. Without --compile the step is eager.
"""

import argparse
import json
import os
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

ENCODER = {"features": {"title": 9744, "genre": 21, "rating": 12}, "history": 50, "batch": 64, "width": 128, "layers": 6, "heads": 8}
LM = {"vocabulary": 2048, "length": 64, "batch": 16, "width": 256, "layers": 4, "heads": 8, "events": 50, "encoderWidth": 128, "projection": 64}
BETAS, LEARNING_RATE, WEIGHT_DECAY, CLIP_NORM = (0.9, 0.999), 1e-3, 0.1, 1.0


def split_heads(x, heads):
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        q, k, v = (split_heads(part, self.heads) for part in self.qkv(self.norm(x)).chunk(3, dim=-1))
        return x + self.out(merge_heads(F.scaled_dot_product_attention(q, k, v, is_causal=True)))


class CrossAttention(nn.Module):
    def __init__(self, width, projection, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(projection, width, bias=False)
        self.value = nn.Linear(projection, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.gate = nn.Parameter(torch.tensor(0.1))

    def forward(self, x, projected, may_attend):
        q = split_heads(self.query(self.norm(x)), self.heads)
        k, v = split_heads(self.key(projected), self.heads), split_heads(self.value(projected), self.heads)
        mixed = merge_heads(F.scaled_dot_product_attention(q, k, v, attn_mask=may_attend))
        return x + torch.tanh(self.gate) * self.out(mixed)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.into = nn.Linear(width, 4 * width)
        self.out = nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.out(F.gelu(self.into(self.norm(x)), approximate="tanh"))


class Encoder(nn.Module):
    """The autoregressive user encoder; its loss is the mean over features of the next event's cross-entropy."""

    def __init__(self, c):
        super().__init__()
        width = c["width"]
        self.embedding = nn.ModuleDict({name: nn.Embedding(size, width) for name, size in c["features"].items()})
        self.event_projection = nn.Linear(len(c["features"]) * width, width)
        self.position = nn.Parameter(torch.randn(c["history"], width) * 0.02)
        self.blocks = nn.ModuleList(nn.Sequential(SelfAttention(width, c["heads"]), FeedForward(width)) for _ in range(c["layers"]))
        self.final_norm = nn.LayerNorm(width)
        self.head = nn.ModuleDict({name: nn.Linear(width, width, bias=False) for name in c["features"]})
        self.bias = nn.ParameterDict({name: nn.Parameter(torch.zeros(size)) for name, size in c["features"].items()})

    def forward(self, history, labels, mask):
        rows = [table(history[name]) for name, table in self.embedding.items()]
        # Padding comes after the real events, so causal attention alone never lets a real event see it.
        x = self.event_projection(torch.cat(rows, dim=-1)) + self.position
        for block in self.blocks:
            x = block(x)
        x = self.final_norm(x)
        return sum(self.feature_loss(name, x, labels[name], mask) for name in self.embedding) / len(self.embedding)

    def feature_loss(self, name, x, labels, mask):
        logits = F.linear(self.head[name](x), self.embedding[name].weight, self.bias[name])
        losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
        return (losses * mask.flatten()).sum() / mask.sum()


class LanguageModel(nn.Module):
    """The decoder-only language model with gated cross-attention to projected events (the encoder itself is not part of the step)."""

    def __init__(self, c):
        super().__init__()
        width = c["width"]
        self.token_embedding = nn.Embedding(c["vocabulary"], width)
        self.position_embedding = nn.Parameter(torch.randn(c["length"], width) * 0.02)
        self.projection = nn.Linear(c["encoderWidth"], c["projection"])
        self.recency = nn.Parameter(torch.zeros(c["events"], c["projection"]))
        self.self_attention = nn.ModuleList(SelfAttention(width, c["heads"]) for _ in range(c["layers"]))
        self.cross_attention = nn.ModuleList(CrossAttention(width, c["projection"], c["heads"]) for _ in range(c["layers"]))
        self.feed_forward = nn.ModuleList(FeedForward(width) for _ in range(c["layers"]))
        self.final_norm = nn.LayerNorm(width)

    def forward(self, tokens, targets, weights, events, event_mask):
        projected = self.projection(events) + self.recency.flip(0)
        may_attend = event_mask[:, None, None, :]
        x = self.token_embedding(tokens) + self.position_embedding
        for attention, cross, feed_forward in zip(self.self_attention, self.cross_attention, self.feed_forward):
            x = feed_forward(cross(attention(x), projected, may_attend))
        logits = F.linear(self.final_norm(x), self.token_embedding.weight)
        losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        return (losses * weights.flatten()).sum() / weights.sum()


def encoder_benchmark():
    c = ENCODER
    shape = (c["batch"], c["history"])
    history = {name: torch.randint(2, size, shape) for name, size in c["features"].items()}
    labels = {name: torch.randint(2, size, shape) for name, size in c["features"].items()}
    return Encoder(c), (history, labels, torch.ones(shape))


def lm_benchmark():
    c = LM
    tokens = torch.randint(0, c["vocabulary"], (c["batch"], c["length"] + 1))
    events = torch.randn(c["batch"], c["events"], c["encoderWidth"])
    event_mask = torch.ones(c["batch"], c["events"], dtype=torch.bool)
    return LanguageModel(c), (tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous(), torch.ones(c["batch"], c["length"]), events, event_mask)


def small_weights(model):
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)


def make_optimizer(model, implementation):
    decayed = [p for name, p in model.named_parameters() if p.dim() == 2 and "embedding" not in name and "position" not in name]
    chosen = {id(p) for p in decayed}
    others = [p for p in model.parameters() if id(p) not in chosen]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=BETAS, **{implementation: True})


def make_step(benchmark, implementation, compiled):
    torch.manual_seed(1)
    model, inputs = {"encoder": encoder_benchmark, "lm": lm_benchmark}[benchmark]()
    small_weights(model)
    optimizer = make_optimizer(model, implementation)
    parameters = list(model.parameters())
    forward = torch.compile(model) if compiled else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = forward(*inputs)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, CLIP_NORM)
        optimizer.step()
        return loss.item()

    return step


def measure(step, warmup, steps):
    """Milliseconds and loss of every timed step."""
    for _ in range(warmup):
        step()
    times, losses = [], []
    for _ in range(steps):
        start = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - start) * 1e3)
    return times, losses


def faster_implementation(benchmark):
    medians = {name: statistics.median(measure(make_step(benchmark, name, False), 2, 5)[0]) for name in ("fused", "foreach")}
    return min(medians, key=medians.get)


def parse_arguments():
    parser = argparse.ArgumentParser(description="PyTorch's time for one training step.")
    parser.add_argument("--benchmark", choices=["encoder", "lm"], required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--compile", action="store_true", help="time the step through torch.compile (needs a C++ compiler)")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    implementation = faster_implementation(arguments.benchmark)
    times, losses = measure(make_step(arguments.benchmark, implementation, arguments.compile), arguments.warmup, arguments.steps)
    result = {
        "benchmark": arguments.benchmark,
        "torchVersion": torch.__version__,
        "threads": arguments.threads,
        "optimizer": implementation,
        "compiled": arguments.compile,
        "milliseconds": round(statistics.median(times), 2),
        "mean": round(statistics.mean(times), 2),
        "min": round(min(times), 2),
        "samples": [round(time, 3) for time in times],
        "losses": [round(loss, 6) for loss in losses],
    }
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    main()
