import type { RunStatus } from '../../src-shared/run.ts';
import { Icon } from './Icon.tsx';

const STATUS: Record<RunStatus, { icon: string; kind: string; label: string }> = {
  queued: { icon: 'clock', kind: 'muted', label: 'queued' },
  running: { icon: 'sync', kind: 'running', label: 'running' },
  stopped: { icon: 'debug-pause', kind: 'warn', label: 'stopped' },
  interrupted: { icon: 'warning', kind: 'warn', label: 'interrupted' },
  failed: { icon: 'error', kind: 'bad', label: 'failed' },
  completed: { icon: 'pass', kind: 'good', label: 'completed' },
};

/** `silent`: the status is written beside it. */
export function StatusIcon({ status, silent }: { status: RunStatus; silent?: boolean }) {
  const { icon, kind, label } = STATUS[status];
  return <Icon name={icon} className={kind} spin={status === 'running'} label={silent ? undefined : label} />;
}

export function StatusPill({ status }: { status: RunStatus }) {
  return (
    <span className={`pill ${STATUS[status].kind}`}>
      <StatusIcon status={status} silent /> {STATUS[status].label}
    </span>
  );
}
