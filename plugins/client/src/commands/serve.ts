import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineCommand } from '@cos/core';
import { answering, refuse } from '../problem.ts';
import { serveFolder } from '../serve/serve-folder.ts';

/** Until it is interrupted. */
export const serve = defineCommand({
  description: 'serve a repository folder over HTTP, for reading alone, until it is interrupted',
  config: 'optional',
  parameters: {
    folder: { type: 'text', positional: true, default: 'build/repository', description: 'the folder' },
    address: { type: 'text', default: '127.0.0.1', description: 'address to listen on; others than those of the own machine can be reached by everybody who reaches it' },
    port: { type: 'integer', default: 8000, minimum: 0, maximum: 65_535, description: 'port to listen on, 0 for any that is free' },
  },
  async handle({ args, cwd, print, tell, log, signal }) {
    return answering(tell, async () => {
      const folder = resolve(cwd, args.folder);
      const found = await stat(folder).catch(() => undefined);
      if (found?.isDirectory() !== true) throw refuse('COS_CLIENT_REQUEST', `Expected a folder to serve; found ${found === undefined ? 'nothing' : 'no folder'} at ${folder}.`, 'Make a repository (`cos run create-repo`), or name another folder.');
      const server = await serveFolder({ folder, address: args.address, port: args.port, onAnswer: ({ method, path, status }) => log.info(`${status} ${method} ${path}`) }).catch((error: unknown) => {
        const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
        if (code === undefined) throw error;
        throw refuse('COS_CLIENT_SERVE', `Nothing can listen on ${args.address}, port ${args.port} (${code}).`, code === 'EADDRINUSE' ? 'Something listens there already: name another port by --port, or 0 for any that is free.' : 'Name another address or port.');
      });
      try {
        print(`${folder} at ${server.url}`);
        if (!/^(?:127\.|::1$|localhost$)/.test(args.address)) log.warn('whoever reaches this machine can read the folder');
        if (!signal.aborted) await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
      } finally {
        await server.close();
      }
    });
  },
});
