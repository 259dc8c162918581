import type { Json } from '@cos/core';

// What SPDX 2.3 demands of a document in JSON, as far as these documents use it: the fields with cardinality 1 of clauses 6 (document), 7 (packages), 10 (other
// licences) and 11 (relationships), their forms, no others, and that every reference leads to something. No package of npm brings the JSON schema itself.

type Rule = (value: unknown, path: string) => readonly string[];

/** What is wrong with a document; empty: nothing. */
export function checkSpdx(document: Json): readonly string[] {
  return [...documentRule(document, '$'), ...references(document)];
}

const text: Rule = matching(/^[^\r\n]+$/);
const license: Rule = matching(/^(?:NOASSERTION|NONE|[A-Za-z0-9.+()\s-]+)$/);
const noAssertion: Rule = matching(/^NOASSERTION$/);

const packageRule = object(
  { SPDXID: matching(/^SPDXRef-[A-Za-z0-9.-]+$/), name: text, downloadLocation: noAssertion, filesAnalyzed: equal(false), licenseConcluded: noAssertion, licenseDeclared: license, copyrightText: noAssertion },
  {
    versionInfo: text,
    supplier: matching(/^(?:Person: [^()]+(?: \([^()\s]+\))?|Organization: .+?(?: \([^()\s]+@[^()\s]+\))?|NOASSERTION)$/),
    sourceInfo: text,
    summary: text,
    comment: text,
    checksums: list(object({ algorithm: equal('SHA256'), checksumValue: matching(/^[0-9a-f]{64}$/) })),
    externalRefs: list(object({ referenceCategory: equal('PACKAGE-MANAGER'), referenceType: equal('purl'), referenceLocator: matching(/^pkg:[a-z]+\/\S+$/) })),
    primaryPackagePurpose: matching(/^(?:OPERATING_SYSTEM|ARCHIVE|FILE|CONTAINER)$/),
  },
);

const documentRule = object(
  {
    spdxVersion: equal('SPDX-2.3'),
    dataLicense: equal('CC0-1.0'),
    SPDXID: equal('SPDXRef-DOCUMENT'),
    name: text,
    documentNamespace: matching(/^https:\/\/[^\s#]+$/),
    creationInfo: object({ created: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), creators: list(matching(/^(?:Person|Organization|Tool): \S.*$/)) }),
    packages: list(packageRule),
    relationships: list(object({ spdxElementId: matching(/^SPDXRef-[A-Za-z0-9.-]+$/), relationshipType: matching(/^(?:DESCRIBES|CONTAINS)$/), relatedSpdxElement: matching(/^SPDXRef-[A-Za-z0-9.-]+$/) })),
  },
  { hasExtractedLicensingInfos: list(object({ licenseId: matching(/^LicenseRef-[A-Za-z0-9.-]+$/), extractedText: matching(/[^]/) })) },
);

function references(document: Json): readonly string[] {
  const all = JSON.stringify(document);
  const value = fields(document);
  const packages = entries(value.get('packages')).map((one) => fields(one));
  const ids = ['SPDXRef-DOCUMENT', ...packages.map((one) => String(one.get('SPDXID')))];
  const licenses = entries(value.get('hasExtractedLicensingInfos')).map((one) => String(fields(one).get('licenseId')));
  const named = packages.flatMap((one) => String(one.get('licenseDeclared')).match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []);
  const related = entries(value.get('relationships')).flatMap((one) => [fields(one).get('spdxElementId'), fields(one).get('relatedSpdxElement')].map(String));
  const described = entries(value.get('relationships')).filter((one) => fields(one).get('relationshipType') === 'DESCRIBES');
  return [
    ...[...ids, ...licenses].filter((id, at, list) => list.indexOf(id) !== at).map((id) => `${id} is there twice`),
    ...related.filter((id) => !ids.includes(id)).map((id) => `${id} is related and not there`),
    ...ids.filter((id) => id !== 'SPDXRef-DOCUMENT' && !related.includes(id)).map((id) => `${id} is related to nothing`),
    ...named.filter((id) => !licenses.includes(id)).map((id) => `${id} is declared and not explained`),
    ...licenses.filter((id) => !all.includes(`"${id}`) || !named.includes(id)).map((id) => `${id} is explained and not declared`),
    ...(described.length === 1 ? [] : [`${described.length} elements are described`]),
  ];
}

function object(needed: Readonly<Record<string, Rule>>, others: Readonly<Record<string, Rule>> = {}): Rule {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
    const given = fields(value);
    const rules = new Map([...Object.entries(needed), ...Object.entries(others)]);
    return [
      ...Object.keys(needed).filter((name) => !given.has(name)).map((name) => `${path}.${name} is missing`),
      ...[...given].flatMap(([name, one]) => rules.get(name)?.(one, `${path}.${name}`) ?? [`${path}.${name} is unknown`]),
    ];
  };
}

function list(rule: Rule): Rule {
  return (value, path) => (Array.isArray(value) && value.length > 0 ? value.flatMap((one, at) => rule(one, `${path}[${at}]`)) : [`${path} is no list, or an empty one`]);
}

function matching(form: RegExp): Rule {
  return (value, path) => (typeof value === 'string' && form.test(value) ? [] : [`${path} is ${JSON.stringify(value)}`]);
}

function equal(wanted: string | boolean): Rule {
  return (value, path) => (value === wanted ? [] : [`${path} is ${JSON.stringify(value)}`]);
}

function fields(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value ?? {}));
}

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
