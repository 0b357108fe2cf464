import type { Graph, Node } from './graph.ts';

/**
 * Graph rewrites before ONNX Runtime's own. Each saves passes over memory; docs/benchmarks.md has the measured gains.
 * 1. dead nodes (a gradient nobody asked for) are dropped;
 * 2. a scalar factor after a batched product moves into it (FusedMatMul's alpha);
 * 3. a bias added to a 2-D product moves into it (Gemm's C);
 * 4. an output is written by the node that computes it, not copied from there.
 */
export function simplify(graph: Graph): void {
  dropDeadNodes(graph);
  const uses = countUses(graph);
  const producers = new Map<string, Node>();
  const replacements = new Map<Node, Node | null>();
  for (const node of graph.nodes) {
    const fused = foldScale(graph, node, producers, uses) ?? foldBias(graph, node, producers, uses);
    if (fused) {
      replacements.set(fused.absorbed, null);
      replacements.set(node, fused.node);
    }
    for (const output of node.outputs) producers.set(output, fused?.node ?? node);
  }
  graph.nodes = graph.nodes.flatMap((node) => resolve(node, replacements));
  writeOutputsDirectly(graph);
}

/** A replacement may itself have been absorbed by a later one: follow the chain. */
function resolve(node: Node, replacements: Map<Node, Node | null>): Node[] {
  if (!replacements.has(node)) return [node];
  const next = replacements.get(node);
  return next ? resolve(next, replacements) : [];
}

function dropDeadNodes(graph: Graph): void {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    kept.push(node);
  }
  graph.nodes = kept.reverse();
  for (const name of [...graph.constants.keys()]) if (!needed.has(name)) graph.constants.delete(name);
}

function countUses(graph: Graph): Map<string, number> {
  const uses = new Map<string, number>();
  const use = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(use);
  for (const output of graph.outputs) use(output.name);
  return uses;
}

/** Inputs, constants and values that are two outputs at once keep their copy. */
function writeOutputsDirectly(graph: Graph): void {
  const produced = new Set(graph.nodes.flatMap((node) => (node.operation === 'Identity' ? [] : node.outputs)));
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const renamed = new Map<string, string>();
  graph.nodes = graph.nodes.filter((node) => {
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    if (node.operation !== 'Identity' || !outputs.has(to) || !produced.has(from) || renamed.has(from)) return true;
    renamed.set(from, to);
    return false;
  });
  const rename = (name: string) => renamed.get(name) ?? name;
  graph.nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
}

interface Fusion {
  readonly node: Node;
  readonly absorbed: Node;
}

/** Mul(MatMul(a, b), scalar) -> FusedMatMul(a, b; alpha) */
function foldScale(graph: Graph, node: Node, producers: Map<string, Node>, uses: Map<string, number>): Fusion | null {
  if (node.operation !== 'Mul') return null;
  const [left, right] = node.inputs as [string, string];
  const scalar = scalarValue(graph, right) ?? scalarValue(graph, left);
  const other = scalarValue(graph, right) !== null ? left : right;
  const product = producers.get(other);
  if (scalar === null || !product || uses.get(other) !== 1) return null;
  if (product.operation !== 'MatMul' && product.operation !== 'FusedMatMul') return null;
  const alpha = ((product.attributes['alpha'] as { float: number } | undefined)?.float ?? 1) * scalar;
  const attributes = { transA: 0, transB: 0, ...product.attributes, alpha: { float: alpha } };
  return { node: { ...node, operation: 'FusedMatMul', domain: 'com.microsoft', inputs: product.inputs, attributes }, absorbed: product };
}

/** Add(Gemm(a, b), bias input or row vector) -> Gemm(a, b, bias) */
function foldBias(graph: Graph, node: Node, producers: Map<string, Node>, uses: Map<string, number>): Fusion | null {
  if (node.operation !== 'Add') return null;
  for (const [product, bias] of [node.inputs, node.inputs.toReversed()] as [string, string][]) {
    const gemm = producers.get(product);
    if (gemm?.operation !== 'Gemm' || gemm.inputs.length !== 2 || uses.get(product) !== 1) continue;
    if (graph.inputs.find((input) => input.name === bias)?.shape.length !== 1) continue;
    return { node: { ...node, operation: 'Gemm', inputs: [...gemm.inputs, bias], attributes: gemm.attributes }, absorbed: gemm };
  }
  return null;
}

function scalarValue(graph: Graph, name: string): number | null {
  const constant = graph.constants.get(name);
  return constant && constant.shape.length === 0 && constant.type === 'float32' ? constant.values[0]! : null;
}
