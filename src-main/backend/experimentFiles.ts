import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { MethodOutput } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';

type ExperimentFile = MethodOutput<'experiments.list'>[number];

const SUFFIX = '.experiment.jsonc';
const LARGEST_BYTES = 1_000_000;

/** The experiment files of a workspace: `<workspace>/experiments/*.experiment.jsonc`, nothing outside it. */
export class ExperimentFiles {
  private readonly folder: string;

  constructor(workspacePath: string) {
    const folder = join(workspacePath, 'experiments');
    mkdirSync(folder, { recursive: true });
    this.folder = realpathSync(folder);
  }

  /** Latest change first. */
  list(): ExperimentFile[] {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(SUFFIX));
    const files = names.flatMap((name) => this.describe(join(this.folder, name)) ?? []);
    return files.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs);
  }

  read(path: string): MethodOutput<'experiments.read'> {
    const file = this.existing(path);
    return { path: file.path, text: readFileSync(file.path, 'utf8'), modifiedAtMs: file.modifiedAtMs };
  }

  /**
   * Replaces the file in one step: whoever reads meanwhile sees the old text or the new one.
   * @param base the text that is replaced; left out: whichever
   * @throws AppError `file-changed` when the file holds another text than `base`
   */
  write(path: string, text: string, base?: string): ExperimentFile {
    const target = this.checked(path);
    if (base !== undefined && this.describe(target) && ![base, text].includes(readFileSync(target, 'utf8'))) {
      const what = `experiments: expected "${basename(target)}" as it was when it was read, got another text`;
      throw new AppError('file-changed', `${what}; read it again, then save`);
    }
    const temporary = join(this.folder, `.${basename(target)}.tmp-${process.pid}`);
    writeFileSync(temporary, text);
    renameSync(temporary, target);
    return this.existing(target);
  }

  /** Writes a new file named after `stem`, numbered when the name is taken. */
  create(stem: string, text: string): ExperimentFile {
    const safe = stem.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'experiment';
    for (let number = 1; ; number++) {
      const path = join(this.folder, `${safe}${number > 1 ? `-${number}` : ''}${SUFFIX}`);
      if (!lstatSync(path, { throwIfNoEntry: false })) return this.write(path, text);
    }
  }

  /** Takes in a file from anywhere: itself when it lies in the folder, else a copy. */
  add(path: string): ExperimentFile {
    if (dirname(resolve(path)) === this.folder) return this.existing(path);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) throw new AppError('file-not-found', `experiments: there is no file "${path}"`);
    if (!path.endsWith(SUFFIX) || size > LARGEST_BYTES)
      throw new AppError(
        'input-invalid',
        `experiments: expected a file "<name>${SUFFIX}" of at most ${LARGEST_BYTES} bytes, got "${path}" of ${size}; choose another file`,
      );
    return this.create(basename(path, SUFFIX), readFileSync(path, 'utf8'));
  }

  delete(path: string): void {
    rmSync(this.existing(path).path);
  }

  private existing(path: string): ExperimentFile {
    const file = this.describe(this.checked(path));
    if (!file) throw new AppError('file-not-found', `experiments: there is no file "${basename(path)}" in ${this.folder}`);
    return file;
  }

  private describe(path: string): ExperimentFile | null {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) return null;
    return { path, name: basename(path, SUFFIX), modifiedAtMs: found.mtimeMs };
  }

  /** A name or a full path, and never a way out of the folder: not by "..", not by a link. */
  private checked(path: string): string {
    const target = resolve(this.folder, path);
    const inside = dirname(target) === this.folder && basename(target).endsWith(SUFFIX) && basename(target) !== SUFFIX;
    if (!inside || lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new AppError('input-invalid', `experiments: expected a file "<name>${SUFFIX}" in ${this.folder}, got "${path}"`);
    }
    return target;
  }
}
