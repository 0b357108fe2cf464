import { constants, getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createForkLauncher } from '../../src-main/backend/forkLauncher.ts';

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
});
