import { useEffect, useState } from 'react';
import type { Rejection } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { datasets } from '../../state/stores.ts';
import { Button, EmptyState, IconButton, Loading } from '../../widgets/controls.tsx';
import { formatCount, formatDate } from '../../widgets/format.ts';
import { TabBody, Tabs } from '../../widgets/Tabs.tsx';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { DatasetFacts } from './DatasetFacts.tsx';
import { ItemsTable } from './ItemsTable.tsx';
import { OverviewTab } from './OverviewTab.tsx';
import { RejectionTable } from './RejectionTable.tsx';
import { UsersTable } from './UsersTable.tsx';
import { useRejectionProblems } from './useRejectionProblems.ts';

const LABEL = 'Dataset';
const NONE: readonly Rejection[] = [];

/** One dataset: what is in it, who is in it, and what was left out. */
export default function DatasetEditor({ params }: EditorProps) {
  const name = String(params.name);
  const summary = datasets.use((state) => state.value.find((dataset) => dataset.name === name));
  const ready = datasets.use((state) => state.status === 'ready');
  const [tab, setTab] = useState('overview');
  // Another object of parameters: someone asked for this tab anew.
  useEffect(() => {
    if (typeof params.tab === 'string') setTab(params.tab);
  }, [params]);
  useRejectionProblems(name, summary?.rejections ?? NONE);
  const report = useQuery(summary ? `report:${summary.fingerprint}/${name}` : null, () => call('datasets.report', { name }));
  if (!summary) {
    return ready ? (
      <EmptyState icon="database" title={`There is no dataset ${name} any more`}>
        Close this tab, or import it again.
      </EmptyState>
    ) : (
      <Loading what="the dataset" />
    );
  }
  const tabs = [
    { id: 'overview', label: 'Overview' },
    { id: 'users', label: `Users (${formatCount(summary.users)})` },
    { id: 'items', label: `Items (${formatCount(summary.items)})` },
    { id: 'rejected', label: `Rejected rows (${formatCount(summary.rejected)})` },
    { id: 'facts', label: 'Details' },
  ];
  const target = { datasetName: name };
  const version = `${name} ${summary.fingerprint} ${summary.importedAtMs}`;
  return (
    <div className="page page-fill">
      <header className="page-head run-head">
        <div className="run-title">
          <h1>{name}</h1>
          <div className="run-facts">
            <span>{formatCount(summary.events)} events</span>
            <span>{formatCount(summary.users)} users</span>
            <span>{formatCount(summary.items)} items</span>
            {report.value && (
              <span>
                {formatDate(report.value.firstEventAtMs)} to {formatDate(report.value.lastEventAtMs)}
              </span>
            )}
          </div>
        </div>
        <div className="page-actions">
          <Button kind="primary" icon="beaker" onClick={() => runCommand('datasets.newExperiment', target)}>
            New experiment
          </Button>
          <IconButton icon="export" label={`Export ${name}`} onClick={() => runCommand('datasets.export', target)} />
          <IconButton icon="edit" label={`Rename ${name}`} onClick={() => runCommand('datasets.rename', target)} />
          <IconButton icon="trash" label={`Delete ${name}`} onClick={() => runCommand('datasets.delete', target)} />
        </div>
      </header>
      <Tabs label={LABEL} tabs={tabs} active={tab} onChange={setTab} />
      <TabBody label={LABEL} id={tab} key={tab} className={tab === 'users' || tab === 'items' ? 'tab-fill' : ''}>
        {tab === 'overview' && <OverviewTab summary={summary} />}
        {tab === 'users' && <UsersTable name={name} version={version} />}
        {tab === 'items' && <ItemsTable name={name} version={version} />}
        {tab === 'rejected' && (
          <div className="page-body">
            <RejectionTable name={name} total={summary.rejected} groups={report.value?.rejectionGroups ?? []} />
          </div>
        )}
        {tab === 'facts' && <DatasetFacts summary={summary} />}
      </TabBody>
    </div>
  );
}
