import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureChromium, findChromium } from './chromium.mjs';
import { packageScript, pinnedNode, root } from './paths.mjs';
import { run, say } from './run.mjs';

/** Format, lint and types; resolves to the names of the checks that failed. */
export async function check() {
  const failed = [];
  say('Checking format and style (biome).');
  if ((await run(pinnedNode, [packageScript('@biomejs/biome', 'biome'), 'check', '.'])) !== 0) failed.push('biome');
  for (const project of ['.', 'src-renderer', 'test/e2e']) {
    if (!existsSync(join(root, project, 'tsconfig.json'))) continue;
    say(`Checking types (tsc, ${project === '.' ? 'main and shared' : project}).`);
    if ((await run(pinnedNode, [packageScript('typescript', 'tsc'), '-p', project])) !== 0) failed.push(`tsc ${project}`);
  }
  return failed;
}

/** Everything that must hold before a change goes in. The last line printed is `N passed, N failed`. */
export async function test(args) {
  const failed = await check();
  if (!(await ensureBundle('renderer'))) failed.push('vite build');
  await ensureChromium();
  const { code, passed, failedTests } = await runVitest(args);
  if (code !== 0 && failedTests === 0) failed.push('vitest');
  if (failed.length > 0) say(`Failed besides the tests: ${failed.join(', ')}.`);
  console.log(`${passed} passed, ${failedTests} failed`);
  return failed.length > 0 || code !== 0 ? 1 : 0;
}

async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'userllm-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const chromium = findChromium();
  const env = chromium ? { USERLLM_CHROMIUM: chromium } : {};
  const code = await run(pinnedNode, [packageScript('vitest'), 'run', ...reporters, ...args], { env });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { numPassedTests: 0, numFailedTests: 0 };
  rmSync(folder, { recursive: true, force: true });
  return { code, passed: counts.numPassedTests, failedTests: counts.numFailedTests };
}
