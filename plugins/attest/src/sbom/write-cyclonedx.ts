import { hexOf } from '@cos/core';
import type { Bill, Component, Subject } from './bill.ts';
import { BILL_VERSION, documentId, formatTime } from './document-id.ts';

const SUBJECT = 'subject';

/** The text of a bill as JSON of CycloneDX 1.6: the subject is the component of the metadata, and it depends on every component. Format: ECMA-424 and its JSON schema. */
export function writeCycloneDx({ subject, components, created }: Bill): string {
  const content = {
    version: 1,
    metadata: {
      timestamp: formatTime(created),
      tools: { components: [{ type: 'application', name: 'cos-sbom', version: BILL_VERSION }] },
      component: describeSubject(subject),
    },
    components: components.map(describe),
    dependencies: [{ ref: SUBJECT, dependsOn: components.map(({ id }) => id) }],
  };
  const head = { $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${documentId(content)}` };
  return `${JSON.stringify({ ...head, ...content }, undefined, 2)}\n`;
}

function describeSubject({ form, name, version, digest }: Subject): object {
  return {
    type: form === 'image' || form === 'layout' ? 'container' : 'file',
    'bom-ref': SUBJECT,
    name,
    ...(version === undefined ? {} : { version }),
    ...(form === 'image' ? { properties: [{ name: 'cos:content-digest', value: digest }] } : { hashes: [{ alg: 'SHA-256', content: hexOf(digest) }] }),
  };
}

function describe({ id, origin, name, version, purl, description, license, supplier, source, sha256 }: Component): object {
  return {
    type: origin === 'distribution' ? 'operating-system' : 'library',
    'bom-ref': id,
    ...(supplier === undefined ? {} : { supplier: { name: supplier.name, ...(supplier.email === undefined ? {} : { contact: [{ email: supplier.email }] }) } }),
    name,
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    ...(sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    ...(license === undefined ? {} : { licenses: [license.form === 'expression' ? { expression: license.text, acknowledgement: 'declared' } : { license: { name: license.text, acknowledgement: 'declared' } }] }),
    ...(purl === undefined ? {} : { purl }),
    ...(source === undefined ? {} : { properties: [{ name: 'cos:source-package', value: source }] }),
  };
}
