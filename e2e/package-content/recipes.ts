// One package for each rule by which luet cuts a package out of its images. Every step is one command, as recipes have it.

export interface Recipe {
  readonly name: string;
  readonly lines: readonly string[];
}

const made = ['- mkdir -p /x/y && echo 1 > /x/y/f1 && echo 2 > /x/y/f2 && echo z > /x/z'];
const folders = ['- mkdir -p /out/sub /out/t /outer && echo f > /out/sub/f && echo t > /out/t/f && echo o > /outer/f'];

export const recipes: readonly Recipe[] = [
  {
    name: 'delta',
    lines: [
      'image: base',
      'prelude:',
      '- mkdir -p /old/folder && echo 1 > /old/changed && echo 2 > /old/removed && echo 3 > /old/mode && echo 4 > /old/owner',
      'steps:',
      '- echo other > /old/changed && rm /old/removed && chmod 600 /old/mode && chown 7:8 /old/owner && echo n > /old/folder/new',
      '- mkdir -p /new/empty /new/private/in && echo p > /new/private/in/file && chmod 700 /new/private && chown 5:6 /new/private',
      '- echo f > /new/file && chown 1000:100 /new/file && touch -d 2031-01-01 /new/file',
      '- echo s > /new/setuid && chmod 4755 /new/setuid && ln /new/setuid /new/hard && ln -s setuid /new/soft',
      '- mkfifo /new/fifo && mknod /new/null c 1 3 && mknod -m 600 /new/disk b 8 1',
      '- echo c > /new/capable && setcap cap_net_raw=ep /new/capable && setfattr -n user.note -v x /new/capable',
      '- echo t > /tmp/in-sticky',
    ],
  },
  { name: 'folder-excluded', lines: ['image: base', 'steps:', ...made, "excludes: ['^/x$', '^/luetbuild']"] },
  { name: 'file-included', lines: ['image: base', 'steps:', ...made, "includes: ['/x/y/f1$']"] },
  { name: 'both', lines: ['image: base', 'steps:', ...made, "includes: ['/x/.*']", "excludes: ['f2$']"] },
  { name: 'whole', lines: ['image: base', 'unpack: true', 'steps:', '- rm -rf /d && mkdir /d && echo new > /d/new', '- rm /removed-later'] },
  { name: 'whole-without', lines: ['image: base', 'unpack: true', 'steps:', '- echo new > /made', "excludes: ['^/luetbuild', '^/bin', '^/lib', '^/usr', '^/(dev|proc|sys|run)/.']"] },
  { name: 'folder', lines: ['image: base', 'package_dir: /out', 'steps:', ...folders] },
  { name: 'folder-not-applied', lines: ['image: base', 'package_dir: /out', 'steps:', ...folders, "excludes: ['^/out/t']"] },
  { name: 'folder-doubled', lines: ['image: base', 'package_dir: /out', 'steps:', ...folders, "excludes: ['^/out/out/sub']"] },
  { name: 'folder-inside', lines: ['image: base', 'package_dir: /out', 'steps:', ...folders, "excludes: ['^/sub']"] },
  { name: 'parents', lines: ['image: base', 'steps:', '- mkdir -p /p/q && echo f > /p/q/f && chmod 700 /p && chown 5:6 /p && chmod 2750 /p/q', "includes: ['^/p/q/f$']"] },
  { name: 'hard-link', lines: ['image: base', 'steps:', '- mkdir /l && echo content > /l/a && chmod 750 /l/a && ln /l/a /l/b && ln /l/a /l/c', "excludes: ['^/l/a$']"] },
];

/** Recipes that are refused: before anything is built where the recipe alone tells, else when its image is there. */
export const wrong: readonly (Recipe & { readonly exitCode: number; readonly code: string; readonly says: string })[] = [
  { name: 'relative', lines: ['image: base', 'package_dir: out', 'steps:', ...folders], exitCode: 2, code: 'COS_RESOLVE_', says: 'package_dir' },
  { name: 'no-pattern', lines: ['image: base', 'steps:', ...folders, "excludes: ['[invalid']"], exitCode: 2, code: 'COS_RESOLVE_BAD_PATTERN', says: '[invalid' },
  { name: 'not-there', lines: ['image: base', 'package_dir: /nothere', 'steps:', ...folders], exitCode: 1, code: 'COS_SQUASH_PACKAGE_DIR', says: '"/nothere"' },
];
