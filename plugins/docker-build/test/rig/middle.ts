import { createServer, request as ask, type IncomingMessage, type Server } from 'node:http';

/** What stands between a client and a registry does with a request: passes it on, answers itself, stays silent, breaks off, or changes the answer's bytes. */
export type Behaviour =
  | { readonly do: 'pass' }
  | { readonly do: 'answer'; readonly status: number; readonly text?: string }
  | { readonly do: 'hang' }
  /** Breaks the connection after so many bytes of the answer's body; 0: at once. */
  | { readonly do: 'cut'; readonly after: number }
  | { readonly do: 'change'; readonly how: (body: Buffer) => Buffer };

export interface Middle extends AsyncDisposable {
  /** As in references: `127.0.0.1:40123`. */
  readonly host: string;
  /** `METHOD path` of every request so far. */
  readonly seen: readonly string[];
  behave: (method: string, path: string) => Behaviour;
}

/** A server in front of a registry, that passes everything on until told otherwise. */
export async function startMiddle(registry: { readonly port: number }): Promise<Middle> {
  const seen: string[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    seen.push(`${method} ${url}`);
    const behaviour = middle.behave(method, url);
    if (behaviour.do === 'hang') return;
    if (behaviour.do === 'answer') {
      outgoing.writeHead(behaviour.status, { 'content-type': 'text/plain' }).end(behaviour.text ?? '');
      return;
    }
    if (behaviour.do === 'cut' && behaviour.after === 0) {
      incoming.socket.destroy();
      return;
    }
    const onwards = ask({ host: '127.0.0.1', port: registry.port, method, path: url, headers: incoming.headers }, (answer) => {
      void pass(answer, behaviour).catch(() => outgoing.destroy());
    });
    // A client that goes away takes its request with it.
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);

    async function pass(answer: IncomingMessage, how: Behaviour): Promise<void> {
      if (how.do === 'change') {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const body = how.how(Buffer.concat(chunks));
        outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'content-length': String(body.length) }).end(body);
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      let sent = 0;
      for await (const chunk of answer) {
        outgoing.write(chunk as Buffer);
        sent += (chunk as Buffer).length;
        if (how.do === 'cut' && sent >= how.after) {
          outgoing.destroy();
          return;
        }
      }
      outgoing.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const middle: Middle = {
    host: `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    seen,
    behave: () => ({ do: 'pass' }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return middle;
}
