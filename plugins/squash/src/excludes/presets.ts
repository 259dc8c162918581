// What packages leave out, by name. Each pattern is RE2, as in the `excludes` of a recipe: searched in `/path`, and a folder alone leaves out nothing below
// it, hence `(/|$)` where all of a folder goes and `/.` where the empty folder stays.

/** Sets of patterns for `excludes`, by what they leave out. */
export const excludePresets = {
  /** Debian, Ubuntu: downloaded packages, lists, logs and backups. The database of installed packages stays, see `packageDatabases`. */
  apt: [
    '^/var/cache/apt/archives/.', '^/var/cache/apt/[^/]*\\.bin$', '^/var/lib/apt/lists/.', '^/var/log/apt/.', '^/var/log/(dpkg|alternatives)\\.log(\\.|$)',
    '^/var/lib/dpkg/[^/]*-old$', '^/var/cache/debconf/[^/]*-old$', '^/etc/apt/.*\\.(dpkg-(old|dist|new)|bak)$',
  ],
  /** Fedora and its relatives: metadata, downloaded packages, history and logs of dnf, dnf5, microdnf and yum. */
  dnf: ['^/var/cache/(dnf|libdnf5|yum)/.', '^/var/lib/(dnf|yum)/(history|yumdb|repos|groups)', '^/var/log/(dnf|yum|hawkey)[^/]*\\.log', '^/run/(dnf|yum)'],
  /** openSUSE, SUSE: metadata, downloaded packages, history and logs of zypper. */
  zypper: ['^/var/cache/zypp/.', '^/var/lib/zypp/(AnonymousUniqueId|LastDistributionFlavor)$', '^/var/log/(zypp|zypper\\.log|pk_backend_zypp)', '^/var/cache/(PackageKit|SuSEconfig)/.'],
  /** Alpine: indexes and downloaded packages. */
  apk: ['^/var/cache/apk/.', '^/etc/apk/cache(/|$)', '^/lib/apk/db/(lock|scripts\\.tar\\.old)$'],
  /** Arch Linux: downloaded packages, databases of repositories and logs. */
  pacman: ['^/var/cache/pacman/pkg/.', '^/var/lib/pacman/sync/.', '^/var/log/pacman\\.log'],
  /** Databases of installed packages, of all package managers: for systems in which nothing is installed later. Scanners that read them find nothing. */
  packageDatabases: ['^/(var/lib|usr/lib/sysimage|usr/share)/rpm(/|$)', '^/var/lib/dpkg(/|$)', '^/lib/apk(/|$)', '^/var/lib/pacman(/|$)', '^/var/lib/(apt|dnf|yum|zypp)(/|$)'],
  /** Manual pages, texts and examples, licences in `/usr/share/doc` among them. */
  docs: ['^/usr/(local/)?share/(man|info|doc|gtk-doc|help)/.'],
  /** Translations of programs, and what locales are compiled from. Compiled ones stay. */
  locales: ['^/usr/(local/)?share/locale/[^/]+/', '^/usr/share/i18n/(locales|charmaps)/.'],
  /** Compiled Python, which Python makes again. */
  python: ['/__pycache__(/|$)', '\\.py[co]$'],
  /** What is made when a system starts, or must not be the same on two: files below /dev, /proc, /sys, /run and /tmp, identities, keys of the host, seeds. */
  runtime: [
    '^/(dev|proc|sys|run|tmp)/.', '^/var/(tmp|run|lock)/.', '^/etc/machine-id$', '^/var/lib/dbus/machine-id$', '^/etc/ssh/ssh_host_[^/]*_key(\\.pub)?$',
    '^/var/lib/systemd/random-seed$', '^/(\\.dockerenv|run/\\.containerenv)$', '^/etc/(hostname|resolv\\.conf|mtab)$', '^/var/log/(journal|btmp|wtmp|lastlog|faillog)(/|$)',
  ],
  /** The folder that recipes are built in. */
  buildFolder: ['^/luetbuild(/|$)'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ExcludePreset = keyof typeof excludePresets;
