import type { EncoderSummary } from '../../../src-shared/model.ts';
import { encoders } from '../../state/stores.ts';
import { Button, EmptyState, Loading } from '../../widgets/controls.tsx';
import { FactsTable } from '../../widgets/FactsTable.tsx';
import { formatBytes, formatCount, formatDateTime } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { encoderSnippet } from './modelActions.ts';

/** A user encoder that a run trained: what it is, and how another experiment takes it. */
export default function EncoderEditor({ params }: EditorProps) {
  const runId = String(params.runId);
  const encoder = encoders.use((state) => state.value.find((each) => each.runId === runId));
  const ready = encoders.use((state) => state.status === 'ready');
  if (!encoder) {
    return ready ? (
      <EmptyState icon="person" title="There is no such user encoder any more">
        Its run was deleted. Close this tab.
      </EmptyState>
    ) : (
      <Loading what="the user encoder" />
    );
  }
  const target = { runIds: [runId] };
  return (
    <div className="page">
      <header className="page-head">
        <h1>User encoder of {encoder.runName}</h1>
        <div className="page-actions">
          <Button icon="go-to-file" onClick={() => runCommand('runs.open', target)}>
            Open its run
          </Button>
        </div>
      </header>
      <div className="page-body">
        <section className="section">
          <h2>Use it in an experiment</h2>
          <p className="muted">An experiment on the same dataset, with an encoder of the same sizes, starts from it with these lines.</p>
          <pre className="snippet">
            <code>{encoderSnippet(encoder)}</code>
          </pre>
          <div>
            <Button kind="primary" icon="copy" onClick={() => runCommand('encoders.copy', target)}>
              Copy
            </Button>
          </div>
        </section>
        <section className="section">
          <h2>What it is</h2>
          <FactsTable facts={factsOf(encoder)} />
        </section>
      </div>
    </div>
  );
}

function factsOf(encoder: EncoderSummary): [string, string][] {
  return [
    ['Architecture', encoder.architecture],
    ['Features', encoder.features.join(', ')],
    ['Layers', `${encoder.numLayers}, ${encoder.dModel} wide, ${encoder.numHeads} heads`],
    ['History', `the last ${formatCount(encoder.history)} events`],
    ['Parameters', formatCount(encoder.parameters)],
    ['Started from', encoder.init],
    ['Fine-tuned', encoder.finetuned ? 'yes, with the language model' : 'no, it stayed as it was'],
    ['Dataset', encoder.datasetName],
    ['Trained', formatDateTime(encoder.trainedAtMs)],
    ['Checkpoint', `${encoder.path} (${formatBytes(encoder.sizeBytes)}, with the whole model and its optimiser)`],
  ];
}
