import { useEffect, useState } from 'react';
import type { ReproductionRequest } from '../../../src-shared/reproduction.ts';
import { call, useQuery } from '../../state/backend.ts';
import { datasets, runs } from '../../state/stores.ts';
import { Button, EmptyState, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { countOf } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { ExportReport } from './ExportReport.tsx';
import { isMissing, startExperiments } from './missing.ts';
import { ReproducedTableView } from './ReproducedTableView.tsx';
import { RequestForm } from './RequestForm.tsx';

/** Every table and figure of the paper beside the runs of this workspace; what was not run yet can be started here. */
export default function ReproductionEditor({ params }: EditorProps) {
  const all = datasets.use((state) => state.value);
  const ready = datasets.use((state) => state.status === 'ready');
  const [request, setRequest] = useState<Asked>(() => requestFor(String(params.dataset ?? '')));
  // The editor may open before the datasets are read, or outlive the one that it showed.
  const dataset = all.some(({ name }) => name === request.dataset) ? request.dataset : (all[0]?.name ?? null);
  useEffect(() => setRequest((old) => (params.dataset ? { ...old, dataset: String(params.dataset) } : old)), [params.dataset]);
  if (dataset === null) return ready ? <NoDataset /> : <Loading what="the datasets" />;
  const withTexts = all.find(({ textFeatures }) => textFeatures.length > 0)?.name ?? null;
  const reviewDataset = request.reviewDataset === undefined ? withTexts : request.reviewDataset;
  return <Reproduction request={{ ...request, dataset, reviewDataset }} onRequest={setRequest} />;
}

/** Until a person chooses one, reviews are taken from the first dataset that has texts. */
type Asked = Omit<ReproductionRequest, 'reviewDataset'> & { reviewDataset?: string | null };

function requestFor(dataset: string): Asked {
  return { size: 'smoke', dataset, languageModel: null, seeds: 1 };
}

function Reproduction({ request, onRequest }: { request: ReproductionRequest; onRequest(request: ReproductionRequest): void }) {
  const version = runs.use((state) => state.value.map(({ id, status }) => `${id}/${status}`).join());
  const report = useQuery(`reproduction:${JSON.stringify(request)}:${version}`, () => call('reproduction.report', request));
  // What was read last stays in view while runs change; another request starts anew.
  const [last, setLast] = useState(report.value);
  useEffect(() => {
    if (report.value) setLast(report.value);
  }, [report.value]);
  const shown = report.value ?? (last && JSON.stringify(last.request) === JSON.stringify(request) ? last : null);
  const missing = shown?.experiments.filter(isMissing) ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>Reproduction</h1>
        <p className="muted">The paper's tables and figures (arXiv 2402.13598) from the runs of this workspace.</p>
        <div className="page-actions">
          <ExportReport tables={shown?.tables ?? null} />
          {shown && (
            <Button kind="primary" icon="run-all" disabled={missing.length === 0} onClick={() => startExperiments(request, missing)}>
              {missing.length === 0 ? 'Nothing is missing' : `Run ${countOf(missing.length, 'missing experiment')}`}
            </Button>
          )}
        </div>
      </header>
      <div className="page-body reproduction">
        <RequestForm request={request} onChange={onRequest} />
        {report.error && <ErrorNote message={report.error} onRetry={report.reload} />}
        {!shown && !report.error && <Loading what="the runs" />}
        {shown?.tables.map((table) => (
          <ReproducedTableView key={table.id} table={table} reproduction={shown} />
        ))}
      </div>
    </div>
  );
}

function NoDataset() {
  return (
    <EmptyState
      icon="book"
      title="The tables need a dataset"
      actions={
        <Button kind="primary" icon="cloud-download" onClick={() => runCommand('datasets.import', {})}>
          Import a dataset
        </Button>
      }
    >
      MovieLens for the next item and the favourite category; one with texts, such as Amazon reviews, for review generation.
    </EmptyState>
  );
}
