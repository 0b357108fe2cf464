import { describe, expect, it, vi } from 'vitest';
import { Doctor, probeEngine } from '../../src-main/backend/doctor.ts';
import { createForkLauncher } from '../../src-main/backend/forkLauncher.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createContextDouble, LauncherDouble } from './launcherDouble.ts';

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

describe('the doctor', () => {
  const answer = { available: true, device: 'CPU', reason: null };

  /** Answers the engine that is tried, if one is. */
  async function answerAll({ jobs }: LauncherDouble, from = 0): Promise<number> {
    for (let at = from; ; at++) {
      await vi.waitFor(() => expect(jobs.length).toBeGreaterThan(at), { timeout: 100 }).catch(() => {});
      const job = jobs[at];
      if (!job) return at;
      expect(jobs).toHaveLength(at + 1);
      job.say(answer);
    }
  }

  it('tries engines one after the other, once, and anew when asked', async () => {
    const { context, launcher } = createContextDouble(temporaryWorkspace());
    const doctor = new Doctor(context);
    const both = Promise.all([doctor.report(false), doctor.report(true)]);
    const tried = await answerAll(launcher);
    const [first, second] = await both;
    expect(first.engines).toHaveLength(tried);
    expect(second.engines).toEqual(first.engines);
    expect((await doctor.report(false)).engines).toEqual(first.engines);
    expect(launcher.jobs).toHaveLength(tried);
    const again = doctor.report(true);
    expect(await answerAll(launcher, tried)).toBe(2 * tried);
    expect((await again).engines).toHaveLength(tried);
  });

  it('tries again after it could not', async () => {
    const { context, launcher } = createContextDouble(temporaryWorkspace());
    const launch = vi.spyOn(launcher, 'launch').mockImplementationOnce(() => {
      throw new Error('no more processes');
    });
    const doctor = new Doctor(context);
    await expect(doctor.report(false)).rejects.toThrow('no more processes');
    launch.mockRestore();
    const report = doctor.report(false);
    await answerAll(launcher);
    expect((await report).engines.every(({ available }) => available)).toBe(true);
  });
});
