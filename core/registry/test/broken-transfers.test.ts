import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesContent, createRegistry, digestOf } from '../src/index.ts';
import { startEdge } from './rig/edge-server.ts';
import { collect } from './rig/image.ts';
import { patientClock } from './rig/patient-clock.ts';
import { startResumable } from './rig/resumable-registry.ts';

const content = randomBytes(20_000);
const descriptor = { mediaType: 'x', digest: digestOf(content), size: content.length };

describe('wherever the connection breaks', () => {
  it('a blob is pulled byte for byte', async () => {
    const breaks = fc.array(fc.integer({ min: 1, max: 6000 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(breaks, fc.boolean(), async (limits, knowsRanges) => {
        const left = [...limits];
        await using server = await startEdge((request, response) => {
          const asked = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
          const from = knowsRanges ? asked : 0;
          const limit = left.shift();
          response.writeHead(from === 0 ? 200 : 206, { 'content-length': content.length - from, ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }) });
          if (limit === undefined) return response.end(content.subarray(from));
          return response.write(content.subarray(from, asked + limit), () => setTimeout(() => response.destroy(), 5));
        });
        const pieces = createRegistry({ clock: patientClock() }).blob({ repository: `${server.host}/x`, descriptor });
        expect(Buffer.compare(await collect(pieces), content)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('a blob is pushed byte for byte, in one part or in many', async () => {
    const breaks = fc.array(fc.integer({ min: 2, max: 6000 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(breaks, fc.integer({ min: 3000, max: 19_000 }), async (limits, chunkBytes) => {
        await using server = await startResumable({ breaks: limits });
        await createRegistry({ clock: patientClock() }).pushBlob({ repository: `${server.host}/x`, content: bytesContent(content), descriptor, chunkBytes });
        expect(Buffer.compare(server.blobs.get(descriptor.digest)!, content)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});
