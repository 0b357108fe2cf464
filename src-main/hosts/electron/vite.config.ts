import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const folder = import.meta.dirname;
const root = resolve(folder, '../../..');
const entries = [
  'main',
  'backendHost',
  'importEntry',
  'packThread',
  'ratingsThread',
  'experimentEntry',
  'rehearsalEntry',
  'generateEntry',
  'probeEntry',
];

/** Bundles everything that Electron runs outside the page. Packages stay outside: native ones must, and the packed app carries them. */
export default defineConfig({
  root,
  publicDir: false,
  build: {
    ssr: true,
    target: 'node24',
    outDir: resolve(root, 'dist/main'),
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: Object.fromEntries(entries.map((name) => [name, resolve(folder, `${name}.ts`)])),
      external: ['electron'],
      // Entries find each other as files of one folder (entries.ts), so shared chunks lie there too.
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' },
    },
  },
});
