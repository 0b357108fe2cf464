import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createForkLauncher, launchFork } from '../../src-main/backend/forkLauncher.ts';

describe('the fork launcher', () => {
  it('lets jobs that compute for long yield to the workbench, and others not', () => {
    const launcher = createForkLauncher();
    const priorityOf = (kind: 'experiment' | 'probe') => {
      const job = launcher.launch(kind);
      const priority = getPriority(job.pid!);
      job.kill();
      return priority;
    };
    expect(priorityOf('experiment')).toBe(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
    expect(priorityOf('probe')).toBe(getPriority());
  });

  it('gives a process what is set for it beside the environment that it inherits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'userllm-fork-'));
    const entry = join(folder, 'tell.mjs');
    writeFileSync(entry, 'process.send([process.env.MALLOC_ARENA_MAX, process.env.PATH]); process.disconnect();');
    const job = launchFork(entry, { MALLOC_ARENA_MAX: '1' });
    const told = await new Promise((resolve) => job.onMessage(resolve));
    rmSync(folder, { recursive: true });
    expect(told).toEqual(['1', process.env.PATH]);
  });
});
