import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { shippedPackages } from './scripts/licences.mjs';

const root = import.meta.dirname;

/**
 * Monaco brings its own copy of the codicon font under the same family name as ours; with both loaded the later one
 * decides every glyph. Its copy is left out: the rules of @vscode/codicons serve both.
 */
const oneIconFont = {
  name: 'one-icon-font',
  enforce: 'pre' as const,
  transform: (_code: string, id: string) => (/monaco-editor.*codicon\.css/.test(id) ? { code: '', map: null } : null),
};

/** Writes `licences.json` beside the page: every package in the bundle, and every one that the application ships beside it. */
const licences: Plugin = {
  name: 'licences',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'licences.json', source: JSON.stringify(shippedPackages(this.getModuleIds())) });
  },
};

/** Builds the workbench's page. (The tests have a configuration of their own, vitest.config.ts.) */
export default defineConfig({
  root: resolve(root, 'src-renderer'),
  base: './',
  publicDir: resolve(root, 'assets'),
  plugins: [react(), oneIconFont, licences],
  define: { global: 'globalThis' },
  build: {
    outDir: resolve(root, 'dist/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    sourcemap: false,
    chunkSizeWarningLimit: 4000,
    // Workers and fonts stay files: data: URLs are outside the content security policy.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
});
