import { useMemo } from 'react';
import type { RunDetail } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { DiffEditor } from '../../widgets/monaco/DiffEditor.tsx';
import type { EditorProps } from '../../workbench/registry.ts';

/** The resolved configurations of two runs, side by side. */
export default function ConfigDiffEditor({ params }: EditorProps) {
  const [a, b] = params.runIds as [string, string];
  const details = useQuery(`diff:${a}/${b}`, () => Promise.all([call('runs.get', { runId: a }), call('runs.get', { runId: b })]));
  const texts = useMemo(() => details.value && { original: textOf(details.value[0]), modified: textOf(details.value[1]) }, [details.value]);
  if (details.error) return <ErrorNote message={details.error} onRetry={details.reload} />;
  if (!details.value || !texts) return <Loading what="the configurations" />;
  const [first, second] = details.value;
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>
          {first.name} <span className="muted">against</span> {second.name}
        </h1>
        <p className="muted">Resolved configurations, defaults included.</p>
      </header>
      <DiffEditor label={`Configurations of ${first.name} and ${second.name}`} {...texts} />
    </div>
  );
}

const textOf = ({ config }: RunDetail): string => JSON.stringify(config, null, 2);
