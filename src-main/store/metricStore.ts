import { createMovingAverage } from '../../src-shared/movingAverage.ts';
import type { Curve, MetricPoint, StageName } from '../../src-shared/run.ts';
import { type Database, transact } from './database.ts';
import { createPauses } from './pauses.ts';

/** Steps that one row of `pointBlocks` summarises. */
const BLOCK_STEPS = 64;
/** Points that are read at a time where every one is needed. */
const READ_POINTS = 10_000;

interface CurveRow {
  id: number;
  runId: string;
  stage: StageName;
  name: string;
}
interface Point {
  step: number;
  value: number;
}
interface CurveExtent {
  total: number;
  firstBlock: number;
  lastBlock: number;
}

/** Training curves: written point by point, read down-sampled. */
export class MetricStore {
  private readonly database: Database;
  private readonly upsertPoint;
  private readonly selectPoints;
  private readonly selectPointsFrom;
  private readonly findCurve;
  private readonly upsertBlock;

  constructor(database: Database) {
    this.database = database;
    this.upsertPoint = database.prepare(
      'INSERT INTO points VALUES (?, ?, ?) ON CONFLICT (curveId, step) DO UPDATE SET value = excluded.value',
    );
    this.selectPoints = database.prepare<[number, number, number], Point>(
      'SELECT step, value FROM points WHERE curveId = ? AND step >= ? AND step < ? ORDER BY step',
    );
    this.selectPointsFrom = database.prepare<[number, number], Point>(
      `SELECT step, value FROM points WHERE curveId = ? AND step > ? ORDER BY step LIMIT ${READ_POINTS}`,
    );
    this.findCurve = database
      .prepare<[string, string, string], number>('SELECT id FROM curves WHERE runId = ? AND stage = ? AND name = ?')
      .pluck();
    this.upsertBlock = database.prepare('INSERT OR REPLACE INTO pointBlocks VALUES (?, ?, ?, ?, ?, ?, ?)');
  }

  /** A point of the same curve and step is replaced. All points are stored, or none. */
  append(runId: string, points: readonly MetricPoint[]): void {
    transact(this.database, () => {
      const curveIds = new Map<string, number>();
      const touched = new Map<number, Set<number>>();
      for (const point of points) {
        checkPoint(point);
        const key = `${point.stage} ${point.name}`;
        const curveId = curveIds.get(key) ?? this.curveId(runId, point.stage, point.name);
        curveIds.set(key, curveId);
        this.upsertPoint.run(curveId, point.step, point.value);
        if (!touched.has(curveId)) touched.set(curveId, new Set());
        touched.get(curveId)!.add(Math.floor(point.step / BLOCK_STEPS));
      }
      for (const [curveId, blocks] of touched) for (const block of blocks) this.summarise(curveId, block);
    });
  }

  /** Deletes the points of `stage` after `step`, and all of the later stages. */
  rewind(runId: string, stage: StageName, step: number, laterStages: readonly StageName[]): void {
    const removePoints = this.database.prepare('DELETE FROM points WHERE curveId = ? AND step > ?');
    const removeBlocks = this.database.prepare('DELETE FROM pointBlocks WHERE curveId = ? AND block > ?');
    const removeCurve = this.database.prepare('DELETE FROM curves WHERE id = ?');
    transact(this.database, () => {
      for (const curve of this.curvesOf(runId)) {
        if (laterStages.includes(curve.stage)) removeCurve.run(curve.id);
        if (curve.stage !== stage) continue;
        const block = Math.floor(step / BLOCK_STEPS);
        removePoints.run(curve.id, step);
        removeBlocks.run(curve.id, block);
        this.summarise(curve.id, block);
      }
    });
  }

  /**
   * The curves of some runs with at most `maxPoints` points each: every point where there are few, else the lowest and the
   * highest of each of `maxPoints / 2` equal stretches of steps. Curves without points are left out.
   */
  read(runIds: readonly string[], names: readonly string[] | undefined, maxPoints: number): Curve[] {
    const curves = runIds.flatMap((runId) => this.curvesOf(runId)).filter((curve) => !names || names.includes(curve.name));
    return curves.flatMap((curve) => {
      const extent = this.extentOf(curve.id);
      if (extent === null) return [];
      const points = this.downsample(curve.id, extent, maxPoints);
      const { runId, stage, name } = curve;
      return [{ runId, stage, name, steps: points.map((p) => p.step), values: points.map((p) => p.value), total: extent.total }];
    });
  }

