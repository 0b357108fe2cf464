import type { MethodOutput, MethodRequest } from '../../src-shared/contract.ts';
import { AppError, fromErrorData } from '../../src-shared/errors.ts';
import type { BackendContext } from './context.ts';
import { type GenerateAnswer, type GenerateRequest, generateAnswerSchema } from './generateMessages.ts';
import { explainExit, type JobExit, type JobProcess } from './jobLauncher.ts';

type Generation = MethodOutput<'runs.generate'>;

const IDLE_MS = 120_000;

/**
 * Writes text in a process of its own, which keeps its models loaded while it is used and ends after two idle minutes.
 * A crash in there fails the requests that wait for it, nothing else.
 */
export class TextGeneration {
  private readonly context: BackendContext;
  private child: JobProcess | null = null;
  private readonly waiting = new Map<number, PromiseWithResolvers<Generation>>();
  private nextId = 1;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(context: BackendContext) {
    this.context = context;
  }

  /** @throws AppError `job-failed` when the process dies, and whatever generating itself refuses */
  async generate(request: MethodRequest<'runs.generate'>): Promise<Generation> {
    const id = this.nextId++;
    const answer = Promise.withResolvers<Generation>();
    this.waiting.set(id, answer);
    clearTimeout(this.idleTimer);
    this.child ??= this.launch();
    this.child.send({ id, workspacePath: this.context.workspace.path, request } satisfies GenerateRequest);
    return answer.promise;
  }

  close(): void {
    clearTimeout(this.idleTimer);
    this.child?.kill();
  }

  private launch(): JobProcess {
    const child = this.context.launcher.launch('generate');
    child.onMessage((message) => this.context.guard(() => this.receive(generateAnswerSchema.parse(message))));
    child.onExit((exit) => this.lose(exit));
    return child;
  }

  private receive({ id, result }: GenerateAnswer): void {
    const answer = this.waiting.get(id);
    this.waiting.delete(id);
    if (result.ok) answer?.resolve(result.value);
    else answer?.reject(fromErrorData(result.error));
    if (this.waiting.size === 0) this.idleTimer = setTimeout(() => this.child?.kill(), IDLE_MS).unref();
  }

  private lose(exit: JobExit): void {
    this.child = null;
    for (const answer of this.waiting.values()) answer.reject(new AppError('job-failed', `generate: ${explainExit(exit)}`));
    this.waiting.clear();
  }
}
