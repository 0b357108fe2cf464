import { useState } from 'react';
import type { ModelSummary, ModelVerification } from '../../../src-shared/model.ts';
import { call, messageOf } from '../../state/backend.ts';
import { models } from '../../state/stores.ts';
import { Button, EmptyState, ErrorNote, IconButton, Loading, Note } from '../../widgets/controls.tsx';
import { FactsTable } from '../../widgets/FactsTable.tsx';
import { formatBytes, formatCount, formatDateTime, formatNumber } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { WriteWithModel } from './WriteWithModel.tsx';

/** One pretrained language model: what it is, whether it is whole, and what it writes. */
export default function ModelEditor({ params }: EditorProps) {
  const name = String(params.name);
  const model = models.use((state) => state.value.find((each) => each.name === name));
  const ready = models.use((state) => state.status === 'ready');
  if (!model) {
    return ready ? (
      <EmptyState icon="library" title={`There is no language model ${name} any more`}>
        Close this tab, or add its folder again.
      </EmptyState>
    ) : (
      <Loading what="the language model" />
    );
  }
  return (
    <div className="page">
      <header className="page-head">
        <h1>{name}</h1>
        <div className="page-actions">
          <IconButton icon="trash" label={`Remove ${name}`} onClick={() => runCommand('models.remove', { modelName: name })} />
        </div>
      </header>
      <div className="page-body">
        <WriteWithModel name={name} hasChatTemplate={model.hasChatTemplate} />
        <section className="section">
          <h2>What it is</h2>
          <FactsTable facts={factsOf(model)} />
        </section>
        <Verification name={name} />
      </div>
    </div>
  );
}

function factsOf(model: ModelSummary): [string, string][] {
  return [
    ['Architecture', model.architecture],
    ['Parameters', formatCount(model.parameters)],
    ['Weights', `${model.types.join(', ')}, ${formatBytes(model.sizeBytes)}`],
    ['Tokens', formatCount(model.vocabularySize)],
    ['Longest text', `${formatCount(model.maxPositions)} tokens`],
    ['Chat template', model.hasChatTemplate ? 'yes' : 'no'],
    ['Licence', model.licenseFile ?? 'no licence file in the folder'],
    ['Folder', model.path],
    ['Fingerprint', model.fingerprint],
    ['Added', formatDateTime(model.addedAtMs)],
  ];
}

function Verification({ name }: { name: string }) {
  const [result, setResult] = useState<ModelVerification | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [running, setRunning] = useState(false);
  const verify = async () => {
    setRunning(true);
    setError(null);
    setResult(null);
    try {
      setResult(await call('models.verify', { name }));
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setRunning(false);
    }
  };
  return (
    <section className="section">
      <h2>Verify</h2>
      <p className="muted">Reads its files again, and a few plain English sentences with it.</p>
      <div>
        <Button icon="verified" disabled={running} onClick={() => void verify()}>
          Verify
        </Button>
      </div>
      {running && <Loading what="files and text" />}
      {error && <ErrorNote message={error} />}
      {result && (
        <Note kind={result.unchanged ? 'good' : 'bad'}>
          {result.unchanged
            ? 'The files are those that were added.'
            : 'The files have changed since they were added. Remove it and add it again.'}
          {result.perplexity !== null && ` Perplexity ${formatNumber(result.perplexity)} on ${formatCount(result.tokens)} tokens.`}
        </Note>
      )}
    </section>
  );
}
