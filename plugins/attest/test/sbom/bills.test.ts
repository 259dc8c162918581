import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { asDigest } from '@cos/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBill, type BillRequest } from '../../src/sbom/bill.ts';
import type { InstalledPackage } from '../../src/sbom/installed-package.ts';
import { writeCycloneDx } from '../../src/sbom/write-cyclonedx.ts';
import { writeSpdx } from '../../src/sbom/write-spdx.ts';
import { checkSpdx } from './spdx-rules.ts';

const digest = asDigest(`sha256:${'ab'.repeat(32)}`);
const debian = { id: 'debian', version: '12', title: 'Debian GNU/Linux 12 (bookworm)' };
const request: BillRequest = {
  subject: { form: 'iso', name: 'my-os.iso', version: '1.0', digest },
  created: 1_700_000_000,
  distribution: debian,
  installed: [
    { manager: 'deb', name: 'libstdc++6', version: '1:12.2.0-14', architecture: 'amd64', supplier: 'GCC Maintainers <gcc@example.org>', source: { name: 'gcc-12' } },
    { manager: 'rpm', name: 'beta', epoch: 7, version: '0.9~rc1-2.el9', architecture: 'x86_64', license: 'GPLv2+ and BSD', supplier: 'Example Works', source: { name: 'beta-0.9~rc1-2.el9.src.rpm' } },
    { manager: 'apk', name: 'musl', version: '1.2.4-r4', architecture: 'x86_64', license: 'MIT AND LicenseRef-Own', source: { name: 'musl' } },
  ],
  built: [{ category: 'system', name: 'my-os', version: '1.0+2', sha256: 'cd'.repeat(32), description: 'the\nsystem', license: 'Apache-2.0' }],
};

async function cycloneDxProblems(text: string): Promise<unknown> {
  return await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
}