  /**
   * The moving average over every point of a curve, at some of its steps (ascending); null at a step without a point, and everywhere
   * where there is no such curve. Others have a turn meanwhile: a curve may have millions of points.
   */
  async smoothed(
    curve: { runId: string; stage: StageName; name: string },
    weight: number,
    steps: readonly number[],
  ): Promise<(number | null)[]> {
    const id = this.findCurve.get(curve.runId, curve.stage, curve.name);
    const averages: (number | null)[] = steps.map(() => null);
    const average = createMovingAverage(weight);
    const pause = createPauses();
    let at = 0;
    let from = Number.MIN_SAFE_INTEGER;
    while (id !== undefined && at < steps.length) {
      const points = this.selectPointsFrom.all(id, from);
      for (const { step, value } of points) {
        const mean = average(value);
        while (at < steps.length && steps[at]! < step) at += 1;
        if (steps[at] === step) averages[at++] = mean;
      }
      if (points.length < READ_POINTS) break;
      from = points.at(-1)!.step;
      await pause();
    }
    return averages;
  }

  private curvesOf(runId: string): CurveRow[] {
    return this.database.prepare<[string], CurveRow>('SELECT * FROM curves WHERE runId = ? ORDER BY id').all(runId);
  }

  private curveId(runId: string, stage: string, name: string): number {
    this.database.prepare('INSERT INTO curves (runId, stage, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(runId, stage, name);
    return this.findCurve.get(runId, stage, name)!;
  }

  private extentOf(curveId: number): CurveExtent | null {
    const sql = 'SELECT sum(count) AS total, min(block) AS firstBlock, max(block) AS lastBlock FROM pointBlocks WHERE curveId = ?';
    const extent = this.database.prepare<[number], CurveExtent>(sql).get(curveId)!;
    return extent.total ? extent : null;
  }

  private downsample(curveId: number, extent: CurveExtent, maxPoints: number): Point[] {
    if (extent.total <= maxPoints) {
      return this.database.prepare<[number], Point>('SELECT step, value FROM points WHERE curveId = ? ORDER BY step').all(curveId);
    }
    const buckets = Math.max(1, Math.floor(maxPoints / 2));
    const blocks = extent.lastBlock - extent.firstBlock + 1;
    if (blocks >= buckets) return this.extremesOfBlocks(curveId, extent.firstBlock, Math.ceil(blocks / buckets));
    const first = extent.firstBlock * BLOCK_STEPS;
    return this.extremesOfPoints(curveId, first, Math.ceil((blocks * BLOCK_STEPS) / buckets));
  }

  /** With one min() or max() in a query, SQLite takes the other columns from the row that holds it. Bound numbers are REAL to it. */
  private extremesOfBlocks(curveId: number, first: number, width: number): Point[] {
    const low =
      'SELECT lowStep AS step, min(low) AS value FROM pointBlocks WHERE curveId = @curveId GROUP BY CAST((block - @first) / @width AS INTEGER)';
    const high =
      'SELECT highStep AS step, max(high) AS value FROM pointBlocks WHERE curveId = @curveId GROUP BY CAST((block - @first) / @width AS INTEGER)';
    return this.union(low, high, { curveId, first, width });
  }

  private extremesOfPoints(curveId: number, first: number, width: number): Point[] {
    const low = 'SELECT step, min(value) AS value FROM points WHERE curveId = @curveId GROUP BY CAST((step - @first) / @width AS INTEGER)';
    const high = 'SELECT step, max(value) AS value FROM points WHERE curveId = @curveId GROUP BY CAST((step - @first) / @width AS INTEGER)';
    return this.union(low, high, { curveId, first, width });
  }

  private union(low: string, high: string, parameters: { curveId: number; first: number; width: number }): Point[] {
    return this.database.prepare<[typeof parameters], Point>(`${low} UNION ${high} ORDER BY 1`).all(parameters);
  }

  private summarise(curveId: number, block: number): void {
    const first = block * BLOCK_STEPS;
    const points = this.selectPoints.all(curveId, first, first + BLOCK_STEPS);
    if (points.length === 0) {
      this.database.prepare('DELETE FROM pointBlocks WHERE curveId = ? AND block = ?').run(curveId, block);
      return;
    }
    const low = points.reduce((best, point) => (point.value < best.value ? point : best));
    const high = points.reduce((best, point) => (point.value > best.value ? point : best));
    this.upsertBlock.run(curveId, block, points.length, low.step, low.value, high.step, high.value);
  }
}

/** SQLite would store NaN as NULL, and the contract carries finite numbers only: a broken loss has to be noticed where it arises. */
function checkPoint({ stage, step, name, value }: MetricPoint): void {
  if (Number.isFinite(value) && Number.isInteger(step)) return;
  throw new Error(`metrics of ${stage}: expected a whole step and a finite value for "${name}", got ${value} at step ${step}`);
}
