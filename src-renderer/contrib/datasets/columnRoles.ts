import type { TableGuess, TableMapping } from '../../../src-shared/dataset.ts';

/** What a column of a table can be; the first six are one column's at most. */
const SINGLE_ROLES = ['user', 'item', 'time', 'rating', 'category', 'title'] as const;
export const COLUMN_ROLES = [...SINGLE_ROLES, 'text', 'feature', 'none'] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

export const ROLE_NAMES: Record<ColumnRole, string> = {
  user: 'User',
  item: 'Item',
  time: 'Time',
  rating: 'Rating',
  category: 'Category of the item',
  title: 'Title of the item',
  text: 'Text that the user wrote',
  feature: 'Further feature',
  none: 'Not used',
};

/** How the values of the columns of time and category are written. */
export type Notation = Pick<TableMapping, 'timeFormat' | 'categorySeparator'>;

/** The roles of a table's columns, by column name. */
export type ColumnRoles = Readonly<Record<string, ColumnRole>>;

/** Roles as a mapping gives them; columns that it does not name are not used. */
export function rolesOf(mapping: TableGuess, columns: readonly string[]): ColumnRoles {
  const roleOf = (column: string): ColumnRole => {
    const single = SINGLE_ROLES.find((role) => mapping[role] === column);
    if (single) return single;
    if (mapping.texts.includes(column)) return 'text';
    return mapping.features.includes(column) ? 'feature' : 'none';
  };
  return Object.fromEntries(columns.map((column) => [column, roleOf(column)]));
}

/** Gives a column another role; a role that only one column can have is taken from the one that had it. */
export function withRole(roles: ColumnRoles, column: string, role: ColumnRole): ColumnRoles {
  const isSingle = (SINGLE_ROLES as readonly string[]).includes(role);
  const others = Object.entries(roles).map(([name, other]) => [name, isSingle && other === role ? 'none' : other] as const);
  return { ...Object.fromEntries(others), [column]: role };
}

/** What no table can do without, as far as no column has that role yet. */
export function missingRoles(roles: ColumnRoles): ColumnRole[] {
  return (['user', 'item'] as const).filter((role) => columnOf(roles, role) === null);
}

/** The mapping that the roles describe; null while some role is missing. */
export function mappingOf(roles: ColumnRoles, notation: Notation): TableMapping | null {
  const [user, item] = [columnOf(roles, 'user'), columnOf(roles, 'item')];
  if (user === null || item === null) return null;
  const [time, rating, category, title] = (['time', 'rating', 'category', 'title'] as const).map((role) => columnOf(roles, role));
  return {
    user,
    item,
    time: time ?? null,
    rating: rating ?? null,
    category: category ?? null,
    title: title ?? null,
    ...notation,
    texts: columnsOf(roles, 'text'),
    features: columnsOf(roles, 'feature'),
  };
}

function columnsOf(roles: ColumnRoles, role: ColumnRole): string[] {
  return Object.keys(roles).filter((column) => roles[column] === role);
}

function columnOf(roles: ColumnRoles, role: ColumnRole): string | null {
  return columnsOf(roles, role)[0] ?? null;
}
