/** Where progress goes: one line that is rewritten on a terminal, single lines elsewhere. Never standard output. */
export interface Progress {
  /** @param fraction 0..1; null while the end is unknown */
  update(label: string, fraction: number | null, detail: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Leaves the terminal clean. */
  end(): void;
}

type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number };

const BAR_LENGTH = 24;
const REDRAW_MS = 100;
/** Shares of the work between two plain lines. */
const PLAIN_STEP = 0.25;

export function createProgress(output: Output = process.stderr): Progress {
  return output.isTTY ? terminalProgress(output) : plainProgress(output);
}

function terminalProgress(output: Output): Progress {
  let drawn = '';
  let drawnAtMs = 0;
  const clear = () => {
    if (drawn !== '') output.write('\r\x1b[2K');
    drawn = '';
  };
  return {
    update(label, fraction, detail) {
      const now = Date.now();
      if (now - drawnAtMs < REDRAW_MS && fraction !== 1) return;
      drawnAtMs = now;
      const line = `${label}  ${bar(fraction)}  ${detail}`.slice(0, (output.columns ?? 80) - 1);
      if (line === drawn) return;
      output.write(`\r\x1b[2K${line}`);
      drawn = line;
    },
    note(text) {
      clear();
      output.write(`${text}\n`);
    },
    end: clear,
  };
}

function bar(fraction: number | null): string {
  if (fraction === null) return ''.padEnd(BAR_LENGTH + 7);
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_LENGTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_LENGTH - filled)}] ${String(Math.floor(fraction * 100)).padStart(3)}%`;
}

/** A line when the label changes and at every quarter of the way. */
function plainProgress(output: Output): Progress {
  let lastLabel = '';
  let lastStep = -1;
  return {
    update(label, fraction, detail) {
      const step = fraction === null ? 0 : Math.floor(fraction / PLAIN_STEP);
      if (label === lastLabel && step <= lastStep) return;
      lastLabel = label;
      lastStep = step;
      const percent = fraction === null ? '' : `  ${Math.floor(fraction * 100)}%`;
      output.write(`${label}${percent}${detail === '' ? '' : `  ${detail}`}\n`);
    },
    note: (text) => output.write(`${text}\n`),
    end: () => undefined,
  };
}
