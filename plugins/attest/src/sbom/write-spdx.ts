import { createHash } from 'node:crypto';
import { hexOf } from '@cos/core';
import type { Bill, Component, Subject } from './bill.ts';
import { BILL_VERSION, documentId, formatTime } from './document-id.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const SUBJECT = 'SPDXRef-Subject';
const UNKNOWN = 'NOASSERTION';

/**
 * The text of a bill as JSON of SPDX 2.3. The document describes the subject, which contains every component. Licences that are words become licences of the
 * document (`LicenseRef-…`) with these words as their text. Format: SPDX Specification 2.3 and its JSON schema.
 */
export function writeSpdx({ subject, components, created }: Bill): string {
  const licenses = new Map<string, string>();
  const packages = [describeSubject(subject), ...components.map((one) => describe(one, licenses))];
  const content = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: subject.name,
    creationInfo: { created: formatTime(created), creators: [`Tool: cos-sbom-${BILL_VERSION}`] },
    packages,
    ...(licenses.size === 0 ? {} : { hasExtractedLicensingInfos: [...licenses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([licenseId, extractedText]) => ({ licenseId, extractedText })) }),
    relationships: [
      { spdxElementId: DOCUMENT, relationshipType: 'DESCRIBES', relatedSpdxElement: SUBJECT },
      ...components.map(({ id }) => ({ spdxElementId: SUBJECT, relationshipType: 'CONTAINS', relatedSpdxElement: `SPDXRef-${id}` })),
    ],
  };
  const { spdxVersion, dataLicense, SPDXID, name, ...rest } = content;
  // The form that the specification gives for authors that have no place of their own on the web.
  const documentNamespace = `https://spdx.org/spdxdocs/${encodeURIComponent(name.toWellFormed())}-${documentId(content)}`;
  return `${JSON.stringify({ spdxVersion, dataLicense, SPDXID, name, documentNamespace, ...rest }, undefined, 2)}\n`;
}

const SAME = { downloadLocation: UNKNOWN, filesAnalyzed: false, licenseConcluded: UNKNOWN, copyrightText: UNKNOWN } as const;

function describeSubject({ form, name, version, digest }: Subject): object {
  return {
    SPDXID: SUBJECT,
    name,
    ...(version === undefined ? {} : { versionInfo: version }),
    ...SAME,
    licenseDeclared: UNKNOWN,
    ...(form === 'image' ? { comment: `Digest of the content as cos counts it: ${digest}` } : { checksums: [{ algorithm: 'SHA256', checksumValue: hexOf(digest) }] }),
    primaryPackagePurpose: PURPOSES[form],
  };
}

const PURPOSES: Readonly<Record<Subject['form'], string>> = { archive: 'ARCHIVE', image: 'CONTAINER', layout: 'CONTAINER', iso: 'FILE', disk: 'FILE' };

function describe({ id, origin, name, version, purl, description, license, supplier, source, sha256 }: Component, licenses: Map<string, string>): object {
  return {
    SPDXID: `SPDXRef-${id}`,
    name,
    ...(version === undefined ? {} : { versionInfo: version }),
    ...(supplier === undefined ? {} : { supplier: `Organization: ${supplier.name}${supplier.email === undefined ? '' : ` (${supplier.email})`}` }),
    ...SAME,
    licenseDeclared: declare(license, licenses),
    ...(source === undefined ? {} : { sourceInfo: `built from the source package ${source}` }),
    ...(description === undefined ? {} : { summary: description }),
    ...(sha256 === undefined ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }] }),
    ...(purl === undefined ? {} : { externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }] }),
    ...(origin === 'distribution' ? { primaryPackagePurpose: 'OPERATING_SYSTEM' } : {}),
  };
}

function declare(license: Component['license'], licenses: Map<string, string>): string {
  if (license === undefined) return UNKNOWN;
  if (license.form === 'expression') {
    for (const id of license.own) if (!licenses.has(id)) licenses.set(id, id);
    return license.text;
  }
  const id = `LicenseRef-declared-${createHash('sha256').update(license.text).digest('hex').slice(0, 16)}`;
  licenses.set(id, license.text);
  return id;
}
