import type { DatasetReport, DatasetSummary, Feature, Rejection, TimelineEvent, UserSummary } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { type Database, transact } from './database.ts';
import { type DatasetReader, StoredDatasetReader } from './datasetReader.ts';
import { countStatistics, type DatasetStatistics, STATISTICS_VERSION } from './datasetStatistics.ts';
import { type Catalogue, type DatasetFacts, type DatasetTarget, DatasetWriter, type NewTimeline, packerOptions } from './datasetWriter.ts';
import { describeTimeline } from './describeTimeline.ts';
import { nearestName } from './nearestName.ts';
import { groupRejections } from './rejectionGroups.ts';
import { TimelinePacker } from './timelinePacker.ts';
import { UserPages, type UserQuery } from './userPages.ts';

export type { DatasetReader, Timeline } from './datasetReader.ts';
export type { Catalogue, CatalogueItem, DatasetFacts, FeatureVocabulary, NewTimeline } from './datasetWriter.ts';

const SUMMARY_REJECTIONS = 1000;

interface DatasetRow extends Omit<DatasetSummary, 'features' | 'textFeatures' | 'rejections'> {
  id: number;
  report: string;
  encoding: string;
  textFeatures: string;
}

/** Imported datasets. Names that no dataset has throw AppError `dataset-not-found`, with the nearest name there is. */
export class DatasetStore {
  private readonly database: Database;
  private readonly userPages: UserPages;
  /** The reader behind `timeline`: a person looks at many users of one dataset. */
  private recent: { key: string; reader: DatasetReader } | null = null;

  constructor(database: Database) {
    this.database = database;
    this.userPages = new UserPages(database);
  }

  list(): DatasetSummary[] {
    const rows = this.database.prepare<[], DatasetRow>('SELECT * FROM datasets ORDER BY name').all();
    return rows.map((row) => this.toSummary(row));
  }

  get(name: string): DatasetSummary {
    return this.toSummary(this.find(name));
  }

  has(name: string): boolean {
    return this.database.prepare<[string], number>('SELECT 1 FROM datasets WHERE name = ?').get(name) !== undefined;
  }

  /** @param view its summary and statistics; those of the whole dataset when left out */
  report(name: string, view?: { summary: DatasetSummary; statistics: DatasetStatistics }): DatasetReport {
    const row = this.find(name);
    return {
      ...(view?.statistics ?? this.statistics(row)),
      summary: view?.summary ?? this.toSummary(row),
      rejectionGroups: groupRejections(this.readRejections(row.id, 0, -1)),
      sameContent: this.namesOf(row.fingerprint).filter((other) => other !== name),
    };
  }

  /** Names of the datasets with this content, in order. */
  namesOf(fingerprint: string): string[] {
    return this.database
      .prepare<[string], string>('SELECT name FROM datasets WHERE fingerprint = ? ORDER BY name')
      .pluck()
      .all(fingerprint);
  }

  rejections(name: string, offset: number, limit: number): { total: number; rows: Rejection[] } {
    const { id } = this.find(name);
    const count = this.database.prepare<[number], number>('SELECT count(*) FROM rejections WHERE datasetId = ?').pluck();
    return { total: count.get(id)!, rows: this.readRejections(id, offset, limit) };
  }

  async users(name: string, query: Partial<UserQuery> = {}): Promise<{ total: number; rows: UserSummary[] }> {
    const { id, users, importedAtMs } = this.find(name);
    const everything: UserQuery = { search: '', sort: 'userId', descending: false, offset: 0, limit: 100 };
    return this.userPages.page({ id, users, version: String(importedAtMs) }, { ...everything, ...query });
  }

  /** One user's events as a person reads them. */
  timeline(name: string, userId: number): TimelineEvent[] {
    return describeTimeline(this.recentReader(name), userId);
  }

  /** @throws AppError `dataset-in-use` while a queued or running run reads it */
  delete(name: string): void {
    transact(this.database, () => {
      const { id } = this.findUnused(name);
      this.database.prepare('DELETE FROM datasets WHERE id = ?').run(id);
    });
  }

