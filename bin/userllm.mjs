#!/usr/bin/env node
/** The `userllm` command. The sources are TypeScript, so it goes on under the project's own Node where this one is too old for them. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE_THAT_READS_TYPESCRIPT = 24;
const main = new URL('../src-main/hosts/cli/main.ts', import.meta.url);
const windows = process.platform === 'win32';
const pinnedNode = fileURLToPath(new URL(`../node_modules/node/bin/node${windows ? '.exe' : ''}`, import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE_THAT_READS_TYPESCRIPT) {
  await import(main.href);
} else if (existsSync(pinnedNode)) {
  // Over the channel the program learns when this process is killed, and ends in order.
  const child = spawn(pinnedNode, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
} else {
  process.stderr.write(`userllm: expected Node ${OLDEST_NODE_THAT_READS_TYPESCRIPT} or an installed project, got ${process.version}; `);
  process.stderr.write('run `npm run check` in the project once: it installs everything\n');
  process.exit(1);
}
