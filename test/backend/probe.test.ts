import { describe, expect, it, vi } from 'vitest';
import { probeEngine } from '../../src-main/backend/doctor.ts';
import { createForkLauncher } from '../../src-main/backend/forkLauncher.ts';
import { LauncherDouble } from './launcherDouble.ts';

const request = { name: 'onnx', provider: 'webgpu' } as const;

describe('probing an engine', () => {
  it('runs a small program in a process of its own', async () => {
    const answer = await probeEngine(createForkLauncher(), { name: 'reference', provider: 'auto' });
    expect(answer).toMatchObject({ available: true, reason: null });
  });

  it('survives a driver that crashes', async () => {
    const launcher = new LauncherDouble();
    const answer = probeEngine(launcher, request);
    launcher.jobs[0]!.exit({ code: null, signal: 'SIGSEGV' });
    expect(await answer).toEqual({ available: false, device: null, reason: 'the driver crashed: the process was ended by signal SIGSEGV' });
  });

  it('does not wait for a driver that hangs', async () => {
    vi.useFakeTimers();
    const launcher = new LauncherDouble();
    const answer = probeEngine(launcher, request, 5000);
    vi.advanceTimersByTime(5000);
    vi.useRealTimers();
    expect(await answer).toEqual({ available: false, device: null, reason: 'it did not answer within 5 seconds' });
    expect(launcher.jobs[0]!.killed).toBe(true);
  });
});
