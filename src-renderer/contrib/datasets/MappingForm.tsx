import type { ImportPreview, TimeFormat } from '../../../src-shared/dataset.ts';
import { timeFormatSchema } from '../../../src-shared/dataset.ts';
import { COLUMN_ROLES, type ColumnRole, type ColumnRoles, missingRoles, type Notation, ROLE_NAMES, withRole } from './columnRoles.ts';

const TIME_FORMATS: Record<TimeFormat, string> = {
  seconds: 'seconds since 1970',
  milliseconds: 'milliseconds since 1970',
  microseconds: 'microseconds since 1970',
  iso: 'dates, 2015-06-30',
  'month-first': 'dates, 06/30/2015',
  'day-first': 'dates, 30/06/2015',
};
const SEPARATORS = ['|', ',', ';', '/', '>'];
const EXAMPLES = 3;

interface MappingFormProps {
  preview: Pick<ImportPreview, 'columns' | 'rows'>;
  roles: ColumnRoles;
  notation: Notation;
  onRoles(roles: ColumnRoles): void;
  onNotation(notation: Notation): void;
}

/** What each column of a table is: one line a column, with its first values beside it. */
export function MappingForm({ preview, roles, notation, onRoles, onNotation }: MappingFormProps) {
  const missing = missingRoles(roles);
  return (
    <section className="section" aria-label="Columns">
      <h2>
        Columns <span className="muted section-note">guessed from their names and contents; change what is wrong</span>
      </h2>
      <table className="grid-table mapping-table">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Is</th>
            <th scope="col">First values</th>
          </tr>
        </thead>
        <tbody>
          {preview.columns.map((column, index) => (
            <tr key={column} className={roles[column] === 'none' ? 'mapping-unused' : ''}>
              <th scope="row">
                <code>{column}</code>
              </th>
              <td>
                <div className="mapping-role">
                  <RoleSelect column={column} role={roles[column] ?? 'none'} onChange={(role) => onRoles(withRole(roles, column, role))} />
                  <NotationSelect role={roles[column] ?? 'none'} notation={notation} onChange={onNotation} />
                </div>
              </td>
              <td className="mapping-values muted">{examplesOf(preview.rows, index)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!Object.values(roles).includes('time') && (
        <p className="muted">No column is the time: a user’s events stay in the order of the file.</p>
      )}
      {missing.length > 0 && (
        <p className="field-error" role="alert">
          Say which column is the {missing.map((role) => ROLE_NAMES[role].toLowerCase()).join(', and which the ')}.
        </p>
      )}
    </section>
  );
}

function RoleSelect({ column, role, onChange }: { column: string; role: ColumnRole; onChange(role: ColumnRole): void }) {
  return (
    <select
      className="input select"
      aria-label={`What ${column} is`}
      value={role}
      onChange={(event) => onChange(event.target.value as ColumnRole)}
    >
      {COLUMN_ROLES.map((each) => (
        <option key={each} value={each}>
          {ROLE_NAMES[each]}
        </option>
      ))}
    </select>
  );
}

/** Beside a column of times or categories: how they are written. */
function NotationSelect({ role, notation, onChange }: { role: ColumnRole; notation: Notation; onChange(notation: Notation): void }) {
  if (role !== 'time' && role !== 'category') return null;
  const isTime = role === 'time';
  const { timeFormat, categorySeparator } = notation;
  const separators = [...new Set([...SEPARATORS, ...(categorySeparator === null ? [] : [categorySeparator])])];
  const choices: [value: string, label: string][] = isTime
    ? [['', 'as the first rows suggest'], ...timeFormatSchema.options.map((format): [string, string] => [format, TIME_FORMATS[format]])]
    : [['', 'one category'], ...separators.map((separator): [string, string] => [separator, `several, divided by ${separator}`])];
  const choose = (value: string) =>
    onChange(
      isTime
        ? { ...notation, timeFormat: value === '' ? null : timeFormatSchema.parse(value) }
        : { ...notation, categorySeparator: value || null },
    );
  return (
    <select
      className="input select"
      aria-label={isTime ? 'How times are written' : 'How categories are written'}
      value={(isTime ? timeFormat : categorySeparator) ?? ''}
      onChange={(event) => choose(event.target.value)}
    >
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

function examplesOf(rows: readonly (readonly string[])[], column: number): string {
  const values = rows.map((row) => row[column] ?? '').filter((value) => value !== '');
  return [...new Set(values)].slice(0, EXAMPLES).join('  ·  ');
}
