import { AppError } from '../../../src-shared/errors.ts';
import { sizeOf, type TensorSpec } from '../engine.ts';
import { ADAMW_BASE64 } from './adamwBinary.ts';

/** The kernels of adamw.wat; pointers are byte offsets into the shared memory, counts are multiples of four. */
export interface Kernels {
  sumOfSquares(g: number, count: number): number;
  accumulate(a: number, b: number, count: number): void;
  update(
    p: number,
    m: number,
    v: number,
    g: number,
    count: number,
    gradientScale: number,
    beta1: number,
    beta2: number,
    rate: number,
    rootScale: number,
    epsilon: number,
    decay: number,
  ): void;
}

const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

/** One array in shared memory: a view of its elements, and where it lies for the kernels. */
export interface Block {
  readonly pointer: number;
  /** Elements including the zero padding to a multiple of four. */
  readonly paddedCount: number;
  readonly view: Float32Array | Int32Array;
}

/**
 * Arrays that ONNX Runtime and the WebAssembly kernels both read and write in place. The memory is shared, because only then
 * do views stay valid while it grows. At most 4 GiB.
 */
export class HostMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
  readonly kernels: Kernels;
  readonly module: WebAssembly.Module;
  private readonly free = new Map<number, number[]>();
  private end = 16;

  constructor() {
    this.module = new WebAssembly.Module(Buffer.from(ADAMW_BASE64, 'base64'));
    this.kernels = new WebAssembly.Instance(this.module, { env: { memory: this.memory } }).exports as unknown as Kernels;
  }

  /** A zeroed block for a tensor of this shape and type (four bytes an element). */
  allocate(spec: TensorSpec): Block {
    const count = sizeOf(spec.shape);
    const paddedCount = Math.max(4, Math.ceil(count / 4) * 4);
    const pointer = this.free.get(paddedCount)?.pop() ?? this.extend(paddedCount * 4);
    new Float32Array(this.memory.buffer, pointer, paddedCount).fill(0);
    const View = spec.dtype === 'float32' ? Float32Array : Int32Array;
    return { pointer, paddedCount, view: new View(this.memory.buffer, pointer, count) };
  }

  release(block: Block): void {
    const blocks = this.free.get(block.paddedCount);
    if (blocks) blocks.push(block.pointer);
    else this.free.set(block.paddedCount, [block.pointer]);
  }

  private extend(bytes: number): number {
    const pointer = this.end;
    const needed = Math.ceil((pointer + bytes) / PAGE_BYTES);
    const missing = needed - this.memory.buffer.byteLength / PAGE_BYTES;
    if (needed > MAX_PAGES) {
      throw new AppError(
        'engine-unavailable',
        'onnx engine: expected parameters and optimiser state of at most 4 GiB on the CPU; use a smaller model or a GPU',
      );
    }
    if (missing > 0) this.memory.grow(missing);
    this.end += bytes;
    return pointer;
  }
}
