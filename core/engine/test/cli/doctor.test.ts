import { expect, test } from 'vitest';
import { configText, createCosWorkspace, shellPlugin } from '../rig/cos.ts';

const config = configText(`    t: { description: 'x', plan: () => [] },`);
const steady = (text: string) => text.replaceAll(/\d+\.\d+\.\d+/g, '<version>').replaceAll(/[\d.]+ GiB free/g, '<n> GiB free').replaceAll(/sha256:[0-9a-f]{16} {2}\S+/g, '<sh>');

test('everything is there', async () => {
  await using workspace = await createCosWorkspace({ 'cos.config.ts': config, 'shell.ts': shellPlugin });
  const { exitCode, stdout } = await workspace.cos('doctor');
  expect(exitCode).toBe(0);
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "Host
      ok      Node        <version>
      ok      Disk space  <n> GiB free at .cos, the cache may take 20.0 GiB

    Tools
      ok      sh  <sh> needed by shell.run

    Everything is there.
    "
  `);
});

test('missing tools, missing files of a tool and a plugin that cannot work here, with exit status 3', async () => {
  const plugin = shellPlugin
    .replace("tools: ['sh']", "tools: ['sh', { name: 'no-such-tool', packages: { debian: 'no-such-package', fedora: 'other' } }, { name: 'cat', files: ['/no/such/file'], packages: { debian: 'coreutils' } }]")
    .replace('stages: { run } });', "stages: { run }, async preflight() { return [{ message: 'The engine does not answer.', hint: 'Start it.' }]; } });");
  await using workspace = await createCosWorkspace({ 'cos.config.ts': config, 'shell.ts': plugin });
  const { exitCode, stdout } = await workspace.cos('doctor');
  expect(exitCode).toBe(3);
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "Host
      ok      Node        <version>
      ok      Disk space  <n> GiB free at .cos, the cache may take 20.0 GiB

    Tools
      missing cat           found, but not its /no/such/file; needed by shell.run
              hint: Install coreutils. Debian: apt-get install coreutils.
      missing no-such-tool  needed by shell.run
              hint: Install no-such-package. Debian: apt-get install no-such-package; Fedora: dnf install other.
      ok      sh            <sh> needed by shell.run

    Plugins
      missing shell  The engine does not answer.
              hint: Start it.

    3 things are missing.
    "
  `);
});
