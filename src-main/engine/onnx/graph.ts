/** The graph that a trace builds: ONNX nodes in order, with hash-consing, so that the same computation is written once. */

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface Node {
  readonly operation: string;
  readonly domain: '' | 'com.microsoft';
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly values: ArrayLike<number>;
}

export interface ValueInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** Constants are for scalars, shapes and masks. Weights are inputs: a graph that holds them would exceed protobuf's 2 GiB and double the memory. */
const MAX_CONSTANT_ELEMENTS = 1 << 22;

export class Graph {
  nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  readonly inputs: ValueInfo[] = [];
  outputs: ValueInfo[] = [];
  private readonly known = new Map<string, string[]>();
  private nextName = 0;

  addInput(info: ValueInfo): string {
    this.inputs.push(info);
    return info.name;
  }

  addConstant(values: ArrayLike<number>, shape: readonly number[], type: ElementType): string {
    if (values.length > MAX_CONSTANT_ELEMENTS) {
      throw new Error(`trace: expected a constant of at most ${MAX_CONSTANT_ELEMENTS} elements, got shape [${shape}]; pass it as an input`);
    }
    const key = `constant|${type}|${shape}|${values.length <= 64 ? Array.from(values) : hashOf(values)}`;
    const name = this.known.get(key)?.[0];
    if (name) return name;
    const fresh = this.freshName();
    this.constants.set(fresh, { name: fresh, shape, type, values });
    this.known.set(key, [fresh]);
    return fresh;
  }

  /** Adds a node, or returns the outputs of an equal one. */
  add(
    operation: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    options: { outputs?: number; domain?: Node['domain'] } = {},
  ): string[] {
    const { outputs = 1, domain = '' } = options;
    const key = `${domain}:${operation}|${inputs.join(',')}|${JSON.stringify(attributes)}`;
    const known = this.known.get(key);
    if (known) return known;
    const names = Array.from({ length: outputs }, () => this.freshName());
    this.nodes.push({ operation, domain, inputs, outputs: names, attributes });
    this.known.set(key, names);
    return names;
  }

  private freshName(): string {
    return `v${this.nextName++}`;
  }
}

/** Two 32-bit FNV-1a hashes over the numbers' bits; equal constants of a trace meet in one. */
function hashOf(values: ArrayLike<number>): string {
  const bits = new Uint32Array(Float64Array.from(values).buffer);
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < bits.length; i++) {
    a = Math.imul(a ^ bits[i]!, 0x01000193);
    b = Math.imul(b ^ (bits[i]! + i), 0x85ebca6b);
  }
  return `${values.length}:${a >>> 0}:${b >>> 0}`;
}
