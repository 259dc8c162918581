import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { createWorkspace, runCommand, type TemporaryWorkspace } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { client } from '../src/index.ts';
import { serveFolder, type FolderServer } from '../src/serve/serve-folder.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

describe('a folder that is served', () => {
  let workspace: TemporaryWorkspace;
  let server: FolderServer;
  const seen: string[] = [];
  beforeAll(async () => {
    workspace = await createWorkspace({ 'secret.txt': 'not for you', 'served/index.yaml': '0123456789', 'served/a b#c?d%.txt': 'odd', 'served/.hidden': 'x', 'served/folder/file': 'y', 'served/empty': '' });
    symlinkSync('../secret.txt', workspace.join('served/out'));
    symlinkSync('..', workspace.join('served/up'));
    symlinkSync('index.yaml', workspace.join('served/in'));
    server = await serveFolder({ folder: workspace.join('served'), address: '127.0.0.1', port: 0, onAnswer: ({ method, path, status }) => seen.push(`${status} ${method} ${path}`) });
  });
  afterAll(async () => {
    await server.close();
    await workspace.remove();
  });

  /** The path goes over the wire as it is: `fetch` would tidy it up. */
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = request(new URL(server.url), { path, headers, method }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        response.on('error', reject);
      });
      asked.on('error', reject);
      asked.end();
    });

  test('gives its files, whole, in parts, or by their headers alone', async () => {
    expect(await ask('/index.yaml')).toMatchObject({ status: 200, body: '0123456789', headers: { 'content-length': '10', 'accept-ranges': 'bytes' } });
    expect(await ask('/index.yaml', { Range: 'bytes=2-4' })).toMatchObject({ status: 206, body: '234', headers: { 'content-range': 'bytes 2-4/10' } });
    expect(await ask('/index.yaml', { Range: 'bytes=7-' })).toMatchObject({ status: 206, body: '789' });
    expect(await ask('/index.yaml', { Range: 'bytes=-2' })).toMatchObject({ status: 206, body: '89' });
    expect(await ask('/index.yaml', { Range: 'bytes=10-' })).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
    expect(await ask('/index.yaml', {}, 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '10' } });
    expect(await ask('/a%20b%23c%3Fd%25.txt')).toMatchObject({ status: 200, body: 'odd' });
    expect(await ask('/folder/file?x=y')).toMatchObject({ status: 200, body: 'y' });
    expect(await ask('/empty')).toMatchObject({ status: 200, body: '' });
    expect(await ask('/in')).toMatchObject({ status: 200, body: '0123456789' });
  });

  test('says whether a file is still the one that the reader has, and shows at once when it was replaced', async () => {
    const { headers } = await ask('/index.yaml');
    expect(await ask('/index.yaml', { 'If-None-Match': String(headers['etag']) })).toMatchObject({ status: 304, body: '' });
    writeFileSync(workspace.join('next'), 'another one');
    renameSync(workspace.join('next'), workspace.join('served/replaced'));
    expect(await ask('/replaced')).toMatchObject({ status: 200, body: 'another one' });
    expect(await ask('/index.yaml', { 'If-Range': '"other"', Range: 'bytes=2-4' })).toMatchObject({ status: 200, body: '0123456789' });
  });

  test.each(['/', '/folder', '/folder/', '/nothing', '/.hidden', '/out', '/up/secret.txt', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/folder/../../secret.txt', '//secret.txt', '/%', '/%00', '/index.yaml%00'])('answers 404 to %s', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain('not for you');
  });

  test('cannot be written', async () => {
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) expect(await ask('/index.yaml', {}, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(seen).toContain('405 DELETE /index.yaml');
  });
});

describe('cos serve', () => {
  test('refuses what is no folder, and a port that somebody has', async () => {
    await using workspace = await createWorkspace({ file: '' });
    mkdirSync(workspace.join('build/repository'), { recursive: true });
    expect((await runCommand(client(), 'serve', { workspace: workspace.path, args: { folder: 'file' } })).text).toContain('Expected a folder to serve; found no folder at');
    expect((await runCommand(client(), 'serve', { workspace: workspace.path, args: { folder: 'nothing' } })).text).toContain('found nothing at');
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exitCode, text } = await runCommand(client(), 'serve', { workspace: workspace.path, args: { port } });
    other.close();
    expect(exitCode).toBe(2);
    expect(text).toContain(`Nothing can listen on 127.0.0.1, port ${port} (EADDRINUSE).`);
  });
});
