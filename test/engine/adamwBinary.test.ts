import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { assembleAdamW } from '../../scripts/assemble.mjs';

it('ships the AdamW kernels that adamw.wat assembles to', async () => {
  const shipped = readFileSync(new URL('../../src-main/engine/onnx/adamwBinary.ts', import.meta.url), 'utf8');
  const base64 = (text: string) => [...text.matchAll(/'([A-Za-z0-9+/=]+)'/g)].map((match) => match[1]).join('');
  expect(base64(shipped)).toBe(base64(await assembleAdamW()));
});
