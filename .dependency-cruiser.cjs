/** Who may import whom; docs/architecture.md says why. */
const lib = (name, ...allowed) => ({
  name: `${name}-imports-only-${allowed.join('-') || 'no-lib'}`,
  severity: 'error',
  from: { path: `^libs/${name}/` },
  to: { path: '^(libs|apps|migrations)/', pathNot: [name, ...allowed].map((one) => `^libs/${one}/`) },
});

module.exports = {
  forbidden: [
    lib('common'),
    lib('embedded', 'common'),
    lib('tenants', 'common'),
    lib('messages', 'common'),
    lib('whatsapp', 'common', 'tenants', 'messages'),
    lib('media', 'common', 'tenants', 'messages', 'whatsapp'),
    lib('audit', 'common', 'tenants'),
    lib('webhooks', 'common', 'tenants', 'messages', 'whatsapp', 'media'),
    lib('po-events', 'common', 'messages', 'whatsapp'),
    {
      name: 'libs-through-the-front-door',
      comment: 'another lib is imported by its #name, which is its index.ts',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'cloud-api-and-payloads-see-only-common',
      severity: 'error',
      from: { path: '^libs/whatsapp/src/(cloud-api|payloads)/' },
      to: { path: '^(libs|apps)/', pathNot: ['^libs/common/', '^libs/whatsapp/src/(cloud-api|payloads)/'] },
    },
    {
      name: 'apps-do-not-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'migrations-import-typeorm-only',
      comment: 'a migration must run the same in five years: never an entity or an enum of ours',
      severity: 'error',
      from: { path: '^migrations/[0-9]+-' },
      to: { pathNot: '^node_modules/typeorm/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'source', 'import', 'node', 'default'],
    },
  },
};
