import { registerHooks } from 'node:module';

/** Loaded before the program under test: its `electron` is then the double beside this file. */
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context);
    return { url: new URL('./electron.ts', import.meta.url).href, shortCircuit: true };
  },
});
