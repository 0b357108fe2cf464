import type { ImportProgress } from '../../src-shared/dataset.ts';

const INTERVAL_MS = 200;

/** Turns counts into progress messages: at once when the phase changes, else at most five a second. */
export class ProgressReporter {
  private readonly importId: string;
  private readonly name: string;
  private readonly listener: (progress: ImportProgress) => void;
  private phase: ImportProgress['phase'] = 'reading';
  private phaseStartedAt = performance.now();
  private reportedAt = Number.NEGATIVE_INFINITY;

  constructor(importId: string, name: string, listener: (progress: ImportProgress) => void) {
    this.importId = importId;
    this.name = name;
    this.listener = listener;
  }

  /** @param totalRows rows of this phase in all; while a file is read, estimated from the bytes read so far */
  report(phase: ImportProgress['phase'], rows: number, totalRows: number | null): void {
    const now = performance.now();
    if (phase !== this.phase) {
      this.phase = phase;
      this.phaseStartedAt = now;
      this.reportedAt = Number.NEGATIVE_INFINITY;
    }
    if (now - this.reportedAt < INTERVAL_MS) return;
    this.reportedAt = now;
    const seconds = (now - this.phaseStartedAt) / 1000;
    const rowsPerSecond = rows > 0 && seconds > 0 ? rows / seconds : null;
    const remainingSeconds = rowsPerSecond !== null && totalRows !== null ? (totalRows - rows) / rowsPerSecond : null;
    this.listener({ importId: this.importId, name: this.name, phase, rows, totalRows, rowsPerSecond, remainingSeconds, error: null });
  }
}