  /**
   * The runs that were made with it follow; what a run was configured with stays as it was written.
   * @throws AppError `dataset-exists`; `dataset-in-use` while a queued or running run reads it
   */
  rename(name: string, newName: string): void {
    transact(this.database, () => {
      const { id } = this.findUnused(name);
      if (name === newName) return;
      if (this.has(newName)) throw new AppError('dataset-exists', `dataset "${newName}" exists already; choose another name`);
      this.database.prepare('UPDATE datasets SET name = ? WHERE id = ?').run(newName, id);
      this.database.prepare('UPDATE runs SET datasetName = ? WHERE datasetName = ?').run(newName, name);
    });
  }

  open(name: string): DatasetReader {
    const row = this.find(name);
    return new StoredDatasetReader(this.database, row.id, this.toSummary(row));
  }

  /**
   * Adds a whole dataset at once; it passes through memory.
   * @throws AppError `dataset-exists`
   */
  insert(
    target: DatasetTarget,
    catalogue: Catalogue,
    timelines: Iterable<NewTimeline>,
    facts: DatasetFacts = { rejected: 0, rejections: [], cost: () => ({ seconds: 0, peakMemoryBytes: 0 }) },
  ): DatasetSummary {
    const writer = new DatasetWriter(this.database, target, catalogue);
    try {
      const packer = new TimelinePacker(packerOptions(catalogue));
      let users = 0;
      for (const timeline of timelines) packer.add(timeline.userId ?? users++, timeline);
      writer.add(packer.take());
      writer.count(packer.counted());
      writer.finish(facts);
    } finally {
      writer.close();
    }
    return this.get(target.name);
  }

  private recentReader(name: string): DatasetReader {
    const { id, importedAtMs } = this.find(name);
    const key = `${id} ${importedAtMs} ${name}`;
    if (this.recent?.key !== key) this.recent = { key, reader: this.open(name) };
    return this.recent.reader;
  }

  /** As counted when it was imported; what an older workbench counted is counted anew. */
  private statistics(row: DatasetRow): DatasetStatistics {
    const { version, ...stored } = JSON.parse(row.report) as DatasetStatistics & { version?: number };
    if (version === STATISTICS_VERSION) return stored;
    const counted = countStatistics(new StoredDatasetReader(this.database, row.id, this.toSummary(row)));
    const report = JSON.stringify({ ...counted, version: STATISTICS_VERSION });
    transact(this.database, () => this.database.prepare('UPDATE datasets SET report = ? WHERE id = ?').run(report, row.id));
    return counted;
  }

  private findUnused(name: string): DatasetRow {
    const row = this.find(name);
    const run = this.database
      .prepare<[string], string>(`SELECT name FROM runs WHERE datasetName = ? AND status IN ('queued', 'running')`)
      .pluck()
      .get(name);
    if (run === undefined) return row;
    throw new AppError('dataset-in-use', `dataset "${name}": the run "${run}" is using it; stop that run first`);
  }

  private find(name: string): DatasetRow {
    const row = this.database.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE name = ?').get(name);
    if (row) return row;
    const names = this.database.prepare<[], string>('SELECT name FROM datasets ORDER BY name').pluck().all();
    const nearest = nearestName(name, names);
    const advice = nearest ? `did you mean "${nearest}"?` : names.length > 0 ? `there are: ${names.join(', ')}` : 'import one first';
    throw new AppError(
      'dataset-not-found',
      `dataset "${name}": there is no dataset of this name; ${advice}`,
      nearest ? { suggestion: nearest } : {},
    );
  }

  private toSummary({ id, report: _report, encoding: _encoding, textFeatures, ...row }: DatasetRow): DatasetSummary {
    const features = this.database
      .prepare<[number], Feature>(
        'SELECT name, kind, json_array_length(vocabulary) AS vocabularySize FROM features WHERE datasetId = ? ORDER BY position',
      )
      .all(id);
    return {
      ...row,
      features,
      textFeatures: JSON.parse(textFeatures) as string[],
      rejections: this.readRejections(id, 0, SUMMARY_REJECTIONS),
    };
  }

  private readRejections(id: number, offset: number, limit: number): Rejection[] {
    return this.database
      .prepare<[number, number, number], Rejection>(
        'SELECT file, line, reason FROM rejections WHERE datasetId = ? ORDER BY position LIMIT ? OFFSET ?',
      )
      .all(id, limit, offset);
  }
}
