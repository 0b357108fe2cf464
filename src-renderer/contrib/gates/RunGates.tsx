import { useMemo } from 'react';
import type { EditorProps } from '../../workbench/registry.ts';
import { GatePlots } from './GatePlots.tsx';

/** The gates of one run, as a tab of its editor. */
export default function RunGates({ params }: EditorProps) {
  const ids = useMemo(() => [String(params.runId)], [params.runId]);
  return (
    <div className="page-body">
      <GatePlots runIds={ids} />
    </div>
  );
}
