import { type DatasetReport, paperCounts } from '../../../src-shared/dataset.ts';
import { formatCount } from '../../widgets/format.ts';

/** What users of at least so many events make, above the rows of the paper's Table 1. */
export function PaperTable({ report }: { report: DatasetReport }) {
  const own = report.minEvents.map((row) => ({ label: `At least ${row.minEvents} events`, ...row, items: row.itemsWithEvents }));
  const paper = paperCounts(report.summary).map((row) => ({ label: row.dataset, ...row }));
  return (
    <section className="section">
      <h2>
        Beside Table 1 of the paper{' '}
        <span className="muted section-note">the paper does not say how many events a user needed to take part</span>
      </h2>
      <table className="grid-table paper-table">
        <thead>
          <tr>
            <th scope="col">Users with</th>
            <th scope="col" className="end">
              Users
            </th>
            <th scope="col" className="end">
              Items met
            </th>
            <th scope="col" className="end">
              Examples at N = 50
            </th>
          </tr>
        </thead>
        <tbody>
          {own.map((row) => (
            <CountsRow key={row.label} {...row} />
          ))}
          {paper.map((row) => (
            <CountsRow key={row.label} {...row} isPaper />
          ))}
        </tbody>
      </table>
      <p className="muted paper-note">
        The paper counts the whole catalogue as items, and two entries more, for padding and for unknown items: here{' '}
        {formatCount(report.summary.items + 2)}.
      </p>
    </section>
  );
}

interface CountsRowProps {
  label: string;
  users: number;
  items: number;
  examples: number;
  isPaper?: boolean;
}

function CountsRow({ label, users, items, examples, isPaper = false }: CountsRowProps) {
  return (
    <tr className={isPaper ? 'grid-total' : ''}>
      <th scope="row">
        {label} {isPaper && <span className="muted">paper</span>}
      </th>
      <td className="end">{formatCount(users)}</td>
      <td className="end">{formatCount(items)}</td>
      <td className="end">{formatCount(examples)}</td>
    </tr>
  );
}