describe('a bill of materials', () => {
  it('is in SPDX a document that describes the subject, which contains everything', () => {
    expect(writeSpdx(createBill(request))).toMatchInlineSnapshot(`
      "{
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "my-os.iso",
        "documentNamespace": "https://spdx.org/spdxdocs/my-os.iso-d2bff40e-c752-8f96-99cc-f74f7467cf00",
        "creationInfo": {
          "created": "2023-11-14T22:13:20Z",
          "creators": [
            "Tool: cos-sbom-1"
          ]
        },
        "packages": [
          {
            "SPDXID": "SPDXRef-Subject",
            "name": "my-os.iso",
            "versionInfo": "1.0",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "checksums": [
              {
                "algorithm": "SHA256",
                "checksumValue": "abababababababababababababababababababababababababababababababab"
              }
            ],
            "primaryPackagePurpose": "FILE"
          },
          {
            "SPDXID": "SPDXRef-apk-musl-1.2.4-r4-x86-64-53cbf8ad03c5",
            "name": "musl",
            "versionInfo": "1.2.4-r4",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "licenseDeclared": "MIT AND LicenseRef-Own",
            "sourceInfo": "built from the source package musl",
            "externalRefs": [
              {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:apk/debian/musl@1.2.4-r4?arch=x86_64&distro=debian-12"
              }
            ]
          },
          {
            "SPDXID": "SPDXRef-cos-system-my-os-1.0-2-f92782632217",
            "name": "system/my-os",
            "versionInfo": "1.0+2",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "licenseDeclared": "Apache-2.0",
            "summary": "the system",
            "checksums": [
              {
                "algorithm": "SHA256",
                "checksumValue": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
              }
            ],
            "externalRefs": [
              {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:generic/system/my-os@1.0%2B2?checksum=sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
              }
            ]
          },
          {
            "SPDXID": "SPDXRef-deb-libstdc-6-1-12.2.0-14-amd64-4e7c9f9d4aff",
            "name": "libstdc++6",
            "versionInfo": "1:12.2.0-14",
            "supplier": "Organization: GCC Maintainers (gcc@example.org)",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "sourceInfo": "built from the source package gcc-12",
            "externalRefs": [
              {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12"
              }
            ]
          },
          {
            "SPDXID": "SPDXRef-os-debian-12-81d93757457f",
            "name": "debian",
            "versionInfo": "12",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "summary": "Debian GNU/Linux 12 (bookworm)",
            "primaryPackagePurpose": "OPERATING_SYSTEM"
          },
          {
            "SPDXID": "SPDXRef-rpm-beta-0.9-rc1-2.el9-x86-64-a71f9af04ad8",
            "name": "beta",
            "versionInfo": "7:0.9~rc1-2.el9",
            "supplier": "Organization: Example Works",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "licenseDeclared": "LicenseRef-declared-587c799d27def09d",
            "sourceInfo": "built from the source package beta-0.9~rc1-2.el9.src.rpm",
            "externalRefs": [
              {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:rpm/debian/beta@0.9~rc1-2.el9?arch=x86_64&distro=debian-12&epoch=7&upstream=beta-0.9~rc1-2.el9.src.rpm"
              }
            ]
          }
        ],
        "hasExtractedLicensingInfos": [
          {
            "licenseId": "LicenseRef-Own",
            "extractedText": "LicenseRef-Own"
          },
          {
            "licenseId": "LicenseRef-declared-587c799d27def09d",
            "extractedText": "GPLv2+ and BSD"
          }
        ],
        "relationships": [
          {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relationshipType": "DESCRIBES",
            "relatedSpdxElement": "SPDXRef-Subject"
          },
          {
            "spdxElementId": "SPDXRef-Subject",
            "relationshipType": "CONTAINS",
            "relatedSpdxElement": "SPDXRef-apk-musl-1.2.4-r4-x86-64-53cbf8ad03c5"
          },
          {
            "spdxElementId": "SPDXRef-Subject",
            "relationshipType": "CONTAINS",
            "relatedSpdxElement": "SPDXRef-cos-system-my-os-1.0-2-f92782632217"
          },
          {
            "spdxElementId": "SPDXRef-Subject",
            "relationshipType": "CONTAINS",
            "relatedSpdxElement": "SPDXRef-deb-libstdc-6-1-12.2.0-14-amd64-4e7c9f9d4aff"
          },
          {
            "spdxElementId": "SPDXRef-Subject",
            "relationshipType": "CONTAINS",
            "relatedSpdxElement": "SPDXRef-os-debian-12-81d93757457f"
          },
          {
            "spdxElementId": "SPDXRef-Subject",
            "relationshipType": "CONTAINS",
            "relatedSpdxElement": "SPDXRef-rpm-beta-0.9-rc1-2.el9-x86-64-a71f9af04ad8"
          }
        ]
      }
      "
    `);
  });

  it('is in CycloneDX a list of components on which the subject depends', () => {
    expect(writeCycloneDx(createBill(request))).toMatchInlineSnapshot(`
      "{
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:a82ebf5a-d3d9-8d20-968b-107264a75ad1",
        "version": 1,
        "metadata": {
          "timestamp": "2023-11-14T22:13:20Z",
          "tools": {
            "components": [
              {
                "type": "application",
                "name": "cos-sbom",
                "version": "1"
              }
            ]
          },
          "component": {
            "type": "file",
            "bom-ref": "subject",
            "name": "my-os.iso",
            "version": "1.0",
            "hashes": [
              {
                "alg": "SHA-256",
                "content": "abababababababababababababababababababababababababababababababab"
              }
            ]
          }
        },
        "components": [
          {
            "type": "library",
            "bom-ref": "apk-musl-1.2.4-r4-x86-64-53cbf8ad03c5",
            "name": "musl",
            "version": "1.2.4-r4",
            "licenses": [
              {
                "expression": "MIT AND LicenseRef-Own",
                "acknowledgement": "declared"
              }
            ],
            "purl": "pkg:apk/debian/musl@1.2.4-r4?arch=x86_64&distro=debian-12",
            "properties": [
              {
                "name": "cos:source-package",
                "value": "musl"
              }
            ]
          },
          {
            "type": "library",
            "bom-ref": "cos-system-my-os-1.0-2-f92782632217",
            "name": "system/my-os",
            "version": "1.0+2",
            "description": "the system",
            "hashes": [
              {
                "alg": "SHA-256",
                "content": "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
              }
            ],
            "licenses": [
              {
                "expression": "Apache-2.0",
                "acknowledgement": "declared"
              }
            ],
            "purl": "pkg:generic/system/my-os@1.0%2B2?checksum=sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
          },
          {
            "type": "library",
            "bom-ref": "deb-libstdc-6-1-12.2.0-14-amd64-4e7c9f9d4aff",
            "supplier": {
              "name": "GCC Maintainers",
              "contact": [
                {
                  "email": "gcc@example.org"
                }
              ]
            },
            "name": "libstdc++6",
            "version": "1:12.2.0-14",
            "purl": "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12",
            "properties": [
              {
                "name": "cos:source-package",
                "value": "gcc-12"
              }
            ]
          },
          {
            "type": "operating-system",
            "bom-ref": "os-debian-12-81d93757457f",
            "name": "debian",
            "version": "12",
            "description": "Debian GNU/Linux 12 (bookworm)"
          },
          {
            "type": "library",
            "bom-ref": "rpm-beta-0.9-rc1-2.el9-x86-64-a71f9af04ad8",
            "supplier": {
              "name": "Example Works"
            },
            "name": "beta",
            "version": "7:0.9~rc1-2.el9",
            "licenses": [
              {
                "license": {
                  "name": "GPLv2+ and BSD",
                  "acknowledgement": "declared"
                }
              }
            ],
            "purl": "pkg:rpm/debian/beta@0.9~rc1-2.el9?arch=x86_64&distro=debian-12&epoch=7&upstream=beta-0.9~rc1-2.el9.src.rpm",
            "properties": [
              {
                "name": "cos:source-package",
                "value": "beta-0.9~rc1-2.el9.src.rpm"
              }
            ]
          }
        ],
        "dependencies": [
          {
            "ref": "subject",
            "dependsOn": [
              "apk-musl-1.2.4-r4-x86-64-53cbf8ad03c5",
              "cos-system-my-os-1.0-2-f92782632217",
              "deb-libstdc-6-1-12.2.0-14-amd64-4e7c9f9d4aff",
              "os-debian-12-81d93757457f",
              "rpm-beta-0.9-rc1-2.el9-x86-64-a71f9af04ad8"
            ]
          }
        ]
      }
      "
    `);
  });

  it('is valid in both formats', async () => {
    const bill = createBill(request);
    expect(checkSpdx(JSON.parse(writeSpdx(bill)))).toEqual([]);
    await expect(cycloneDxProblems(writeCycloneDx(bill))).resolves.toBeNull();
  });

  it('is seen to be invalid where it is', async () => {
    const bill = createBill(request);
    expect(checkSpdx(JSON.parse(writeSpdx(bill).replace('SPDXRef-Subject', 'SPDXRef-Other').replace('"NOASSERTION"', '"perhaps"')))).not.toEqual([]);
    await expect(cycloneDxProblems(writeCycloneDx(bill).replace('"type": "library"', '"type": "book"'))).resolves.not.toBeNull();
  });

  it('has the same bytes whatever the order of what is known, and other names for other content', () => {
    const turned = createBill({ ...request, installed: request.installed.toReversed(), built: [...request.built, ...request.built] });
    expect(writeSpdx(turned)).toBe(writeSpdx(createBill(request)));
    expect(writeCycloneDx(turned)).toBe(writeCycloneDx(createBill(request)));
    const other = createBill({ ...request, built: [] });
    const namespace = (text: string): unknown => JSON.parse(text).documentNamespace;
    const serial = (text: string): unknown => JSON.parse(text).serialNumber;
    expect(namespace(writeSpdx(other))).not.toBe(namespace(writeSpdx(createBill(request))));
    expect(serial(writeCycloneDx(other))).not.toBe(serial(writeCycloneDx(createBill(request))));
  });

  it('does not pass the digest of the content of an image off as that of a file', () => {
    const bill = createBill({ ...request, subject: { form: 'image', name: 'my-os', digest } });
    expect(JSON.parse(writeSpdx(bill)).packages[0]).toMatchObject({ comment: `Digest of the content as cos counts it: ${digest}`, primaryPackagePurpose: 'CONTAINER' });
    expect(JSON.parse(writeSpdx(bill)).packages[0].checksums).toBeUndefined();
    expect(JSON.parse(writeCycloneDx(bill)).metadata.component).toMatchObject({ type: 'container', properties: [{ name: 'cos:content-digest', value: digest }] });
  });

  it('is valid whatever texts there are in databases', async () => {
    const name = fc.string({ minLength: 1, unit: 'binary' });
    const one: fc.Arbitrary<InstalledPackage> = fc.record({ manager: fc.constantFrom('deb', 'apk', 'rpm'), name, version: name }, { requiredKeys: ['manager', 'name', 'version'] }).chain((base) =>
      fc.record({ architecture: name, license: name, supplier: fc.oneof(name, fc.constant('x <y@z>'), fc.constant('<a@b.c> (d)')), source: fc.record({ name }) }, { requiredKeys: [] }).map((more) => ({ ...base, ...more })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 20, maxLength: 80 }), async (installed) => {
        const bill = createBill({ ...request, installed });
        expect(checkSpdx(JSON.parse(writeSpdx(bill)))).toEqual([]);
        expect(await cycloneDxProblems(writeCycloneDx(bill))).toBeNull();
      }),
      { numRuns: 5, endOnFailure: true },
    );
  }, 120_000);
});
