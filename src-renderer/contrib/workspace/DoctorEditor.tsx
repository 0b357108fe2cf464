import { useState } from 'react';
import { call } from '../../state/backend.ts';
import { doctor } from '../../state/stores.ts';
import { Button, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { FactsTable } from '../../widgets/FactsTable.tsx';
import { formatBytes } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { notifyError } from '../../workbench/errorHelp.ts';

/** What this installation can compute with, and what is missing for more. */
export default function DoctorEditor() {
  const { value, error } = doctor.use();
  const [isChecking, setChecking] = useState(false);
  const checkAgain = async () => {
    setChecking(true);
    try {
      await call('doctor.report', { again: true });
      await doctor.refresh();
    } catch (failure) {
      notifyError(failure);
    } finally {
      setChecking(false);
    }
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>Engines and versions</h1>
        <div className="page-actions">
          <Button icon="refresh" disabled={isChecking} onClick={() => void checkAgain()}>
            {isChecking ? 'Checking' : 'Check again'}
          </Button>
        </div>
      </header>
      <div className="page-body">
        {error && <ErrorNote message={error} onRetry={() => void doctor.refresh()} />}
        {!value && !error && <Loading what="the engines" />}
        {value && (
          <>
            <section className="section">
              <h2>Engines</h2>
              <table className="grid-table">
                <thead>
                  <tr>
                    <th scope="col">Engine</th>
                    <th scope="col">Provider</th>
                    <th scope="col">State</th>
                    <th scope="col">Device, or what is missing</th>
                  </tr>
                </thead>
                <tbody>
                  {value.engines.map((engine) => (
                    <tr key={`${engine.engine}/${engine.provider}`}>
                      <th scope="row">{engine.engine}</th>
                      <td>{engine.provider}</td>
                      <td className={engine.available ? 'good' : 'muted'}>
                        <span className="doctor-state">
                          <Icon name={engine.available ? 'pass' : 'circle-slash'} /> {engine.available ? 'available' : 'not available'}
                        </span>
                      </td>
                      <td className="doctor-reason">{engine.available ? engine.device : engine.reason}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            <Facts title="Workspace" facts={workspaceFacts(value.workspace)} />
            <Facts title="Versions" facts={Object.entries(value.versions)} />
          </>
        )}
      </div>
    </div>
  );
}

function workspaceFacts(workspace: { path: string; databaseBytes: number; blobsBytes: number; schemaVersion: number }): [string, string][] {
  return [
    ['Folder', workspace.path],
    ['Database', formatBytes(workspace.databaseBytes)],
    ['Checkpoints', formatBytes(workspace.blobsBytes)],
    ['Schema version', String(workspace.schemaVersion)],
  ];
}

function Facts({ title, facts }: { title: string; facts: [string, string][] }) {
  return (
    <section className="section">
      <h2>{title}</h2>
      <FactsTable facts={facts} />
    </section>
  );
}
