import { describe, expect, it } from 'vitest';
import { packageOfModule, shippedPackages } from '../../scripts/licences.mjs';

describe('the licences of what is shipped', () => {
  it('are told from the modules of the bundle', () => {
    expect(packageOfModule('/x/node_modules/@tanstack/react-table/dist/index.js')).toBe('node_modules/@tanstack/react-table');
    expect(packageOfModule('/x/node_modules/a/node_modules/b/index.js?worker')).toBe('node_modules/a/node_modules/b');
    expect(packageOfModule('/x/src-renderer/main.tsx')).toBeNull();
  });

  it('name every package with its version and licence, those beside the bundle included, development tools excluded', () => {
    const packages = shippedPackages(['/x/node_modules/react/index.js', '/x/node_modules/react/jsx-runtime.js']);
    const names = packages.map((each) => each.name);
    expect(names.filter((name) => name === 'react')).toHaveLength(1);
    expect(names).toEqual(expect.arrayContaining(['better-sqlite3', 'onnxruntime-node', 'zod']));
    expect(names).not.toContain('vitest');
    expect(packages.find((each) => each.name === 'react')).toMatchObject({ licence: 'MIT', text: expect.stringContaining('MIT License') });
    expect(packages.filter((each) => each.licence === 'not stated')).toEqual([]);
  });
});
