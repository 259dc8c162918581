import { expect, test } from 'vitest';
import { sourceOf } from '../src/repositories.ts';

test.each([
  ['public', 'disk', '/work/public'],
  ['/srv/public', 'disk', '/srv/public'],
  ['disk:public', 'disk', '/work/public'],
  ['disk:/srv/public', 'disk', '/srv/public'],
  ['./disk:public', 'disk', '/work/disk:public'],
  ['https://example.org/public', 'http', 'https://example.org/public'],
  ['docker:registry.example/os/public', 'docker', 'registry.example/os/public'],
])('%s is a repository of the type %s', (text, type, url) => {
  expect(sourceOf(text, '/work')).toEqual({ name: text, type, urls: [url], reference: '' });
});

test.each(['oci:folder', 'ftp://example.org/x', 'file:/srv/public'])('%s is no kind of place that a repository has', (text) => {
  expect(() => sourceOf(text, '/work')).toThrow(/Expected a repository as a folder, disk:folder/);
});
