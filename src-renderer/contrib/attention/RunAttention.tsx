import { useRun } from '../../state/stores.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { AttentionOfRun } from './AttentionOfRun.tsx';

/** Attention of a run, as a tab of its editor. */
export default function RunAttention({ params }: EditorProps) {
  const run = useRun(String(params.runId));
  return run && <AttentionOfRun run={run} />;
}
