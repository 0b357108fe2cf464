import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { FactsTable } from '../../widgets/FactsTable.tsx';
import { formatBytes, formatCount, formatDateTime, formatDuration } from '../../widgets/format.ts';

/** Where a dataset comes from and what its events carry. */
export function DatasetFacts({ summary }: { summary: DatasetSummary }) {
  const facts: [string, string][] = [
    ['Read from', summary.sourcePath],
    ['Format', summary.format],
    ['Imported', formatDateTime(summary.importedAtMs)],
    ['Import took', formatDuration(summary.seconds)],
    ['Peak memory', formatBytes(summary.peakMemoryBytes)],
    ['Fingerprint', summary.fingerprint],
  ];
  return (
    <div className="page-body">
      <section className="section">
        <h2>Features</h2>
        <table className="grid-table">
          <thead>
            <tr>
              <th scope="col">Feature</th>
              <th scope="col">Belongs to</th>
              <th scope="col" className="end">
                Vocabulary
              </th>
            </tr>
          </thead>
          <tbody>
            {summary.features.map((feature) => (
              <tr key={feature.name}>
                <th scope="row">{feature.name}</th>
                <td>{feature.kind === 'item' ? 'the item' : 'the event'}</td>
                <td className="end">{formatCount(feature.vocabularySize)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className="section">
        <h2>Origin</h2>
        <FactsTable facts={facts} />
      </section>
    </div>
  );
}
