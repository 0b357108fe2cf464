import { useMemo } from 'react';
import { runs } from '../../state/stores.ts';
import { EmptyState, Loading } from '../../widgets/controls.tsx';
import type { EditorProps } from '../../workbench/registry.ts';
import { GatePlots } from './GatePlots.tsx';

/** The gates of several runs, one colour a run. */
export default function GatesEditor({ params }: EditorProps) {
  const all = runs.use((state) => state.value);
  const ready = runs.use((state) => state.status === 'ready');
  const wanted = params.runIds as string[];
  const ids = useMemo(() => wanted.filter((id) => all.some((run) => run.id === id)), [wanted, all]);
  if (ids.length === 0)
    return ready ? <EmptyState icon="symbol-event" title="These runs have been deleted" /> : <Loading what="the runs" />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Gates</h1>
      </header>
      <div className="page-body">
        <GatePlots runIds={ids} />
      </div>
    </div>
  );
}
