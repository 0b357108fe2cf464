import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ServeHost, startServe } from '../../src-main/hosts/serve/serve.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

const hosts: ServeHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

async function serve() {
  const folder = temporaryFolder();
  const host = await startServe({ workspacePath: join(folder, 'workspace'), rendererPath: folder });
  hosts.push(host);
  const { headers } = await fetch(host.url);
  const own = { Origin: `http://127.0.0.1:${host.port}`, Cookie: headers.get('set-cookie')!.split(';')[0]! };
  return { host, own, temporaryPath: join(folder, 'workspace', 'temporary') };
}

interface Answer {
  status: number;
  content: { path?: string; code?: string; message?: string };
}

/** Sends the path exactly as given: `fetch` would tidy it up. */
function put({ port }: ServeHost, path: string, headers: Record<string, string>, body = 'userId,movieId'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, method: 'PUT' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, content: JSON.parse(text) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('a folder dropped on the page in a browser', () => {
  it('is copied file by file to where an import can read it', async () => {
    const { host, own } = await serve();
    const first = await put(host, '/dropped/drop-0001/ml-latest-small/ratings.csv', own, 'a\nb\n');
    const second = await put(host, '/dropped/drop-0001/ml-latest-small/Les%20films%2C%20%C3%A9t%C3%A9.csv', own, 'c\n');
    expect([first.status, basename(first.content.path!)]).toEqual([200, 'ml-latest-small']);
    expect(second.content.path).toBe(first.content.path);
    expect(readdirSync(first.content.path!).sort()).toEqual(['Les films, été.csv', 'ratings.csv']);
    expect(readFileSync(join(first.content.path!, 'ratings.csv'), 'utf8')).toBe('a\nb\n');
  });

  it('is a single file where no folder was dropped', async () => {
    const { host, own } = await serve();
    const { content } = await put(host, '/dropped/drop-0001/plays.csv', own, 'who,what\n');
    expect(readFileSync(content.path!, 'utf8')).toBe('who,what\n');
  });

  it('is forgotten with the next one, and when the server ends', async () => {
    const { host, own, temporaryPath } = await serve();
    const first = await put(host, '/dropped/drop-0001/films/ratings.csv', own);
    const second = await put(host, '/dropped/drop-0002/films/ratings.csv', own);
    expect([existsSync(first.content.path!), existsSync(second.content.path!)]).toEqual([false, true]);
    await hosts.pop()!.close();
    expect(readdirSync(temporaryPath)).toEqual([]);
  });

  it('comes from the own page with a login only', async () => {
    const { host, own, temporaryPath } = await serve();
    const path = '/dropped/drop-0001/films/ratings.csv';
    expect((await put(host, path, { Cookie: own.Cookie })).status).toBe(403);
    expect((await put(host, path, { ...own, Origin: 'https://evil.example' })).status).toBe(403);
    expect((await put(host, path, { Origin: own.Origin })).status).toBe(401);
    expect((await put(host, path, { ...own, Host: 'evil.example' })).status).toBe(421);
    expect(readdirSync(temporaryPath)).toEqual([]);
  });

  it.each([
    '/dropped/',
    '/dropped/drop-0001',
    '/dropped/drop-0001/',
    '/dropped/../ratings.csv',
    '/dropped/drop-0001/../ratings.csv',
    '/dropped/drop-0001/%2e%2e/ratings.csv',
    '/dropped/drop-0001/films/..%2f..%2fratings.csv',
    '/dropped/drop-0001/films/..%5cratings.csv',
    '/dropped/drop-0001/films/%00',
    '/dropped/drop-0001/films/%zz',
    '/dropped/drop-0001/films/more/ratings.csv',
    `/dropped/drop-0001/${'x'.repeat(256)}`,
  ])('cannot lead elsewhere: %s', async (path) => {
    const { host, own, temporaryPath } = await serve();
    const { status, content } = await put(host, path, own);
    expect(status).toBe(400);
    expect(content.message).toBe(`dropped: expected /dropped/<id>/<folder>/<name of a file>, got "${path}"`);
    expect(readdirSync(temporaryPath)).toEqual([]);
  });

  it('leaves no half file behind where the page goes away', async () => {
    const { host, own } = await serve();
    const { content } = await put(host, '/dropped/drop-0001/films/ratings.csv', own);
    const sent = request({ host: '127.0.0.1', port: host.port, path: '/dropped/drop-0001/films/movies.csv', headers: own, method: 'PUT' });
    sent.on('error', () => undefined);
    sent.write('movieId,title\n');
    const half = join(content.path!, 'movies.csv');
    await expect.poll(() => existsSync(half)).toBe(true);
    sent.destroy();
    await expect.poll(() => existsSync(half)).toBe(false);
    expect(dirname(half)).toBe(content.path);
  });
});
