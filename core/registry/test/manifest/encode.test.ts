import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, emptyContent, encodeImage, encodeIndex, mediaTypes, readManifest } from '../../src/index.ts';

const layer = { mediaType: mediaTypes.ociLayerZstd, digest: digestOf(Buffer.from('x')), size: 1 };

describe('a manifest that is written', () => {
  it('has the same bytes for the same parts, whatever the order of their members', () => {
    const one = encodeImage({ config: emptyContent.descriptor, layers: [layer], annotations: { b: '2', a: '1' } });
    const other = encodeImage({ layers: [{ size: 1, digest: layer.digest, mediaType: layer.mediaType }], annotations: { a: '1', b: '2' }, config: emptyContent.descriptor });
    expect(Buffer.from(one.bytes).toString()).toBe(Buffer.from(other.bytes).toString());
    expect(one.descriptor).toEqual({ mediaType: mediaTypes.ociManifest, digest: digestOf(one.bytes), size: one.bytes.length });
    expect(digestOf(emptyContent.bytes)).toBe(emptyContent.descriptor.digest);
  });

  it('is read to the same parts', () => {
    const text = fc.string({ minLength: 1 });
    const annotations = fc.option(fc.dictionary(text, text, { maxKeys: 3 }), { nil: undefined });
    const platform = fc.option(fc.record({ os: text, architecture: text, variant: text }), { nil: undefined });
    const descriptor = fc.record({ mediaType: text, digest: fc.uint8Array().map((bytes) => digestOf(bytes)), size: fc.nat(), platform, artifactType: fc.option(text, { nil: undefined }), annotations });
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(fc.array(descriptor, { maxLength: 3 }), descriptor, annotations, (list, other, notes) => {
        const entries = plain(list) as never[];
        const [subject, annotated] = [plain(other) as never, notes === undefined ? {} : { annotations: notes }];
        const index = encodeIndex({ manifests: entries, subject, ...annotated });
        expect(plain(readManifest(index.bytes, index.mediaType))).toEqual(plain({ kind: 'index', mediaType: index.mediaType, manifests: entries, subject, ...annotated }));
        const image = encodeImage({ config: subject, layers: entries, artifactType: 'kind', ...annotated });
        expect(plain(readManifest(image.bytes, image.mediaType))).toEqual(plain({ kind: 'image', mediaType: image.mediaType, config: subject, layers: entries, artifactType: 'kind', ...annotated }));
      }),
    );
  });

  it('of any JSON is read or refused in words', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.values(mediaTypes)), (value, type) => {
        const read = readManifest(Buffer.from(JSON.stringify(value)), type);
        expect(typeof read === 'string' ? read.length : read.mediaType.length).toBeGreaterThan(0);
      }),
    );
  });
});
