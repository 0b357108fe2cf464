import { useState } from 'react';
import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { WHOLE_DATASET } from '../../../src-shared/datasetView.ts';
import { call, useQuery } from '../../state/backend.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { DatasetOverview } from './DatasetOverview.tsx';
import { ViewForm } from './ViewForm.tsx';

/** The report of a dataset, or of a part of it that an experiment could train on. */
export function OverviewTab({ summary }: { summary: DatasetSummary }) {
  const [view, setView] = useState(WHOLE_DATASET);
  const { name, fingerprint } = summary;
  const report = useQuery(`report:${fingerprint}/${name}/${JSON.stringify(view)}`, () => call('datasets.report', { name, view }));
  return (
    <div className="page-body">
      <ViewForm summary={summary} view={view} kept={report.value?.summary ?? null} onView={setView} />
      {report.error && <ErrorNote message={report.error} onRetry={report.reload} />}
      {report.value ? <DatasetOverview report={report.value} /> : report.loading && <Loading what="the report" />}
    </div>
  );
}
