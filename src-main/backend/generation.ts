import type { MethodOutput } from '../../src-shared/contract.ts';
import { AppError, fromErrorData } from '../../src-shared/errors.ts';
import type { BackendContext } from './context.ts';
import { type GenerateAnswer, type GenerateRequest, generateAnswerSchema, type TextCall } from './generateMessages.ts';
import { explainExit, type JobExit, type JobProcess } from './jobLauncher.ts';

const IDLE_MS = 120_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onText(text: string): void;
}

/**
 * Writes text in a process of its own, which keeps its models loaded while it is used and ends after two idle minutes.
 * A crash in there fails the requests that wait for it, nothing else.
 */
export class TextGeneration {
  private readonly context: BackendContext;
  private child: JobProcess | null = null;
  private readonly waiting = new Map<number, Waiting>();
  /** Request numbers by the names that clients gave them. */
  private readonly named = new Map<string, number>();
  private nextId = 1;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(context: BackendContext) {
    this.context = context;
  }

  /**
   * @param generationId by which the request can be cancelled, and under which its text is announced as it grows
   * @throws AppError `job-failed` when the process dies, and whatever generating itself refuses
   */
  async call<C extends TextCall>(call: C, generationId?: string): Promise<MethodOutput<C['method']>> {
    const id = this.nextId++;
    const answer = Promise.withResolvers<unknown>();
    const onText = (text: string) => {
      if (generationId !== undefined) this.context.emit({ name: 'generation.text', payload: { generationId, text } });
    };
    this.waiting.set(id, { ...answer, onText });
    if (generationId !== undefined) this.named.set(generationId, id);
    clearTimeout(this.idleTimer);
    this.child ??= this.launch();
    this.send({ type: 'request', id, workspacePath: this.context.workspace.path, call });
    return answer.promise.finally(() => generationId !== undefined && this.named.delete(generationId)) as Promise<
      MethodOutput<C['method']>
    >;
  }

  /** Does nothing when the text is written already. */
  cancel(generationId: string): void {
    const id = this.named.get(generationId);
    if (id !== undefined) this.send({ type: 'cancel', id });
  }

  close(): void {
    clearTimeout(this.idleTimer);
    this.child?.kill();
  }

  private send(message: GenerateRequest): void {
    this.child?.send(message);
  }

  private launch(): JobProcess {
    const child = this.context.launcher.launch('generate');
    child.onMessage((message) => this.context.guard(() => this.receive(generateAnswerSchema.parse(message))));
    child.onExit((exit) => this.lose(exit));
    return child;
  }

  private receive(message: GenerateAnswer): void {
    const waiting = this.waiting.get(message.id);
    if (message.type === 'text') {
      waiting?.onText(message.text);
      return;
    }
    this.waiting.delete(message.id);
    if (message.result.ok) waiting?.resolve(message.result.value);
    else waiting?.reject(fromErrorData(message.result.error));
    if (this.waiting.size === 0) this.idleTimer = setTimeout(() => this.child?.kill(), IDLE_MS).unref();
  }

  private lose(exit: JobExit): void {
    this.child = null;
    for (const answer of this.waiting.values()) answer.reject(new AppError('job-failed', `generate: ${explainExit(exit)}`));
    this.waiting.clear();
  }
}
