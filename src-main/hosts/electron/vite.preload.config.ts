import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const folder = import.meta.dirname;
const root = resolve(folder, '../../..');

/** The preload of a sandboxed page: one CommonJS file that requires nothing but `electron`. */
export default defineConfig({
  root,
  publicDir: false,
  build: {
    ssr: true,
    target: 'node24',
    outDir: resolve(root, 'dist/main'),
    emptyOutDir: false,
    minify: false,
    rollupOptions: {
      input: resolve(folder, 'preload.ts'),
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: 'preload.cjs' },
    },
  },
});
