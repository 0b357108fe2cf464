// Trains the small model on the WebGPU provider and prints its losses; run in a process of its own by trainingStep.test.ts.
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { trainSmallModel } from './smallModel.ts';

const engine = await createOnnxEngine({ provider: 'webgpu' });
const { losses } = await trainSmallModel(engine, 8);
process.stdout.write(`\n${JSON.stringify(losses)}\n`);
await engine.dispose();
