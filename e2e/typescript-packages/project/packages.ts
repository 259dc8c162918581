import { defineDistribution } from '@cos/core';
import { definePackage } from '@cos/templates';

export const tiny = defineDistribution({
  name: 'tiny',
  values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' }, greeting: 'hello' },
  platforms: { 'linux/amd64': {} },
});

/** On a package of the tree, with a folder of the workspace. */
export const tool = definePackage({
  category: 'app',
  name: 'tool',
  version: '1.0',
  description: 'Says its name',
  requires: ['system/base'],
  steps: ['mkdir -p /usr/bin && cp tool.sh /usr/bin/tool && chmod 0755 /usr/bin/tool'],
  context: 'files/tool',
  labels: { kind: 'tool' },
});

/** On another declared one, with files of its own and a value. */
export const greeting = definePackage<typeof tiny>(({ values }) => ({
  category: 'app',
  name: 'greeting',
  version: '1.0',
  requires: [tool],
  runtime: { requires: [tool] },
  steps: [`cat greeting.txt > /etc/greeting`, `tool >> /etc/greeting`, 'echo "{{ no template }}" >> /etc/greeting'],
  files: { 'greeting.txt': `${values.greeting}\n` },
  finalizer: { install: ['true'] },
}));
