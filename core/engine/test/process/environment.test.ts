import { expect, test } from 'vitest';
import { pickVariables, searchFolders, toolEnvironment } from '../../src/process/environment.ts';

test('tools get a fixed environment, what is declared, and the folders of declared tools', () => {
  const env = toolEnvironment({ toolFolders: ['/opt/x/bin', '/usr/bin'], home: '/scratch', sourceDateEpoch: 5, variables: { LC_ALL: 'C.UTF-8', TOKEN: 'a', PATH: '/evil' } });
  expect(env).toEqual({ HOME: '/scratch', TMPDIR: '/scratch', LC_ALL: 'C.UTF-8', TZ: 'UTC', SOURCE_DATE_EPOCH: '5', TOKEN: 'a', PATH: '/opt/x/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' });
});

test('tools are looked up on absolute folders of PATH and in the standard ones', () => {
  expect(searchFolders('/a:b:.::/a')).toEqual(['/a', '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']);
  expect(searchFolders(undefined)[0]).toBe('/usr/local/sbin');
});

test('only set variables are picked', () => {
  expect(pickVariables({ A: '1', B: '', C: undefined }, ['A', 'B', 'C', 'D'])).toEqual({ A: '1', B: '' });
});
