import * as z from 'zod/mini';

/** What stands in names of files and machines. */
const word = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._+-]{0,99}$/, 'expected a word of letters, digits and . _ + -'));
/** Like Go writes durations. */
const duration = z.string().check(z.regex(/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/, 'expected a duration such as 30s or 2m'));
const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));
const line = z.string().check(z.minLength(1), z.regex(/^[^\p{Cc}]*$/u, 'expected text without control characters'));

/**
 * Options of the stage `template`. All but names of files are variables of the template, so that `packer build -var memory=4096 ...` changes them.
 */
export const templateOptions = z.object({
  /** Name of the system. */
  name: word,
  version: z._default(word, '0.0.0'),
  /** Stand in the names of what is made: `NAME-Packer-FLAVOR-BUILD-QEMU-ARCH.qcow2`. */
  flavor: z._default(word, 'green'),
  build: z._default(word, 'dev'),
  /** The ISO as seen from the template: a relative path. */
  iso: z.string().check(z.regex(/^(?!\/)[A-Za-z0-9._+ /-]+$/, 'expected a relative path')),
  cpus: z._default(whole(1, 255), 2),
  /** MiB. */
  memory: z._default(whole(64, 1_048_576), 2048),
  /** MiB. */
  diskSize: z._default(whole(1, 67_108_864), 20_000),
  accelerator: z._default(z.enum(['kvm', 'tcg', 'none']), 'kvm'),
  headless: z._default(z.boolean(), true),
  /** A file with UEFI firmware on the host that runs Packer; default: BIOS (amd64). */
  firmware: z.optional(line),
  /** Time from power-on to the first login. */
  bootWait: z._default(duration, '30s'),
  ssh: z.prefault(
    z.strictObject({
      username: z._default(word, 'root'),
      /** The published password of the live image, no secret. Null: none is published, and it is given to Packer with -var root_password=... */
      password: z._default(z.nullable(line), 'cos'),
      timeout: z._default(duration, '5m'),
      attempts: z._default(whole(1, 1000), 20),
    }),
    {},
  ),
  /** Shell commands that run in the live system. */
  provision: z._default(z.array(z.string()), []),
  shutdownCommand: z._default(line, 'shutdown -hP now'),
  /** What is made of the disk beside the qcow2. */
  artifacts: z._default(z.array(z.enum(['vagrant', 'tar.gz'])), ['vagrant', 'tar.gz']),
});

export type TemplateOptions = z.output<typeof templateOptions>;
