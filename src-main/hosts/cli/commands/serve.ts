import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import { type ServeHost, startServe } from '../../serve/serve.ts';
import { withCommonOptions } from '../command.ts';
import { interruptible } from '../interrupts.ts';
import { EXIT, printError, printOutcome } from '../output.ts';
import { type CommonOptions, workspacePath } from '../session.ts';

interface ServeCommandOptions extends CommonOptions {
  port: string;
  allowHost: string[];
}

export function registerServeCommand(program: Command): void {
  const command = withCommonOptions(program.command('serve').description('show the workbench in a browser on this machine'))
    .option('--port <number>', 'port on 127.0.0.1; 0 = any free one', '0')
    .option('--allow-host <host:port...>', 'further address under which a tunnel reaches it', [])
    .action(async () => {
      const options = command.optsWithGlobals<ServeCommandOptions>();
      try {
        await serveUntilInterrupted({
          path: workspacePath(options),
          port: parsePort(options.port),
          allowedHosts: options.allowHost,
          json: options.json ?? false,
        });
        process.exitCode = EXIT.done;
      } catch (error) {
        process.exitCode = await printError(error, options.json ?? false);
      }
    });
}

/** Serves until Ctrl+C, which ends running jobs in order. Pressing Enter prints a new login link. */
export async function serveUntilInterrupted(options: {
  path: string;
  port: number;
  allowedHosts?: string[];
  json?: boolean;
}): Promise<void> {
  const { path, port, allowedHosts, json = false } = options;
  const host = await startServe({ workspacePath: path, port, ...(allowedHosts && { allowedHosts }) });
  await printOutcome({ document: { url: host.url, port: host.port, workspace: path }, text: address(host, path) }, json);
  const stopOffering = process.stdin.isTTY ? offerLinks(host) : () => undefined;
  const interrupted = Promise.withResolvers<void>();
  await interruptible(
    () => interrupted.resolve(),
    () => interrupted.promise,
  );
  stopOffering();
  const { runs } = host.backend.activeJobs();
  process.stderr.write(runs > 0 ? 'Stopping: running experiments save a checkpoint first.\n' : 'Stopped.\n');
  await host.close();
}

function address({ url }: ServeHost, path: string): string {
  const keys = process.stdin.isTTY ? 'Enter: a new link, Ctrl+C: stop.' : 'Ctrl+C: stop.';
  return `Workbench: ${url}\nWorkspace: ${path}\nThe link works once; the browser stays logged in. ${keys}\n`;
}

function offerLinks(host: ServeHost): () => void {
  const listener = () => process.stdout.write(`${host.createLoginUrl()}\n`);
  process.stdin.on('data', listener);
  return () => {
    process.stdin.off('data', listener);
    process.stdin.pause();
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new AppError('usage', `serve: expected --port from 0 to 65535, got "${text}"`);
}
