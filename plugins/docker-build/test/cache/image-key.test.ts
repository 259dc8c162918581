import { asDigest } from '@cos/core';
import { describe, expect, it } from 'vitest';
import { imageKey, joinKey, type ImageInputs } from '../../src/cache/image-key.ts';

const digest = (letter: string) => asDigest(`sha256:${letter.repeat(64)}`);

const plugin: ImageInputs['plugin'] = { network: 'none', builder: 'auto', buildArgs: { A: '1', B: '2' }, backendArgs: [] };

const inputs: ImageInputs = {
  platform: 'linux/amd64',
  sourceDateEpoch: 1,
  plugin,
  dockerfiles: [{ name: 'p-builder.dockerfile', text: '\nFROM a' }, { name: 'p.dockerfile', text: '\nFROM b\nRUN make' }],
  context: digest('c'),
  base: digest('b'),
  copies: [digest('d'), digest('e')],
};

const changes: Record<string, Partial<ImageInputs>> = {
  'another platform': { platform: 'linux/arm64' },
  'another time': { sourceDateEpoch: 2 },
  'a network': { plugin: { ...plugin, network: 'host' } },
  'another builder': { plugin: { ...plugin, builder: 'buildkit' } },
  'another value of a build argument': { plugin: { ...plugin, buildArgs: { A: '1', B: '3' } } },
  'one more build argument': { plugin: { ...plugin, buildArgs: { A: '1', B: '2', C: '' } } },
  'an option of the build': { plugin: { ...plugin, backendArgs: ['--add-host=h:1.2.3.4'] } },
  'another name of a Dockerfile': { dockerfiles: [{ name: 'q-builder.dockerfile', text: '\nFROM a' }, { name: 'p.dockerfile', text: '\nFROM b\nRUN make' }] },
  'another command': { dockerfiles: [{ name: 'p-builder.dockerfile', text: '\nFROM a' }, { name: 'p.dockerfile', text: '\nFROM b\nRUN make all' }] },
  'commands that change places': { dockerfiles: [{ name: 'p-builder.dockerfile', text: '\nFROM a\nRUN make' }, { name: 'p.dockerfile', text: '\nFROM b' }] },
  'another folder': { context: digest('f') },
  'another base': { base: digest('f') },
  'another image to copy from': { copies: [digest('d'), digest('f')] },
  'images to copy from in another order': { copies: [digest('e'), digest('d')] },
  'folder and base that change places': { context: digest('b'), base: digest('c') },
  'no image to copy from': { copies: [] },
};

describe('the key of images', () => {
  it.each(Object.entries(changes))('is another one with %s', (_, change) => {
    expect(imageKey({ ...inputs, ...change })).not.toBe(imageKey(inputs));
  });

  it('differs for all of these', () => {
    const keys = [inputs, ...Object.values(changes).map((change) => ({ ...inputs, ...change }))].map(imageKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('does not depend on the order in which build arguments are written', () => {
    expect(imageKey({ ...inputs, plugin: { ...plugin, buildArgs: { B: '2', A: '1' } } })).toBe(imageKey(inputs));
  });

  it('is the same on every machine and in every version that builds the same', () => {
    expect(imageKey(inputs)).toMatchInlineSnapshot(`"30765c90d11a4814d7d4b8caebfe8919fc38f1e51071b430826949d41aa11b25"`);
    expect(joinKey({ platform: 'linux/amd64', sourceDateEpoch: 1, archives: [digest('a')] })).toMatchInlineSnapshot(`"fae6f175ae2cc24e13468db4774b1750423467c872540abafa79490a973a2eda"`);
  });

  it('of archives depends on their order', () => {
    const key = (...archives: string[]) => joinKey({ platform: 'linux/amd64', sourceDateEpoch: 1, archives: archives.map(digest) });
    expect(key('a', 'b')).not.toBe(key('b', 'a'));
  });
});
