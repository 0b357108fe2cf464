import { describe, expect, it } from 'vitest';
import { mappingOf, missingRoles, rolesOf, withRole } from '../../../src-renderer/contrib/datasets/columnRoles.ts';
import { tableGuessSchema } from '../../../src-shared/dataset.ts';

const COLUMNS = ['who', 'what', 'when', 'stars', 'note', 'device', 'x'];
const NOTATION = { timeFormat: 'seconds', categorySeparator: null } as const;
const guess = tableGuessSchema.parse({
  ...{ user: 'who', item: 'what', time: 'when', rating: 'stars', texts: ['note'], features: ['device'] },
  ...NOTATION,
});

describe('the roles of columns', () => {
  it('say the same as the mapping that they come from', () => {
    const roles = rolesOf(guess, COLUMNS);
    expect(Object.values(roles)).toEqual(['user', 'item', 'time', 'rating', 'text', 'feature', 'none']);
    expect(mappingOf(roles, NOTATION)).toEqual(guess);
  });

  it('belong to one column each, apart from texts and features', () => {
    const roles = withRole(rolesOf(guess, COLUMNS), 'x', 'user');
    expect([roles.who, roles.x]).toEqual(['none', 'user']);
    expect(mappingOf(withRole(roles, 'who', 'text'), NOTATION)?.texts).toEqual(['who', 'note']);
  });

  it('are no mapping while user or item is missing; a table without times is one', () => {
    const roles = rolesOf(guess, COLUMNS);
    expect(mappingOf(withRole(roles, 'when', 'none'), NOTATION)).toEqual({ ...guess, time: null });
    const incomplete = withRole(roles, 'what', 'none');
    expect([missingRoles(incomplete), mappingOf(incomplete, NOTATION)]).toEqual([['item'], null]);
  });
});
