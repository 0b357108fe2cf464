import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DoctorReport, EngineStatus } from '../../src-shared/contract.ts';
import { schemaVersion } from '../store/database.ts';
import type { Workspace } from '../store/workspace.ts';
import type { BackendContext } from './context.ts';
import { explainExit, type JobLauncher } from './jobLauncher.ts';
import { type ProbeAnswer, type ProbeRequest, probeAnswerSchema } from './probeMessages.ts';

const PROBE_LIMIT_MS = 60_000;
const PACKAGES = ['onnxruntime-node', '@tensorflow/tfjs-core', 'better-sqlite3', '@duckdb/node-api'];

/** Engines and devices, versions, and what the workspace holds. */
export class Doctor {
  private readonly context: BackendContext;
  private engines: Promise<EngineStatus[]> | null = null;
  private isTrying = false;

  constructor(context: BackendContext) {
    this.context = context;
  }

  /** @param again whether engines that were tried before are tried anew: a driver may have come meanwhile */
  async report(again: boolean): Promise<DoctorReport> {
    const { workspace, version } = this.context;
    if (again && !this.isTrying) this.engines = null;
    this.engines ??= this.tryEngines();
    const trying = this.engines;
    // What failed is tried again by whoever asks next.
    const engines = await trying.catch((error) => {
      if (this.engines === trying) this.engines = null;
      throw error;
    });
    return { engines, versions: collectVersions(workspace, version), workspace: measureWorkspace(workspace) };
  }

  /** For real, each in a process of its own, and one after the other: all at once would take every core from a workbench that starts. */
  private async tryEngines(): Promise<EngineStatus[]> {
    this.isTrying = true;
    const engines: EngineStatus[] = [];
    try {
      for (const request of enginesToProbe()) {
        const provider = request.provider === 'auto' ? 'cpu' : request.provider;
        engines.push({ engine: request.name, provider, ...(await probeEngine(this.context.launcher, request)) });
      }
    } finally {
      this.isTrying = false;
    }
    return engines;
  }
}

/** Providers that onnxruntime has on this system, and the other engines. `auto` stands for an engine with one provider. */
function enginesToProbe(): ProbeRequest[] {
  const system = { win32: ['cuda', 'dml'], darwin: ['coreml'], linux: ['cuda'] } as Record<string, ProbeRequest['provider'][]>;
  const providers: ProbeRequest['provider'][] = ['cpu', 'webgpu', ...(system[process.platform] ?? [])];
  const onnx = providers.map((provider): ProbeRequest => ({ name: 'onnx', provider }));
  return [...onnx, { name: 'tensorflow', provider: 'auto' }, { name: 'reference', provider: 'auto' }];
}

/** Tries an engine in a child process. Never throws: a crash or a hang is a reason. */
export function probeEngine(launcher: JobLauncher, request: ProbeRequest, limitMs = PROBE_LIMIT_MS): Promise<ProbeAnswer> {
  const child = launcher.launch('probe');
  const { promise, resolve } = Promise.withResolvers<ProbeAnswer>();
  const unavailable = (reason: string) => resolve({ available: false, device: null, reason });
  const timer = setTimeout(() => {
    unavailable(`it did not answer within ${limitMs / 1000} seconds`);
    child.kill();
  }, limitMs);
  child.onMessage((message) => resolve(probeAnswerSchema.parse(message)));
  child.onExit((exit) => {
    clearTimeout(timer);
    unavailable(explainExit(exit).replace('the job', 'the driver crashed: the process'));
  });
  child.send(request);
  return promise;
}

function collectVersions(workspace: Workspace, version: string): Record<string, string> {
  const sqlite = workspace.database.prepare<[], string>('SELECT sqlite_version()').pluck().get();
  const packages = PACKAGES.map((name) => [name, packageVersion(name)]);
  const { node, electron } = process.versions;
  const system = `${process.platform} ${process.arch}`;
  return { userllm: version, node, ...(electron && { electron }), sqlite: sqlite!, ...Object.fromEntries(packages), system };
}

/** Read from the package's own file: most packages do not export it. */
function packageVersion(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'not installed';
}

function measureWorkspace(workspace: Workspace): DoctorReport['workspace'] {
  const databaseBytes = ['', '-wal'].reduce((sum, suffix) => {
    return sum + (statSync(workspace.databasePath + suffix, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
  return {
    path: workspace.path,
    databaseBytes,
    blobsBytes: folderBytes(workspace.blobsPath),
    schemaVersion: schemaVersion(workspace.database),
  };
}

/** Bytes of all files below a folder; files that vanish meanwhile count nothing. */
function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
