import { expect, test } from 'vitest';
import { sourceOf } from '../src/repositories.ts';

test.each([
  ['public', 'disk', '/home/me/public'],
  ['/srv/public', 'disk', '/srv/public'],
  ['disk:public', 'disk', '/home/me/public'],
  ['disk:/srv/public', 'disk', '/srv/public'],
  ['./disk:public', 'disk', '/home/me/disk:public'],
  ['https://example.org/public', 'http', 'https://example.org/public'],
  ['docker:registry.example/os/public', 'docker', 'registry.example/os/public'],
])('%s is a repository of the type %s', (text, type, url) => {
  expect(sourceOf(text, '/home/me')).toEqual({ name: text, type, urls: [url], reference: '' });
});

test.each(['oci:folder', 'ftp://example.org/x', 'file:/srv/public'])('%s is no kind of place that a repository has', (text) => {
  expect(() => sourceOf(text, '/home/me')).toThrow(/Expected a repository as a folder, disk:folder/);
});
