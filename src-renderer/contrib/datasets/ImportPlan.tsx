import { useState } from 'react';
import type { ImportPreview } from '../../../src-shared/dataset.ts';
import { call, messageOf } from '../../state/backend.ts';
import { datasets } from '../../state/stores.ts';
import { Button, ErrorNote, Note, TextField } from '../../widgets/controls.tsx';
import { formatBytes, formatDateTime } from '../../widgets/format.ts';
import { type ColumnRoles, mappingOf, type Notation, rolesOf } from './columnRoles.ts';
import { nameError } from './datasetNames.ts';
import { MappingForm } from './MappingForm.tsx';
import { PreviewProblems } from './PreviewProblems.tsx';
import { PreviewTable } from './PreviewTable.tsx';

interface ImportPlanProps {
  preview: ImportPreview;
  /** Whether the person chose the format; otherwise the import finds it again. */
  isFormatChosen: boolean;
  onStarted(importId: string): void;
}

/** What has been found, what its columns are, what the dataset will be called: and the button that starts. */
export function ImportPlan({ preview, isFormatChosen, onStarted }: ImportPlanProps) {
  const [name, setName] = useState(preview.suggestedName);
  const [roles, setRoles] = useState<ColumnRoles>(() => (preview.mapping ? rolesOf(preview.mapping, preview.columns) : {}));
  const [notation, setNotation] = useState<Notation>({
    timeFormat: preview.mapping?.timeFormat ?? null,
    categorySeparator: preview.mapping?.categorySeparator ?? null,
  });
  const [error, setError] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const existing = datasets.use((state) => state.value);
  const wrong = nameError(
    name,
    existing.map((dataset) => dataset.name),
  );
  const mapping = preview.mapping && mappingOf(roles, notation);
  const isReady = wrong === null && (mapping !== null || preview.mapping === null) && !starting;
  const start = async () => {
    setStarting(true);
    setError(null);
    try {
      const format = isFormatChosen ? preview.format : null;
      onStarted((await call('datasets.import', { path: preview.path, name, format, mapping })).importId);
    } catch (failure) {
      setError(messageOf(failure));
      setStarting(false);
    }
  };
  const before = existing.find((dataset) => dataset.sourcePath === preview.path);
  return (
    <>
      <ul className="import-found" aria-label="Files">
        {preview.files.map((file) => (
          <li key={file.name}>
            {file.name} <span className="muted">{formatBytes(file.sizeBytes)}</span>
          </li>
        ))}
      </ul>
      {before && (
        <Note kind="info">
          The dataset <b>{before.name}</b> was imported from here, {formatDateTime(before.importedAtMs)}.
        </Note>
      )}
      {preview.mapping && <MappingForm preview={preview} roles={roles} notation={notation} onRoles={setRoles} onNotation={setNotation} />}
      <form
        className="import-start"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void start();
        }}
      >
        <TextField label="Name of the dataset" value={name} error={wrong} onChange={(event) => setName(event.target.value.trimStart())} />
        <Button kind="primary" icon="cloud-download" type="submit" disabled={!isReady}>
          Import
        </Button>
      </form>
      {error && <ErrorNote message={error} />}
      <section className="section">
        <h2>
          Preview <span className="muted section-note">the first {preview.rows.length} rows, as they stand in the file</span>
        </h2>
        {(mapping !== null || preview.mapping === null) && (
          <PreviewProblems path={preview.path} format={isFormatChosen ? preview.format : null} mapping={mapping} />
        )}
        <PreviewTable columns={preview.columns} rows={preview.rows} firstLine={preview.firstLine} />
      </section>
    </>
  );
}
