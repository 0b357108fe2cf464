// Assembles src-main/engine/onnx/adamw.wat into adamwBinary.ts. Run it after changing the .wat file: node scripts/assemble.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import wabtFactory from 'wabt';

const folder = new URL('../src-main/engine/onnx/', import.meta.url);

/** The text of adamwBinary.ts for the current adamw.wat. */
export async function assembleAdamW() {
  const wabt = await wabtFactory();
  const module = wabt.parseWat('adamw.wat', readFileSync(new URL('adamw.wat', folder), 'utf8'), { simd: true, threads: true });
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = base64.match(/.{1,120}/g).map((line) => `  '${line}',`);
  return `// Assembled from adamw.wat by scripts/assemble.mjs; a test keeps the two equal.\nexport const ADAMW_BASE64 = [\n${lines.join('\n')}\n].join('');\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(new URL('adamwBinary.ts', folder), await assembleAdamW());
