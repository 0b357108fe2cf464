import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBIntegerVector,
  type DuckDBUIntegerVector,
  INTEGER,
  UINTEGER,
} from '@duckdb/node-api';
import { AppError } from '../../src-shared/errors.ts';

const CHUNK_ROWS = 2048;
const COLUMN_TYPES = [UINTEGER, UINTEGER, INTEGER, INTEGER];
type Columns = [Uint32Array, Uint32Array, Int32Array, Int32Array];

/** Some sorted events, column by column: [events] each. The arrays are only valid until the next ones are asked for. */
export interface SortedEvents {
  users: Uint32Array;
  timestamps: Uint32Array;
  items: Int32Array;
  values: Int32Array;
}

/**
 * Sorts events by (user, timestamp, order of arrival) in an embedded DuckDB, on disk where memory does not suffice.
 * An event is four numbers: user and timestamp (0 to 2^32 - 1), item, and one value.
 */
export class EventSorter {
  private readonly instance: DuckDBInstance;
  private readonly connection: DuckDBConnection;
  private readonly appender: Awaited<ReturnType<DuckDBConnection['createAppender']>>;
  private readonly columns: Columns;
  private readonly signal: AbortSignal;
  private readonly interrupt = () => this.connection.interrupt();
  private filled = 0;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, appender: EventSorter['appender'], signal: AbortSignal) {
    this.instance = instance;
    this.connection = connection;
    this.appender = appender;
    this.signal = signal;
    this.columns = [new Uint32Array(CHUNK_ROWS), new Uint32Array(CHUNK_ROWS), new Int32Array(CHUNK_ROWS), new Int32Array(CHUNK_ROWS)];
    signal.addEventListener('abort', this.interrupt);
  }

  /** @param temporaryPath where it may put what does not fit into `memoryBytes` */
  static async create(temporaryPath: string, memoryBytes: number, signal: AbortSignal): Promise<EventSorter> {
    const megabytes = Math.floor(memoryBytes / 1e6);
    const instance = await DuckDBInstance.create(':memory:', { memory_limit: `${megabytes}MB`, temp_directory: temporaryPath });
    const connection = await instance.connect();
    await connection.run('CREATE TABLE events (user UINTEGER, timestamp UINTEGER, item INTEGER, value INTEGER)');
    return new EventSorter(instance, connection, await connection.createAppender('events'), signal);
  }

  add(user: number, timestamp: number, item: number, value: number): void {
    const row = this.filled++;
    const [users, timestamps, items, values] = this.columns;
    users[row] = user;
    timestamps[row] = timestamp;
    items[row] = item;
    values[row] = value;
    if (this.filled === CHUNK_ROWS) this.flush();
  }

  /** After the last `add`. Rows of a table keep their order of arrival in `rowid`. */
  async *sorted(): AsyncGenerator<SortedEvents> {
    this.flush();
    this.appender.closeSync();
    const query = 'SELECT user, timestamp, item, value FROM events ORDER BY user, timestamp, rowid';
    const result = await translating(() => this.connection.stream(query));
    for (;;) {
      const chunk = await translating(() => result.fetchChunk());
      if (!chunk || chunk.rowCount === 0) return;
      yield this.readChunk(chunk);
    }
  }

  close(): void {
    this.signal.removeEventListener('abort', this.interrupt);
    this.connection.disconnectSync();
    this.instance.closeSync();
  }

  private flush(): void {
    if (this.filled === 0) return;
    const chunk = DuckDBDataChunk.create(COLUMN_TYPES, this.filled);
    this.columns.forEach((column, index) => {
      const vector = chunk.getColumnVector(index) as DuckDBUIntegerVector | DuckDBIntegerVector;
      for (let row = 0; row < this.filled; row++) vector.setItem(row, column[row]!);
      vector.flush();
    });
    this.appender.appendDataChunk(chunk);
    this.filled = 0;
  }

  private readChunk(chunk: DuckDBDataChunk): SortedEvents {
    const [users, timestamps, items, values] = this.columns.map((column, index) => {
      const vector = chunk.getColumnVector(index) as DuckDBUIntegerVector | DuckDBIntegerVector;
      for (let row = 0; row < chunk.rowCount; row++) column[row] = vector.getItem(row)!;
      return column.subarray(0, chunk.rowCount);
    }) as Columns;
    return { users, timestamps, items, values };
  }
}

async function translating<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const text = (error as Error).message;
    if (!/no space left|max_temp_directory_size/i.test(text)) throw error;
    throw new AppError('disk-full', `import: the disk is full (${text}); free some space and try again`, undefined, { cause: error });
  }
}
