import { createPathFilter } from '@cos/archive';
import { describe, expect, it } from 'vitest';
import { excludesOf } from '../src/excludes/excludes-of.ts';
import { excludePresets, type ExcludePreset } from '../src/excludes/presets.ts';

const leaves = (name: ExcludePreset, path: string): boolean => !createPathFilter({ excludes: excludePresets[name] }).keeps(path);

describe('presets of excludes', () => {
  it.each<[ExcludePreset, readonly string[], readonly string[]]>([
    ['apt', ['var/cache/apt/archives/a.deb', 'var/cache/apt/pkgcache.bin', 'var/lib/apt/lists/deb_dists', 'var/log/dpkg.log', 'var/log/dpkg.log.1', 'var/lib/dpkg/status-old'], ['var/lib/dpkg/status', 'var/lib/dpkg/info/a.list', 'var/cache/apt', 'var/lib/apt/lists', 'etc/apt/sources.list']],
    ['dnf', ['var/cache/dnf/x.solv', 'var/cache/libdnf5/fedora/x', 'var/lib/dnf/history.sqlite', 'var/log/dnf.rpm.log'], ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'var/cache/dnf', 'etc/dnf/dnf.conf']],
    ['zypper', ['var/cache/zypp/raw/repo-oss/x', 'var/log/zypper.log', 'var/log/zypp/history', 'var/lib/zypp/AnonymousUniqueId'], ['var/lib/rpm/Packages', 'etc/zypp/repos.d/oss.repo', 'var/cache/zypp']],
    ['apk', ['var/cache/apk/APKINDEX.tar.gz'], ['lib/apk/db/installed', 'etc/apk/repositories']],
    ['pacman', ['var/cache/pacman/pkg/a.pkg.tar.zst', 'var/lib/pacman/sync/core.db', 'var/log/pacman.log'], ['var/lib/pacman/local/a/desc']],
    ['packageDatabases', ['var/lib/rpm/Packages', 'usr/lib/sysimage/rpm/rpmdb.sqlite', 'var/lib/dpkg/status', 'lib/apk/db/installed', 'var/lib/pacman/local/a/desc'], ['usr/bin/rpm', 'usr/lib/rpm/macros']],
    ['docs', ['usr/share/man/man1/ls.1.gz', 'usr/share/doc/a/README', 'usr/local/share/info/a.info'], ['usr/share/licenses/a/LICENSE', 'usr/share/man', 'usr/share/docbook/x']],
    ['locales', ['usr/share/locale/de/LC_MESSAGES/a.mo', 'usr/share/i18n/locales/de_DE'], ['usr/share/locale/locale.alias', 'usr/lib/locale/C.utf8/LC_CTYPE']],
    ['python', ['usr/lib/python3/a/__pycache__', 'usr/lib/python3/a/__pycache__/b.cpython-311.pyc', 'usr/lib/b.pyo'], ['usr/lib/python3/a/b.py']],
    ['runtime', ['etc/machine-id', 'var/lib/dbus/machine-id', 'etc/ssh/ssh_host_rsa_key', 'etc/ssh/ssh_host_rsa_key.pub', 'run/lock', 'tmp/x', 'dev/null', '.dockerenv', 'etc/hostname', 'var/log/wtmp'], ['run', 'tmp', 'dev', 'etc/ssh/sshd_config', 'etc/hosts', 'var/log', 'usr/tmp/x']],
    ['buildFolder', ['luetbuild', 'luetbuild/build.sh'], ['luetbuilder']],
  ])('%s leaves out what it is for, and nothing beside it', (name, out, kept) => {
    expect(out.filter((path) => !leaves(name, path))).toEqual([]);
    expect(kept.filter((path) => leaves(name, path))).toEqual([]);
  });

  it('are all regular expressions of RE2, none of them twice', () => {
    const all = Object.values(excludePresets).flat();
    expect(() => createPathFilter({ excludes: all })).not.toThrow();
    expect(new Set(all).size).toBe(all.length);
  });

  it('are added for all packages and for the named one', () => {
    const leaveOut = { '*': ['buildFolder'], 'system/os': ['python', 'buildFolder'] } satisfies Parameters<typeof excludesOf>[1]['leaveOut'];
    expect(excludesOf({ category: 'app', name: 'os' }, { leaveOut })).toEqual(['^/luetbuild(/|$)']);
    expect(excludesOf({ category: 'system', name: 'os' }, { leaveOut })).toEqual(['^/luetbuild(/|$)', '/__pycache__(/|$)', '\\.py[co]$']);
  });
});
