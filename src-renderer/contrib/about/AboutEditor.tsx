import { useMemo, useState } from 'react';
import { useQuery } from '../../state/backend.ts';
import { doctor, workspace } from '../../state/stores.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf } from '../../widgets/format.ts';

/** A package that is shipped with the workbench; written into `licences.json` by the build. */
interface ShippedPackage {
  name: string;
  version: string;
  licence: string;
  /** The licence as the package brings it; empty where it brings none. */
  text: string;
}

const COLUMNS: DataColumn<ShippedPackage>[] = [
  { id: 'name', header: 'Package', value: (row) => row.name },
  { id: 'version', header: 'Version', width: 90, value: (row) => row.version },
  { id: 'licence', header: 'Licence', width: 140, value: (row) => row.licence },
];

async function readPackages(): Promise<ShippedPackage[]> {
  const answer = await fetch('./licences.json');
  if (!answer.ok) throw new Error(`about: expected licences.json beside the page, got status ${answer.status}; build the workbench again`);
  return (await answer.json()) as ShippedPackage[];
}

/** Versions of the workbench and what it stands on, and the licence of every package that is shipped. */
export default function AboutEditor() {
  const version = workspace.use((state) => state.value?.version);
  const versions = doctor.use((state) => state.value?.versions);
  const packages = useQuery('shipped packages', readPackages);
  const [chosen, setChosen] = useState<ShippedPackage | null>(null);
  const rows = useMemo(() => packages.value ?? [], [packages.value]);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>About User-LLM Workbench</h1>
      </header>
      <div className="about-facts">
        <p>
          Version {version ?? '…'}. Licensed under the Apache License 2.0. After User-LLM: Efficient LLM Contextualization with User
          Embeddings, arXiv 2402.13598.
        </p>
        {versions && (
          <p className="muted">
            {Object.entries(versions)
              .map(([name, each]) => `${name} ${each}`)
              .join(' · ')}
          </p>
        )}
        <p className="muted">{packages.value && `${countOf(rows.length, 'package')} of others, each under its own licence:`}</p>
      </div>
      {packages.error && <ErrorNote message={packages.error} onRetry={packages.reload} />}
      {!packages.value && packages.loading && <Loading what="the licences" />}
      {packages.value && (
        <div className="about-split">
          <DataTable<ShippedPackage>
            label="Shipped packages"
            columns={COLUMNS}
            rows={rows}
            rowId={idOf}
            selectedId={chosen && idOf(chosen)}
            onOpen={setChosen}
          />
          {chosen && (
            <section className="about-text" aria-label={`Licence of ${chosen.name}`}>
              <h2>
                {chosen.name} {chosen.version}
              </h2>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
              <pre tabIndex={0}>{chosen.text || `${chosen.licence}. The package brings no licence text.`}</pre>
            </section>
          )}
        </div>
      )}
    </div>
  );
}

const idOf = (row: ShippedPackage): string => `${row.name}@${row.version}`;
