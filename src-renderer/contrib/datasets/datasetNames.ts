const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u;

/** What keeps a dataset from being called like this; null when nothing does. */
export function nameError(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'A dataset needs a name.';
  if (!NAME.test(name) || name.length > 80)
    return 'A name starts with a letter or digit and holds letters, digits, space, ".", "_" or "-".';
  return taken.includes(name) ? `There is already a dataset ${name}.` : null;
}
