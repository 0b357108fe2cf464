"""Time to the first token and per token of PyTorch with Hugging Face transformers, for the models of `userllm bench generate`; fp32, KV cache.

    python3 src-main/bench/torch_generate.py --model scratch|stories260K|llama135M --prompt 128 --tokens 64 [--rounds 2] [--threads N]

Random weights. The model is called directly, token by token, without the overhead of generate(). Prints one JSON line.
"""

import argparse
import json
import resource
import time

import torch
import transformers

LLAMA = {
    "stories260K": dict(vocab_size=512, hidden_size=64, intermediate_size=172, num_hidden_layers=5, num_attention_heads=8, num_key_value_heads=4),
    "llama135M": dict(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3
    ),
}


def make_model(name):
    if name == "scratch":
        config = transformers.GPT2Config(vocab_size=2048, n_positions=512, n_embd=128, n_layer=3, n_head=4, bos_token_id=0, eos_token_id=0)
        return transformers.GPT2LMHeadModel(config).eval()
    config = transformers.LlamaConfig(max_position_embeddings=8192, tie_word_embeddings=True, **LLAMA[name])
    return transformers.LlamaForCausalLM(config).eval()


def measure(model, prompt, tokens):
    started = time.perf_counter()
    out = model(prompt, use_cache=True, logits_to_keep=1)
    token = out.logits[:, -1:].argmax(-1)
    first = (time.perf_counter() - started) * 1000
    samples = []
    for _ in range(tokens - 1):
        started = time.perf_counter()
        out = model(token, past_key_values=out.past_key_values, use_cache=True)
        token = out.logits[:, -1:].argmax(-1)
        samples.append((time.perf_counter() - started) * 1000)
    return first, samples


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--prompt", type=int, required=True)
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    model = make_model(args.model)
    size = model.config.vocab_size
    prompt = torch.tensor([[1 + (7 * i) % (size - 1) for i in range(args.prompt)]])
    firsts, samples = [], []
    with torch.inference_mode():
        for round in range(args.rounds + 1):
            first, times = measure(model, prompt, args.tokens)
            if round > 0:
                firsts.append(first)
                samples += times
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    versions = f"PyTorch {torch.__version__}, transformers {transformers.__version__}"
    print(json.dumps({"versions": versions, "firstTokenMs": firsts, "tokenMs": samples, "peakMemoryBytes": peak}))


main()
