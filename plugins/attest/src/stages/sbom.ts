import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, many, optional } from '@cos/core';
import { containerImage, diskImage, isoImage, packageArchive, packageMetadata, textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { defineStage } from '../options.ts';
import { createBill } from '../sbom/bill.ts';
import { readBuiltPackages } from '../sbom/read-built-packages.ts';
import { readInventory } from '../sbom/read-inventory.ts';
import { chooseSystem } from '../sbom/stage-inputs.ts';
import { writeCycloneDx } from '../sbom/write-cyclonedx.ts';
import { writeSpdx } from '../sbom/write-spdx.ts';

/** What a system consists of, in two formats: the packages that the package managers in it know, and those that cos made it of. */
export const sbom = defineStage({
  description: 'list what a system consists of',
  version: 1,
  cache: 'content',
  inputs: {
    /** The system as the archive of a package. Exactly one of `archive`, `image` and `layout` is given. */
    archive: optional(packageArchive),
    /** The system as an image. */
    image: optional(containerImage),
    /** The system as a folder in the layout of OCI, with one image of one layer: the bill is of its manifest. */
    layout: optional(fileTree),
    /** Metadata of the packages that the system was made of. */
    packages: many(packageMetadata),
    /** What the bill is of, where that is not the system itself but made of it: at most one of `iso` and `disk`. */
    iso: optional(isoImage),
    disk: optional(diskImage),
  },
  outputs: {
    /** SPDX 2.3, JSON. */
    spdx: textFile,
    /** CycloneDX 1.6, JSON. */
    cyclonedx: textFile,
  },
  options: z.object({
    /** Of what the bill is of: of a file its name. */
    name: z.string().check(z.minLength(1)),
    /** Default: none is stated. */
    version: z.optional(z.string().check(z.minLength(1))),
  }),
  async run({ inputs, options: { name, version }, emit, scratch, log, signal, sourceDateEpoch }) {
    const system = await chooseSystem(inputs);
    const { packages, distribution } = await readInventory(system.root, { scratch, signal });
    const built = await readBuiltPackages(inputs.packages);
    log.info(`packages: ${packages.length} installed, ${built.length} built`);
    const bill = createBill({ subject: { ...system.subject, name, ...(version === undefined ? {} : { version }) }, created: sourceDateEpoch, distribution, installed: packages, built });
    const [spdx, cyclonedx] = [join(scratch, 'spdx.json'), join(scratch, 'cyclonedx.json')];
    await writeFile(spdx, writeSpdx(bill));
    await writeFile(cyclonedx, writeCycloneDx(bill));
    return { spdx: await emit.spdx(spdx, {}), cyclonedx: await emit.cyclonedx(cyclonedx, {}) };
  },
});
