import { AppError } from '../../src-shared/errors.ts';
import type { ModelSummary } from '../../src-shared/model.ts';
import type { Database } from './database.ts';
import { nearestName } from './nearestName.ts';

interface ModelRow extends Omit<ModelSummary, 'types' | 'hasChatTemplate'> {
  types: string;
  hasChatTemplate: number;
}

/** Pretrained language models by name. A name that no model has throws AppError `model-not-found`, with the nearest name there is. */
export class ModelStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  list(): ModelSummary[] {
    return this.database.prepare<[], ModelRow>('SELECT * FROM models ORDER BY name').all().map(toSummary);
  }

  get(name: string): ModelSummary {
    const row = this.database.prepare<[string], ModelRow>('SELECT * FROM models WHERE name = ?').get(name);
    if (row) return toSummary(row);
    const near = nearestName(
      name,
      this.list().map((model) => model.name),
    );
    const advice = near ? `did you mean "${near}"?` : 'add its folder with "userllm models add"';
    throw new AppError('model-not-found', `model "${name}": there is no such language model; ${advice}`);
  }

  /** @throws AppError `model-exists` */
  add(model: ModelSummary): void {
    const insert = this.database.prepare(
      `INSERT INTO models (name, path, architecture, parameters, types, maxPositions, vocabularySize, hasChatTemplate, licenseFile, sizeBytes,
        fingerprint, addedAtMs)
       VALUES (@name, @path, @architecture, @parameters, @types, @maxPositions, @vocabularySize, @hasChatTemplate, @licenseFile, @sizeBytes,
        @fingerprint, @addedAtMs) ON CONFLICT (name) DO NOTHING`,
    );
    if (insert.run({ ...model, types: JSON.stringify(model.types), hasChatTemplate: Number(model.hasChatTemplate) }).changes > 0) return;
    throw new AppError('model-exists', `model "${model.name}": the name is taken; choose another one with --name, or remove it first`);
  }

  remove(name: string): void {
    this.get(name);
    this.database.prepare('DELETE FROM models WHERE name = ?').run(name);
  }
}

function toSummary({ types, hasChatTemplate, ...row }: ModelRow): ModelSummary {
  return { ...row, types: JSON.parse(types) as string[], hasChatTemplate: hasChatTemplate === 1 };
}
